import PluginManifest

/// How a source's watermark W follows its event times. W is exclusive: no event before it is expected, one at W is.
public struct WatermarkPolicy: Sendable, Equatable {
  /// How far W stays behind.
  public enum Lag: Sendable, Equatable {
    /// W = largest event time seen - delay.
    case delay(nanoseconds: Int64)
    /// Event times never go back: a delay of 0.
    case monotonic
  }
  public var lag: Lag
  /// How often W moves, by the host's clock; nil = event by event.
  public var periodicNanoseconds: Int64?
  /// How long a partition may be silent, by the host's clock, before W no longer waits for it; nil = for ever.
  public var idleNanoseconds: Int64?

  public init(_ lag: Lag, periodicNanoseconds: Int64? = nil, idleNanoseconds: Int64? = nil) {
    self.lag = lag
    self.periodicNanoseconds = periodicNanoseconds
    self.idleNanoseconds = idleNanoseconds
  }

  public static func delay(nanoseconds: Int64) -> WatermarkPolicy { WatermarkPolicy(.delay(nanoseconds: nanoseconds)) }
  public static let monotonic = WatermarkPolicy(.monotonic)

  public var delayNanoseconds: Int64 {
    switch lag {
    case .delay(let nanoseconds): nanoseconds
    case .monotonic: 0
    }
  }

  static let periodicRange: ClosedRange<Int64> = 1_000_000...3_600_000_000_000
  static let idleRange: ClosedRange<Int64> = 1_000_000...(366 * 86_400_000_000_000)
}

/// In which order a node takes its input.
public enum InputOrder: String, Sendable, CaseIterable {
  /// By event time and id, once the watermark has passed a row.
  case eventTime = "event_time"
}

extension StateLimits {
  static let bytesRange: ClosedRange<Int64> = (64 << 10)...(1 << 44)
  static let keysRange = 1...1_000_000_000_000
}

/// What becomes of a row that a node rejects, and of a node that fails.
public enum OnError: String, Sendable, CaseIterable {
  /// Rejected rows go to the dead-letter port (counted and logged where nothing reads it).
  case deadLetter = "dead_letter"
  /// The pipeline stops with the error.
  case stop
}

extension RetryPolicy {
  static let limitRange = 1...1000
  static let waitRange: ClosedRange<Int64> = 1_000_000...3_600_000_000_000
}

/// What becomes of a failed call and of a rejected row.
public struct ErrorPolicy: Sendable, Equatable {
  /// What happens in the end.
  public var onError: OnError
  /// Set when failed batches are tried again before that.
  public var retry: RetryPolicy?

  public init(_ onError: OnError, retry: RetryPolicy? = nil) {
    self.onError = onError
    self.retry = retry
  }
}

/// What a failure may cost. Only the first one is built; a manifest with another is refused.
public enum Delivery: String, Sendable, CaseIterable {
  case atMostOnce = "at_most_once"
  case atLeastOnce = "at_least_once"
  case exactlyOnce = "exactly_once"
}
