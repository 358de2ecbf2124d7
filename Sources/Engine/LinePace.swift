/// Lets one log line of a kind through in a second, the first at once, and counts the others.
struct LinePace {
  private static let windowNanoseconds: Int64 = 1_000_000_000

  private var nextAt = Int64.min
  private var left = 0

  /// How many were held back since the last line; nil when this one is too.
  mutating func admit(at now: Int64) -> Int? {
    guard now >= nextAt else {
      left += 1
      return nil
    }
    nextAt = now &+ Self.windowNanoseconds
    defer { left = 0 }
    return left
  }
}
