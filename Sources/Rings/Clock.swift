import CHost

/// Reads the time of a pipeline: the machine's, or one that a test or a replay moves by hand.
public protocol PipelineClock: AnyObject, Sendable {
  /// Nanoseconds since the epoch, UTC. Any thread.
  var now: Int64 { get }
  /// How long a wait until `deadline` may sleep at most, in nanoseconds; nil = until a signal. 0 or less: the deadline has passed.
  func sleepLimit(until deadline: Int64) -> Int64?
  /// Makes the clock signal a parker whenever it jumps. Any thread.
  func register(_ parker: Parker)
}

/// The machine's clock.
public final class SystemClock: PipelineClock {
  public init() {}
  public var now: Int64 { tide_clock_ns() }
  public func sleepLimit(until deadline: Int64) -> Int64? { deadline &- now }
  public func register(_ parker: Parker) {}
}
