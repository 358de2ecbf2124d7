import ProofBench
import Testing

/// Compares what an operator gave, row by row, with what a model says.
struct RollingCheck {
  /// What a model says of one row.
  enum Verdict {
    /// It comes out with these new fields.
    case passes([(name: String, value: ProofBench.Expectation)])
    case late(Int64)
    case dropped
  }

  /// How the case is repeated, and its manifest.
  let replay: String

  /// - Parameter verdicts: of the rows in the order in which they came.
  func hold(_ run: ManifestRun, _ rows: [RollingRow], _ verdicts: [Verdict]) {
    var passed: [(number: Int, fields: [(name: String, value: ProofBench.Expectation)])] = []
    var late: [String] = []
    for (row, verdict) in zip(rows, verdicts) {
      switch verdict {
      case .passes(let fields): passed.append((row.number, fields))
      case .late(let nanoseconds): late.append("\(row.number) by \(nanoseconds)")
      case .dropped: break
      }
    }
    #expect(
      run.late.map { "\($0.int("row") ?? -1) by \($0.int("lateness") ?? -1)" } == late, "late rows; \(replay)")
    #expect(run.out.map { $0.int("row") } == passed.map { Int64($0.number) }, "rows; \(replay)")
    for (row, wanted) in zip(run.out, passed) {
      for (name, value) in wanted.fields where !value.holds(row[name]) {
        Issue.record("row \(wanted.number): \(name) is \(row[name]), expected \(value); \(replay)")
        return
      }
    }
    books(run, rows: rows.count, late: late.count)
  }

  func books(_ run: ManifestRun, rows: Int, late: Int, dead: Int = 0) {
    let node = run.node("it")!
    #expect(run.dead.count == dead, "\(run.dead.prefix(1)); \(replay)")
    #expect(node.rowsIn == UInt64(rows) && node.late == UInt64(late), "books; \(replay)")
    #expect(node.taken == UInt64(rows - late - dead), "books; \(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()); \(replay)")
  }
}
