private let nanosecondsPerSecond: Int32 = 1_000_000_000

extension Timestamp {
  static let first = Timestamp(seconds: -62_135_596_800)
  static let last = Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999)

  var isInRange: Bool { self >= .first && self <= .last }

  /// Nil outside of the years 1 to 9999.
  func adding(_ duration: Duration) -> Timestamp? {
    let (seconds, nanoseconds) = sum((seconds, nanoseconds), (duration.seconds, duration.nanoseconds))
    let result = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    return result.isInRange ? result : nil
  }

  /// Nil when the distance is more than 64 bits of nanoseconds hold, some 292 years.
  func distance(from other: Timestamp) -> Duration? {
    let (seconds, nanoseconds) = sum((seconds, nanoseconds), negated((other.seconds, other.nanoseconds)))
    let result = Duration(seconds: seconds, nanoseconds: nanoseconds)
    return result.wholeNanoseconds == nil ? nil : result
  }
}

extension Duration {
  static let maxSeconds: Int64 = 315_576_000_000

  var isInRange: Bool { (-Self.maxSeconds..<Self.maxSeconds).contains(seconds) || self == Duration(seconds: Self.maxSeconds) }

  /// Nil when there are more than 64 bits hold.
  var wholeNanoseconds: Int64? {
    Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))
  }

  /// Whole units, cut off towards zero, for units of at least a nanosecond.
  func whole(nanosecondsPerUnit: Int64) -> Int64 {
    Int64(clamping: (Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)) / Int128(nanosecondsPerUnit))
  }

  /// Nil beyond the range of durations.
  func adding(_ other: Duration) -> Duration? {
    let (seconds, nanoseconds) = sum((seconds, nanoseconds), (other.seconds, other.nanoseconds))
    let result = Duration(seconds: seconds, nanoseconds: nanoseconds)
    return result.isInRange ? result : nil
  }

  var negated: Duration {
    let (seconds, nanoseconds) = Expressions.negated((seconds, nanoseconds))
    return Duration(seconds: seconds, nanoseconds: nanoseconds)
  }
}

/// Nanoseconds are 0 ... 999,999,999, of operands and results; seconds of instants in range are far from the ends of their
/// type.
private func sum(_ one: (Int64, Int32), _ other: (Int64, Int32)) -> (Int64, Int32) {
  let nanoseconds = one.1 &+ other.1
  let seconds = one.0 &+ other.0
  return nanoseconds >= nanosecondsPerSecond ? (seconds &+ 1, nanoseconds - nanosecondsPerSecond) : (seconds, nanoseconds)
}

private func negated(_ value: (Int64, Int32)) -> (Int64, Int32) {
  value.1 == 0 ? (0 &- value.0, 0) : (-1 &- value.0, nanosecondsPerSecond - value.1)
}
