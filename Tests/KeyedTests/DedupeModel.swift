import ProofBench

/// Repeated rows as docs/keyed.md says them: every run of every key is kept for ever, and looked at one by one.
struct DedupeModel {
  private struct Run {
    var first: Int64
    var last: Int64
  }

  var ttl: Int64?
  var extends = false
  /// What a row is compared by; nil when it has nothing to be compared by.
  var key: (FoldStream.Row) -> [UInt8]?

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
