import ProofBench

/// Folds as docs/keyed.md says them, one row at a time over lists.
struct ReduceModel {
  /// An accumulator as a manifest has it, and what it does to a cell; nil is an error.
  struct Accumulator: Sendable {
    var name: String
    var initial: String
    var with: String
    var begin: @Sendable (FoldStream.Row) -> Cell?
    var next: @Sendable (_ before: [String: Cell], FoldStream.Row) -> Cell?
  }

  struct Result: Equatable, CustomStringConvertible {
    var key: [Cell]
    var values: [Cell]
    var time: Int64
    var description: String { "\(key) \(values) @\(time)" }
  }

  private struct Life {
    var last: Int64
    var values: [String: Cell]
  }

  var keys: [String]
  var accumulators: [Accumulator]
  var ttl: Int64?
  var emitsChanges = false
  var isStrict = false

  /// Results in the order of rows, and the rows that are rejected.
  func results(of rows: [FoldStream.Row]) -> (results: [Result], rejected: [Int]) {
    var lives: [[Cell]: Life] = [:]
    var results: [Result] = []
    var rejected: [Int] = []
    for row in rows {
      let key = row.key(keys)
      if let ttl, let life = lives[key], max(row.time, row.behind ?? .min) >= life.last + ttl { lives[key] = nil }
      let isFirst = lives[key] == nil
      var life = lives[key] ?? Life(last: row.time, values: [:])
      var errs = false
      if isFirst {
        for accumulator in accumulators {
          let begin = accumulator.begin(row)
          errs = errs || begin == nil
          life.values[accumulator.name] = begin ?? .null
        }
      }
      let before = life.values
      for accumulator in accumulators where !(errs && isStrict) {
        if let next = accumulator.next(before, row) { life.values[accumulator.name] = next } else { errs = true }
      }
      if errs, isStrict {
        rejected.append(row.number)
        continue
      }
      life.last = max(life.last, row.time)
      if !emitsChanges || isFirst || lives[key]!.values != life.values {
        results.append(Result(key: key, values: accumulators.map { life.values[$0.name]! }, time: row.time))
      }
      lives[key] = life
    }
    return (results, rejected)
  }

  /// Accumulators of every type: sums, a count, the greatest, the last text, a text that grows, a truth, one that reads
  /// another.
  static let all: [Accumulator] = [
    .init(name: "total", initial: "0.0", with: "total + value", begin: { _ in .double(0) }) { before, row in
      guard case .double(let value)? = row["value"], case .double(let total)? = before["total"] else { return nil }
      return .double(total + value)
    },
    .init(name: "rows", initial: "0", with: "rows + 1", begin: { _ in .int(0) }) { before, _ in
      guard case .int(let rows)? = before["rows"] else { return nil }
      return .int(rows + 1)
    },
    .init(
      name: "peak", initial: "null", with: "peak == null || value > peak ? value : peak", begin: { _ in .null }
    ) { before, row in
      guard case .double(let peak)? = before["peak"] else { return row["value"] }
      guard case .double(let value)? = row["value"] else { return nil }
      return .double(max(peak, value))
    },
    .init(name: "last", initial: "s", with: "s", begin: { $0["s"] }) { _, row in row["s"] },
    .init(name: "line", initial: "''", with: "line.size() < 5 ? line + s : s", begin: { _ in .text("") }) { before, row in
      guard case .text(let line)? = before["line"] else { return nil }
      guard line.unicodeScalars.count < 5 else { return row["s"] }
      guard case .text(let more)? = row["s"] else { return nil }
      return .text(line + more)
    },
    .init(name: "flag", initial: "false", with: "!flag", begin: { _ in .bool(false) }) { before, _ in
      guard case .bool(let flag)? = before["flag"] else { return nil }
      return .bool(!flag)
    },
    .init(name: "both", initial: "n", with: "n > 0 ? rows * 2 + n : both", begin: { $0["n"] }) { before, row in
      guard case .int(let n)? = row["n"], case .int(let rows)? = before["rows"] else { return nil }
      guard n > 0 else { return before["both"] }
      let (sum, overflow) = (rows * 2).addingReportingOverflow(n)
      return overflow ? nil : .int(sum)
    },
    .init(name: "ratio", initial: "0.0", with: "ratio + z / z", begin: { _ in .double(0) }) { before, row in
      guard case .double(let ratio)? = before["ratio"], case .double(let z)? = row["z"] else { return nil }
      return .double(ratio + z / z)
    },
  ]
}
