import ProofBench
import TestSupport

/// The operator `rate`, slow and obviously right.
struct RateModel: KeyedModel {
  static let use = "rate"
  static let ports = ["late"]

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> RollingRows {
    RollingRows(count, partitions: partitions, &random)
  }

  var keys: [String]
  var isCounter: Bool
  var drops: Bool
  var per: Int64
  var ttl: Int64?
  /// Name, function, field.
  var results: [(name: String, function: String, field: String)]

  var options: [String] {
    var options = ["per: \(per)ns", "counter: \(isCounter)", "first: \(drops ? "drop" : "pass")"]
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    if let ttl { options.append("ttl: \(ttl)ns") }
    return options + ["set: { \(results.map { "\($0.name): \($0.function)(\($0.field))" }.joined(separator: ", ")) }"]
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    keys = [[], ["k"], ["k"], ["k", "j"], ["j"]][random.below(5)]
    isCounter = random.below(2) == 0
    drops = random.below(2) == 0
    per = [1, unit, 60_000_000_000][random.below(3)]
    if random.below(2) == 0 { ttl = Int64(1 + random.below(60)) * unit }
    results = [("a", "rate", "n"), ("b", "delta", "n"), ("c", "rate", "v"), ("d", "delta", "v")]
    if random.below(2) == 0 { results.removeFirst(2) }
  }

  func hold(_ run: ManifestRun, _ rows: [RollingRow], _ replay: String) {
    RollingCheck(replay: replay).hold(run, rows, verdicts(rows))
  }

  private struct Series {
    var latest: Int64
    var samples: [String: (time: Int64, value: Cell)] = [:]
  }

  private func verdicts(_ rows: [RollingRow]) -> [RollingCheck.Verdict] {
    var known: [[UInt8]: Series] = [:]
    return rows.map { row in
      let key = Cell.keyBytes(row.key(keys))
      if let ttl, let series = known[key], Int128(row.clock) > Int128(series.latest) + Int128(ttl) { known[key] = nil }
      let before = known[key]
      if let before, row.time < before.latest { return .late(before.latest - row.time) }
      var series = before ?? Series(latest: row.time)
      series.latest = row.time
      let found = results.map { result -> (name: String, value: Expectation) in
        let value = row[result.field]
        guard value != .null else { return (result.name, .exactly(.null)) }
        guard let sample = before?.samples[result.field] else { return (result.name, .exactly(.null)) }
        let change = change(value, sample.value)
        if result.function == "delta" { return (result.name, .exactly(.double(change))) }
        let elapsed = Int128(row.time) - Int128(sample.time)
        guard elapsed > 0 else { return (result.name, .exactly(.null)) }
        let rate = change / Double(elapsed) * Double(per)
        return (result.name, .near(rate, 4 * rate.ulp))
      }
      for result in results where row[result.field] != .null { series.samples[result.field] = (row.time, row[result.field]) }
      known[key] = series
      return before == nil && drops ? .dropped : .passes(found)
    }
  }

  private func change(_ value: Cell, _ before: Cell) -> Double {
    if case .int(let own) = value, case .int(let other) = before {
      return isCounter && own < other ? Double(own) : Double(Int128(own) - Int128(other))
    }
    let (own, other) = (value.number!, before.number!)
    return isCounter && own < other ? own : own - other
  }
}
