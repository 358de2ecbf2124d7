/// A point in time: seconds since 1970 in UTC without leap seconds, and nanoseconds from there.
///
/// From 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
public struct Timestamp: Hashable, Sendable {
  public var seconds: Int64
  /// 0 ... 999,999,999.
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// A length of time, which may be negative; at most 315,576,000,000 seconds either way.
public struct Duration: Hashable, Sendable {
  public var seconds: Int64
  /// 0 ... 999,999,999, also of negative durations: -0.5 s is -1 s and 500,000,000 ns.
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}
