import ProofBench
import TestSupport
import Testing

/// Repeated rows as docs/keyed.md says them: every run of every key is kept for ever, and looked at one by one.
struct DedupeModel {
  /// What rows are compared by in the place of fields.
  struct Expression {
    var text: String
    var value: (FoldStream.Row) -> Cell
  }

  private struct Run {
    var first: Int64
    var last: Int64
  }

  var keys: [String] = []
  /// Without `keys`.
  var by: Expression?
  var ttl: Int64?
  var extends = false

  /// What a row is compared by; nil when it has nothing to be compared by.
  private func key(_ row: FoldStream.Row) -> [UInt8]? {
    let cells = if keys.isEmpty, let by { [by.value(row)] } else { row.key(keys) }
    return cells.allSatisfy { $0 == .null } ? nil : Cell.keyBytes(cells)
  }

  /// For each row whether it is new.
  func verdicts(on rows: [FoldStream.Row]) -> [Bool] {
    var runs: [[UInt8]: [Run]] = [:]
    return rows.map { row in
      guard let key = key(row) else { return true }
      guard let ttl else {
        defer { runs[key] = [Run(first: 0, last: 0)] }
        return runs[key] == nil
      }
      let met = (runs[key] ?? []).filter { run in
        row.time < run.last + ttl && row.time > run.first - ttl && (row.behind ?? .min) < run.last + ttl
      }
      if met.isEmpty {
        runs[key, default: []].append(Run(first: row.time, last: row.time))
        return true
      }
      if extends {
        runs[key]!.removeAll { run in met.contains { $0.first == run.first && $0.last == run.last } }
        runs[key]!.append(
          Run(first: min(row.time, met.map(\.first).min()!), last: max(row.time, met.map(\.last).max()!)))
      }
      return false
    }
  }
}

extension DedupeModel: KeyedModel {
  static let use = "dedupe"
  static let ports = ["duplicates"]

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> FoldStream {
    .keyed(count, partitions: partitions, disorder: 20, &random)
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    self.init()
    switch random.below(5) {
    case 0: keys = ["k"]
    case 1: keys = ["k", "j"]
    case 2: keys = ["n"]
    case 3:
      // Quotients that are not a number are one key, infinities two.
      by = Expression(text: "value / z") { row in
        guard case .double(let value)? = row["value"], case .double(let z)? = row["z"] else { return .null }
        return .double(value / z)
      }
    default:
      by = Expression(text: "\"has(k) ? k + '!' : 'none'\"") { row in
        if case .text(let text)? = row["k"] { .text(text + "!") } else { .text("none") }
      }
    }
    guard random.below(5) > 0 else { return }
    ttl = unit * Int64(1 + random.below(15))
    extends = random.below(2) == 0
  }

  var options: [String] {
    var options = [keys.isEmpty ? "by: \(by?.text ?? "row")" : "key: [\(keys.joined(separator: ", "))]"]
    if let ttl { options.append("ttl: \(ttl)ns") }
    if extends { options.append("extend: true") }
    return options
  }

  func hold(_ run: ManifestRun, _ rows: [FoldStream.Row], _ replay: String) {
    let verdicts = verdicts(on: rows)
    let new = zip(rows, verdicts).filter(\.1).map { Int64($0.0.number) }
    let repeated = zip(rows, verdicts).filter { !$0.1 }.map { Int64($0.0.number) }
    #expect(run.out.map { $0.int("row") ?? -1 } == new, "rows that pass; \(replay)")
    #expect((run.rows["duplicates"] ?? []).map { $0.int("row") ?? -1 } == repeated, "rows that repeat one; \(replay)")
    #expect(run.dead.isEmpty && run.node("op")!.taken == UInt64(rows.count), "\(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }
}
