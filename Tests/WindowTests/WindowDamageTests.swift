import CTidemill
import Glibc
import ProofBench
import TestSupport
import Testing

/// States that are not what was saved: cut off, with other bits, or nothing but noise. They are refused as what they are, or
/// what comes of them is a run like another: never a crash, nor memory by the word of a damaged number.
@Suite(.serialized) struct WindowDamageTests {
  /// Virtual memory at its most, in bytes.
  private static func mostMemory() -> Int {
    let lines = (try? Files.text("/proc/self/status"))?.split(separator: "\n") ?? []
    let number = lines.first { $0.hasPrefix("VmPeak:") }?.split(separator: " ").dropFirst().first
    return number.flatMap { Int($0) }.map { $0 << 10 } ?? 0
  }

  private static func damage(_ groups: inout [UInt32: [UInt8]], _ random: inout SplitMix) {
    guard let group = groups.keys.sorted().dropFirst(random.below(max(1, groups.count))).first, var bytes = groups[group] else {
      return
    }
    let at = random.below(bytes.count + 1)
    switch random.below(8) {
    case 0: bytes.removeLast(bytes.count - at)
    case 1, 2:
      for _ in 0...random.below(3) where !bytes.isEmpty { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
    case 3: bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
    case 4: bytes += (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
    case 5: bytes.removeFirst(min(bytes.count, 1 + random.below(16)))
    case 6:
      let byte: UInt8 = [0, 0x7F, 0x80, 0xFF][random.below(4)]
      for place in at..<min(bytes.count, at + 8) { bytes[place] = byte }
    default:
      let other = groups.keys.sorted()[random.below(groups.count)]
      (groups[other], bytes) = (bytes, groups[other] ?? [])
    }
    groups[group] = bytes
  }

  private func test(_ seed: UInt64, _ random: inout RandomCase) -> WindowCase {
    switch seed % 7 {
    case 5:
      var test = random.test(.count(7), span: 1_000_000)
      (test.allowedLateness, test.late) = (0, nil)
      return test
    case 6: return random.test(.custom(unit: 1, length: 2), span: 1_000_000_000)
    case let kind: return random.test(Int(kind))
    }
  }

  @Test(.timeLimit(.minutes(2))) func `damaged states are refused as such, or change nothing but results`() throws {
    let before = Self.mostMemory()
    var answers: [tide_status: Int] = [:]
    for seed in Seeds.of(9000, 210) {
      var random = RandomCase(seed: seed)
      let test = test(seed, &random)
      let rows = random.rows(120, partitions: 1, span: random.span, origin: seed % 7 == 6 ? 1_700_000_000_000_000_000 : nil)
      let lines = rows[0].map(\.line)
      let steps = LineSource.steps(lines, frame: 10)
      nonisolated(unsafe) var noise = SplitMix(seed: seed)
      nonisolated(unsafe) var around: RestoringComponent?
      let every = 1 + Int(seed % 5)
      // A state that is taken may fail the run later, with a reason.
      do {
        _ = try ManifestRun(test.manifest, inputs: ["in": (1, steps)]) {
          around = RestoringComponent($1, damage: { Self.damage(&$0, &noise) }) { $0 % every == every - 1 }
          return around!.table
        }
      } catch let failure as ManifestRun.Failure {
        #expect(!failure.description.isEmpty, "seed \(seed)")
      }
      for answer in around?.damageAnswers ?? [] {
        answers[answer, default: 0] += 1
        #expect(answer == TIDE_OK || answer == TIDE_E_STATE, "answered \(answer); seed \(seed)\n\(test.manifest)")
      }
    }
    #expect(answers[TIDE_E_STATE, default: 0] > answers[TIDE_OK, default: 0], "\(answers)")
    #expect(Self.mostMemory() - before < 8 << 30, "memory by the word of a damaged number")
  }
}
