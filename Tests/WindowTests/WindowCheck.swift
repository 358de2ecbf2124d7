import ProofBench
import Testing

/// Compares what a run gave with what the model says.
struct WindowCheck {
  let test: WindowCase
  /// The case's seed and what else replays it.
  let replay: String

  /// A result of a run.
  struct Found: CustomStringConvertible {
    var key: [Cell]
    var span: Span
    var values: [Cell]
    var corrections: Int64
    var time: Int64?

    var description: String { "\(key) \(span) \(values) corrections \(corrections)" }
  }

  func found(_ run: ManifestRun) -> [Found] {
    run.out.map { row in
      Found(
        key: test.keys.map { row[$0] }, span: Span(start: row.int("window_start") ?? .min, end: row.int("window_end") ?? .min),
        values: test.aggregates.map { row[$0.name] }, corrections: row.int("corrections") ?? 0, time: row.time)
    }
  }

  /// Every result in its order, with its corrections: what is promised over one partition.
  func story(_ run: ManifestRun, _ rows: [ModelRow], _ model: WindowModel) {
    let expected: (results: [WindowModel.Result], late: Set<WindowModel.Late>)
    if case .count(let size) = test.kind {
      expected = (model.counted(rows, size: size), [])
    } else {
      expected = model.story(of: rows)
    }
    compare(found(run), expected.results, withCorrections: true)
    accounts(run, rows: rows.count, late: expected.late)
  }

  /// The last result of every window, and the late rows: what is promised over any number of partitions.
  func last(_ run: ManifestRun, _ partitions: [[ModelRow]], _ model: WindowModel) {
    let expected = model.last(of: partitions)
    compare(lastResults(run), expected.results, withCorrections: false)
    accounts(run, rows: partitions.reduce(0) { $0 + $1.count }, late: expected.late)
  }

  /// What stands at the end, in the order of windows and keys: later results of a window take the place of earlier ones, and a
  /// session that of those that it swallowed.
  func lastResults(_ run: ManifestRun) -> [Found] {
    var last: [Found] = []
    for result in found(run) {
      last.removeAll { other in
        guard Cell.keyBytes(other.key) == Cell.keyBytes(result.key) else { return false }
        if case .session = test.kind { return result.span.start <= other.span.start && other.span.end <= result.span.end }
        return other.span == result.span
      }
      last.append(result)
    }
    return last.sorted { a, b in
      a.span == b.span ? Cell.keyBytes(a.key).lexicographicallyPrecedes(Cell.keyBytes(b.key)) : a.span < b.span
    }
  }

  private func compare(_ found: [Found], _ expected: [WindowModel.Result], withCorrections: Bool) {
    for (index, (one, wanted)) in zip(found, expected).enumerated() {
      let same =
        Cell.keyBytes(one.key) == Cell.keyBytes(wanted.key) && one.span == wanted.span
        && (!withCorrections || one.corrections == wanted.corrections)
        && zip(one.values, wanted.values).allSatisfy { $1.holds($0) }
      guard same else {
        Issue.record("result \(index): got \(one), expected \(wanted); \(replay)\n\(test.manifest)")
        return
      }
    }
    if found.count != expected.count {
      let next = found.count > expected.count ? "got \(found[expected.count])" : "expected \(expected[found.count])"
      Issue.record("\(found.count) results in place of \(expected.count): \(next); \(replay)\n\(test.manifest)")
    }
    var back: Int64 = 1
    if case .count = test.kind { back = 0 }
    for result in found where result.time != result.span.end - back {
      Issue.record("a result's event time is its window's last instant: \(result), \(result.time ?? 0); \(replay)")
      return
    }
  }

  /// Every row is in a window or on `late`, and the books say so.
  private func accounts(_ run: ManifestRun, rows: Int, late: Set<WindowModel.Late>) {
    let found = run.late.map { WindowModel.Late(number: Int($0.int("row") ?? -1), lateness: $0.int("lateness") ?? -1) }
    let context = "\(replay)\n\(test.manifest)"
    #expect(Set(found) == late, "late: \(context)")
    #expect(found.count == late.count, "a row is late once: \(context)")
    #expect(run.dead.isEmpty, "\(run.dead.prefix(1)) \(context)")
    let node = run.node("win")!
    #expect(node.rowsIn == UInt64(rows), "\(context)")
    #expect(node.late == UInt64(late.count), "late \(node.late) in the books; \(context)")
    #expect(node.taken == UInt64(rows - late.count), "taken \(node.taken) in the books; \(context)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(context)")
  }
}
