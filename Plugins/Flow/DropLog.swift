/// Counts rows that were dropped, and says so at most once in ten seconds.
struct DropLog {
  static let interval: Int64 = 10_000_000_000

  private var untold = 0
  private var next = Int64.min

  /// Counts rows; a line for the log when it is time for one. `now` is a reading of the clock in ns.
  mutating func note(_ rows: Int, now: Int64) -> String? {
    untold += rows
    guard now >= next else { return nil }
    next = now &+ Self.interval
    return rest()
  }

  /// A line about what was not told yet.
  mutating func rest() -> String? {
    guard untold > 0 else { return nil }
    defer { untold = 0 }
    return "\(untold) \(untold == 1 ? "row" : "rows") over the limit dropped; read the port 'excess' to keep them"
  }
}
