import ProofBench
import TestSupport
import Testing

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
  var emit = "every"
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
      if emit != "change" || isFirst || lives[key]!.values != life.values {
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

extension ReduceModel: KeyedModel {
  static let use = "reduce"
  static let ports: [String] = []

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> FoldStream {
    var stream = FoldStream.keyed(count, partitions: partitions, &random)
    stream.isDeclared = random.below(2) == 0
    return stream
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    let accumulators = Self.all.filter { $0.name == "rows" || random.below(2) == 0 }
    self.init(keys: [["k"], ["k"], ["k", "j"], ["j"], []][random.below(5)], accumulators: accumulators)
    if random.below(2) == 0 { ttl = unit * Int64(1 + random.below(12)) }
    isStrict = random.below(3) == 0
    if random.below(3) == 0 { emit = "change" }
  }

  var options: [String] {
    var options: [String] = []
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    options.append("initial: { \(accumulators.map { "\($0.name): \"\($0.initial)\"" }.joined(separator: ", ")) }")
    options.append("with: { \(accumulators.map { "\($0.name): \"\($0.with)\"" }.joined(separator: ", ")) }")
    if let ttl { options.append("ttl: \(ttl)ns") }
    options.append("emit: \(emit)")
    if isStrict { options.append("strict: true") }
    return options
  }

  func found(_ run: ManifestRun) -> [Result] {
    run.out.map { row in
      Result(key: keys.map { row[$0] }, values: accumulators.map { row[$0.name] }, time: row.time ?? 0)
    }
  }

  func hold(_ run: ManifestRun, _ rows: [FoldStream.Row], _ replay: String) {
    let expected = results(of: rows)
    let found = found(run)
    if let at = found.indices.first(where: { $0 >= expected.results.count || found[$0] != expected.results[$0] }) {
      let wanted = at < expected.results.count ? "\(expected.results[at])" : "nothing"
      Issue.record("result \(at): got \(found[at]), expected \(wanted); \(replay)")
    }
    #expect(found.count == expected.results.count, "\(replay)")
    #expect(run.dead.count == expected.rejected.count, "dead letters; \(replay)")
    #expect(run.node("op")!.taken == UInt64(rows.count - expected.rejected.count), "taken; \(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }
}
