/// How long a source has been asked for rows: the time that `idle` goes by.
///
/// It is the host's clock without the times in which nobody could have brought a row: while the chain waited for room behind it, and
/// while a failed poll waited to be repeated. A poll counts only as far as it should take, for what comes behind the source may have
/// taken the rest; after one that found nothing, all of the time until the next one counts.
struct IdleClock {
  /// So far, ns.
  private(set) var asked: Int64 = 0
  private var countedAt: Int64?
  private var heldBefore: Int64 = 0
  private var hasNothing = false

  /// A poll begins; `held` is how long the chain has waited in all, ns.
  mutating func begin(at now: Int64, held: Int64) {
    count(upTo: now, held: held, atMost: hasNothing ? .max : Chain.pollNanoseconds)
  }

  /// It has ended. `hasNothing`: the source waits for rows.
  mutating func end(at now: Int64, held: Int64, hasNothing: Bool) {
    count(upTo: now, held: held, atMost: Chain.pollNanoseconds)
    self.hasNothing = hasNothing
  }

  /// It failed and is to be repeated: what follows does not count.
  mutating func fail() { countedAt = nil }

  private mutating func count(upTo now: Int64, held: Int64, atMost: Int64) {
    if let countedAt { asked &+= min(max(now &- countedAt &- (held &- heldBefore), 0), atMost) }
    countedAt = now
    heldBefore = held
  }

  /// When a source that has nothing will have been asked for so long, on the host's clock.
  func due(_ asked: Int64) -> Int64 {
    guard let countedAt else { return .max }
    let (time, overflow) = countedAt.addingReportingOverflow(asked &- self.asked)
    return overflow ? .max : time
  }
}
