import Synchronization

/// What a program has looked up for values that are not in its text: patterns and time zones. For any number of threads.
final class Caches: Sendable {
  private let patterns = Mutex<[Text: Pattern]>([:])
  private let zones = Mutex<[Text: TimeZone]>([:])

  /// A row may bring any text: when there are so many, all are forgotten. A pattern may take some MiB.
  private static let capacity = 16

  func pattern(_ text: Text) throws(EvaluationError) -> Pattern {
    if let pattern = patterns.withLock({ $0[text] }) { return pattern }
    let pattern = try Pattern(text)
    patterns.withLock { Self.keep(pattern, as: text, in: &$0) }
    return pattern
  }

  func zone(_ text: Text) throws(EvaluationError) -> TimeZone {
    if let zone = zones.withLock({ $0[text] }) { return zone }
    let zone = try TimeZone(text)
    zones.withLock { Self.keep(zone, as: text, in: &$0) }
    return zone
  }

  private static func keep<Item>(_ item: Item, as text: Text, in items: inout [Text: Item]) {
    if items.count >= capacity { items.removeAll(keepingCapacity: true) }
    items[text] = item
  }
}
