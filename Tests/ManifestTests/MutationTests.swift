import Manifest
import TestSupport
import Testing

/// Whatever happens to a manifest's text, it is planned or refused with a place, and never more.
@Suite struct MutationTests {
  private static let good = """
    name: factory
    max_memory: 64MiB
    sources:
      sensors:
        use: file
        with: { path: "${HOME}/in.jsonl", fields: { value: double, quality: string, kind: string }, time: ts, key: device }
        watermark: { delay: 2s }
      clock: { use: generate, with: { rate: 100, pattern: ramp, interval: 250ms } }
    operators:
      good: &base { use: above, from: sensors, with: { field: value, limit: 1.5 }, buffer: { frames: 8, bytes: 1MiB } }
      same: { <<: *base, from: [good, clock] }
      routed: { use: route, from: good, with: { cases: { high: a, low: "b" } } }
      pair: { use: join, from: { left: routed.high, right: routed.low }, with: { on: device } }
      kitchen:
        use: kitchen
        from: pair
        on_error: stop
        with:
          words: [a, 'b']
          rules:
            - { name: x, after: 1h30m }
          free: { a: [1, 2.5, ~, true] }
    sinks:
      out: { use: stdout, from: [kitchen, same] }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }
    """

  private static let pieces = [
    "\n", "  ", ":", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "*", "&", "*base", "&base ", "${", "}", "${X}", "$", "#",
    "|", ">", "!", "%", "@", "\t",
    "?", "? ", "<<", "~", "null", "true", "-1", "1e999", "0", "99999999999999999999", ".", "..", "\u{0}", "\u{7F}", "é", "😀",
    "\u{301}", "\r", "\u{2028}",
    "---\n", "...\n", "use", "from", "with", "out", "dead", "sensors", "kitchen", "[[[[[[[[", "!!str ", "\\", "name: x\n",
    "a: b: c", "*.dead",
  ]

  @Test func `a manifest with random changes is planned or refused with a place`() throws {
    let seed: UInt64 = 20_240_607
    var random = SplitMix(seed: seed)
    let original = Array(Self.good.unicodeScalars)
    var (planned, refused) = (0, 0)
    let whole = try load(Self.good)
    #expect(whole.plan != nil, "\(whole.says)")
    for round in 0..<5_000 {
      var scalars = original
      for _ in 0...random.below(4) { Self.change(&scalars, &random) }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let manifest = String(text)
      let (plan, says) = try load(manifest)
      let errors = says.filter { $0.severity == .error }
      #expect((plan == nil) == !errors.isEmpty, "seed \(seed), round \(round)")
      let lines = manifest.unicodeScalars.split(omittingEmptySubsequences: false) { Self.endsLine($0) }.count
      for diagnostic in says {
        #expect(diagnostic.line >= 1 && diagnostic.line <= lines + 1 && diagnostic.column >= 1, "seed \(seed), round \(round)")
        #expect(!diagnostic.message.isEmpty && !diagnostic.rendered(source: manifest).isEmpty)
      }
      if plan == nil { refused += 1 } else { planned += 1 }
    }
    #expect(planned > 100 && refused > 1_000, "\(planned) planned, \(refused) refused")
  }

  private static func change(_ scalars: inout [Unicode.Scalar], _ random: inout SplitMix) {
    let at = random.below(scalars.count)
    let end = min(scalars.count, at + 1 + random.below(12))
    switch random.below(6) {
    case 0: scalars.remove(at: at)
    case 1: scalars.removeSubrange(at..<end)
    case 2: scalars.insert(contentsOf: pieces[random.below(pieces.count)].unicodeScalars, at: at)
    case 3: scalars.replaceSubrange(at..<end, with: pieces[random.below(pieces.count)].unicodeScalars)
    case 4: scalars.insert(contentsOf: Array(scalars[at..<end]), at: random.below(scalars.count))
    default: scalars.swapAt(at, random.below(scalars.count))
    }
    if scalars.isEmpty { scalars = ["a"] }
  }

  /// What YAML 1.1's parser counts as the end of a line.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }
}
