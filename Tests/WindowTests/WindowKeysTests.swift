import ProofBench
import TestSupport
import Testing

/// Many keys: panes that hold some of them or all, and what that takes.
@Suite(.serialized) struct WindowKeysTests {
  private static let pane: Int64 = 1000

  /// A result's key, window start and window end.
  private struct Place: Hashable {
    var key: String
    var span: Span
  }

  private func test(_ kind: WindowKind, delay: Int64) -> WindowCase {
    WindowCase(
      kind: kind,
      aggregates: [.init(name: "rows", function: .countRows), .init(name: "sum", function: .sum, argument: .value)],
      delay: delay)
  }

  /// Rows whose panes have one key, some or thousands, of which each pane has its own or all have the same.
  private func rows(_ random: inout SplitMix, _ count: Int) -> [(time: Int64, key: String)] {
    var rows: [(Int64, String)] = []
    var pane: Int64 = 0
    while rows.count < count {
      let keys = [1, 3, 40, 300, 1500][random.below(5)]
      let first = random.below(2) == 0 ? 0 : random.below(2000)
      for _ in 0..<(keys + random.below(keys)) {
        let back = Int64(random.below(3)) * Self.pane * Int64(random.below(2))
        rows.append(
          (max(0, (pane - back / Self.pane) * Self.pane + Int64(random.below(1000))), "k\(first + random.below(keys))"))
      }
      pane += Int64(1 + random.below(2))
    }
    return rows
  }

  @Test func `each key of a pane is found again, whether the pane has few of all keys or most`() throws {
    let kinds: [WindowKind] = [
      .tumbling(Self.pane, offset: 0), .sliding(size: 12 * Self.pane, every: Self.pane, offset: 0),
      .custom(unit: 1, length: 1),
    ]
    for seed in Seeds.of(100, 3) {
      var random = SplitMix(seed: seed)
      let kind = kinds[Int(seed) % kinds.count]
      let rows = rows(&random, 5000)
      var scale: Int64 = 1
      if case .custom = kind { scale = 1_000_000 }
      var expected: [Place: Int64] = [:]
      for (time, key) in rows {
        for span in kind.spans(at: time * scale) { expected[Place(key: key, span: span), default: 0] += 1 }
      }
      let lines = rows.map { "{\"ts\":\($0.time * scale),\"k\":\"\($0.key)\",\"value\":1.0}\n" }
      let test = test(kind, delay: 4 * Self.pane * scale)
      let run = try ManifestRun(test.manifest, inputs: ["in": (1, LineSource.steps(lines, frame: 1 + random.below(1500)))])
      #expect(run.late.isEmpty && run.dead.isEmpty)
      var found: [Place: Int64] = [:]
      for row in run.out {
        guard case .text(let key) = row["k"] else { continue }
        let span = Span(start: row.int("window_start") ?? -1, end: row.int("window_end") ?? -1)
        found[Place(key: key, span: span)] = row.int("rows")
        #expect(row["sum"] == .double(Double(row.int("rows") ?? -1)))
      }
      #expect(run.out.count == found.count && found == expected, "seed \(seed)\n\(test.manifest)")
    }
  }

  /// What a run with so much room for its windows says of it; nil when it was enough.
  private func refusal(_ kind: WindowKind, scale: Int64, bytes: String) throws -> String? {
    let lines = (0..<100_000).map { "{\"ts\":\(Int64($0) * scale),\"k\":\"key \($0)\",\"value\":1.0}\n" }
    let manifest = test(kind, delay: 1_000_000 * scale).manifest
      .replacing("    use: window\n", with: "    use: window\n    state: { bytes: \(bytes) }\n")
    do {
      let run = try ManifestRun(manifest, inputs: ["in": (1, LineSource.steps(lines, frame: 1000))])
      #expect(run.out.count == lines.count)
      return nil
    } catch let failure as ManifestRun.Failure { return failure.description }
  }

  @Test func `a hundred thousand panes of one key each take some forty megabytes`() throws {
    let kinds: [(WindowKind, Int64)] = [
      (.tumbling(Self.pane, offset: 0), Self.pane), (.custom(unit: 1, length: 1), 1_000_000_000),
    ]
    for (kind, scale) in kinds {
      let refusal = try refusal(kind, scale: scale, bytes: "48MiB")
      #expect(refusal == nil, "\(refusal ?? "")")
      // And they are counted: less is not enough.
      #expect(try self.refusal(kind, scale: scale, bytes: "24MiB")?.contains("`state` allows 25165824: allow more") == true)
    }
  }

  /// Keys of several fields are looked up many at a time; long ones are not there as often.
  @Test func `long keys of several fields take no more than they are long`() throws {
    let texts = ["a", "b"].map { String(repeating: $0, count: 40_000) }
    let rows = (0..<1088).map { (text: $0 % 2, number: $0 % 3) }
    let lines = rows.map { "{\"ts\":1,\"k\":\"\(texts[$0.text])\",\"n\":\($0.number)}\n" }
    let run = try ManifestRun(
      """
      name: long
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, fields: { k: string, n: int } }, watermark: { delay: 1h } }
      operators:
        win:
          use: window
          from: in
          state: { bytes: 2MiB }
          with: { tumbling: 1s, key: [k, n], aggregate: { rows: count() } }
      sinks:
        out: { use: file, from: win, with: { path: out.jsonl } }

      """, inputs: ["in": (1, LineSource.steps(lines, frame: 64))])
    let found = run.out.map { "\($0["k"])".prefix(2) + " \($0["n"]) \($0["rows"])" }
    let expected = (0..<2).flatMap { text in
      (0..<3).map { number in
        let count = rows.count { $0.text == text && $0.number == number }
        return "\(Cell.text(texts[text]))".prefix(2) + " \(Cell.int(Int64(number))) \(Cell.int(Int64(count)))"
      }
    }
    #expect(found == expected && run.books.discrepancies().isEmpty)
  }
}
