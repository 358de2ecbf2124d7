import ProofBench
import Testing

/// What a window holds, seen through the size of its snapshots: as much as is open, and nothing of what cannot change any more.
@Suite(.serialized) struct WindowStateTests {
  /// Rows of `keys` keys in windows of 10 microseconds, a microsecond apart; then one row far ahead. Custom windows have seconds in
  /// place of microseconds.
  private func rows(_ kind: WindowKind, windows: Int, keys: Int) -> [ModelRow] {
    let unit = Self.unit(kind)
    var rows: [ModelRow] = []
    func add(_ time: Int64, _ key: String) {
      rows.append(
        ModelRow(
          number: rows.count, partition: 0, id: Int64(rows.count), time: time,
          fields: [("k", .text(key)), ("value", .double(1)), ("s", .text("s\(rows.count % 7)"))]))
    }
    for window in 0..<windows { for key in 0..<keys { add(Int64(window * 10 + key % 10) * unit, "key \(key)") } }
    add(1_000_000 * unit, "last")
    return rows
  }

  private static func unit(_ kind: WindowKind) -> Int64 {
    if case .custom = kind { return 1_000_000_000 }
    return 1000
  }

  /// Sizes of the snapshots before each call.
  private func sizes(_ test: WindowCase, _ rows: [ModelRow]) throws -> [Int] {
    nonisolated(unsafe) var around: RestoringComponent?
    let steps = stride(from: 0, to: rows.count, by: 10).map { start -> LineSource.Step in
      .lines(partition: 0, rows[start..<min(start + 10, rows.count)].map(\.line).joined())
    }
    _ = try ManifestRun(test.manifest, inputs: ["in": (1, steps)]) {
      around = RestoringComponent($1, onlyMeasures: true) { _ in true }
      return around!.table
    }
    return around?.sizes ?? []
  }

  private static let kinds: [WindowKind] = [
    .tumbling(10_000, offset: 0), .sliding(size: 30_000, every: 10_000, offset: 0),
    .cumulate(size: 30_000, step: 10_000, offset: 0), .session(gap: 7000), .count(10), .custom(unit: 10, length: 10),
  ]

  private func test(_ kind: WindowKind, allowed: Int64 = 0) -> WindowCase {
    var test = WindowCase(
      kind: kind,
      aggregates: [
        .init(name: "sum", function: .sum, argument: .value), .init(name: "list", function: .list, argument: .value),
        .init(name: "counts", function: .counts, argument: .s), .init(name: "q", function: .quantile(0.5), argument: .value),
        .init(name: "distinct", function: .distinct, argument: .s), .init(name: "first", function: .first, argument: .s),
      ], delay: 5 * Self.unit(kind))
    // No row is late for a window of so many rows.
    if case .count = kind { return test }
    test.allowedLateness = allowed * Self.unit(kind)
    return test
  }

  @Test func `what has left and cannot change any more is given back`() throws {
    for kind in Self.kinds {
      for allowed in [0, 50] as [Int64] {
        let test = test(kind, allowed: allowed)
        let full = try sizes(test, rows(kind, windows: 50, keys: 20))
        let alone = try sizes(test, rows(kind, windows: 0, keys: 0))
        // The last three calls are the two of the last watermark and flush.
        let held = try #require(full.dropLast(2).last), least = try #require(alone.dropLast(2).last)
        #expect(held == least, "\(test.manifest)")
        #expect((full.max() ?? 0) > least, "the state was never more than that of one row: \(test.manifest)")
      }
    }
  }

  @Test func `what is held does not grow with the time that passes`() throws {
    for kind in Self.kinds {
      let test = test(kind, allowed: 20)
      let few = try sizes(test, rows(kind, windows: 12, keys: 20)).max() ?? 0
      let many = try sizes(test, rows(kind, windows: 120, keys: 20)).max() ?? 0
      #expect(many <= few + few / 4, "\(few) grew to \(many) bytes: \(test.manifest)")
    }
  }
}
