import ProofBench
import TestSupport
import Testing

/// Random rows of two inputs through `join` in the real engine, against the model.
@Suite(.serialized) struct JoinPropertyTests {
  private static let frames = [1, 2, 3, 7, 64, 300, 4096]

  private func run(_ test: JoinCase, _ seed: UInt64, most: Int, restoring: Bool = false) throws -> ManifestRun {
    var random = SplitMix(seed: seed &+ UInt64(most))
    var inputs: [String: (partitions: Int, steps: [LineSource.Step])] = [:]
    for (side, name) in ["left", "right"].enumerated() {
      let lines = test.inputs[side]
      inputs[name] = (lines.count, Dealing.steps(lines, most: most, &random))
    }
    return try ManifestRun(test.manifest, inputs: inputs) { name, component in
      guard restoring, name == "both" else { return component }
      return RestoringComponent(component) { (UInt64($0) &+ seed) % 3 != 1 }.table
    }
  }

  private func match(_ row: RowCollector.Row) -> JoinCase.Match {
    JoinCase.Match(left: row.int("ln"), right: row.int("rn"), end: row.int("window_end"), time: row.time ?? .min)
  }

  private func hold(_ test: JoinCase, _ run: ManifestRun, _ replay: String) {
    let (wanted, late) = test.expected()
    let found = run.out.map(match)
    if case .windows = test.bounds {
      #expect(found == wanted, "\(replay)\n\(test.manifest)")
    } else {
      func counted(_ matches: [JoinCase.Match]) -> [JoinCase.Match: Int] {
        Dictionary(matches.map { ($0, 1) }, uniquingKeysWith: +)
      }
      let (more, less) = (Set(found).subtracting(wanted), Set(wanted).subtracting(found))
      #expect(counted(found) == counted(wanted), "\(replay)\nonly found: \(more)\nonly wanted: \(less)\n\(test.manifest)")
    }
    #expect(run.late.compactMap { $0.int("ln") }.sorted() == late.sorted(), "late rows; \(replay)\n\(test.manifest)")
    #expect(run.dead.isEmpty, "\(replay)")
    let node = run.node("both")
    let count = test.rows.joined().reduce(0) { $0 + $1.count }
    #expect(node.map { Int($0.rowsIn) } == count && node.map { Int($0.late) } == late.count, "books; \(replay)")
    holdFields(test, run, replay)
  }

  /// Every field of a row that comes out is that of the row that it came from.
  private func holdFields(_ test: JoinCase, _ run: ManifestRun, _ replay: String) {
    let rows = Dictionary(uniqueKeysWithValues: test.rows.joined().joined().map { ($0.number, $0) })
    for found in run.out {
      let left = found.int("ln").flatMap { rows[$0] }, right = found.int("rn").flatMap { rows[$0] }
      let value = { (row: JoinCase.Row?) in row?.value.map { Cell.double($0) } ?? .null }
      #expect(found["lv"] == value(left) && found["rv"] == value(right), "values of \(found); \(replay)")
      for (cell, row) in [(found["lm"], left), (found["rm"], right)] {
        guard let row else {
          #expect(cell == .null, "\(replay)")
          continue
        }
        let members: [Cell.Member] = [
          .init(name: "side", value: .int(Int64(row.side))),
          .init(name: "x\(row.number % 5)", value: .list([.int(1), .int(row.number)])),
        ]
        #expect(cell == .object(members), "\(replay)")
      }
      let key = (left ?? right)?.key.map { $0 ?? .null } ?? []
      let names = (0..<test.keys).map { found["k\($0)"] }
      #expect(Cell.keyBytes(names) == Cell.keyBytes(key), "the key of \(found); \(replay)")
    }
  }

  @Test func `every pair, row without a partner and late row is the model's, however rows come`() throws {
    for seed in Seeds.of(1, 60) {
      let test = JoinCase(seed: seed)
      for most in [1, Self.frames[Int(seed) % Self.frames.count], 4096] {
        hold(test, try run(test, seed, most: most), "SEED=\(seed), frames of \(most)")
      }
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(500, 40) {
      let test = JoinCase(seed: seed)
      let most = Self.frames[Int(seed) % Self.frames.count]
      hold(test, try run(test, seed, most: most, restoring: true), "SEED=\(seed), frames of \(most), restored")
    }
  }
}
