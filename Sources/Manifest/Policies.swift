import PluginManifest

/// How a source's watermark W follows its event times. W is exclusive: no event before it is expected, one at W is.
public enum WatermarkPolicy: Sendable, Equatable {
  /// W = largest event time seen - delay, moved event by event.
  case delay(nanoseconds: Int64)
  /// Event times never go back: a delay of 0.
  case monotonic

  public var delayNanoseconds: Int64 {
    switch self {
    case .delay(let nanoseconds): nanoseconds
    case .monotonic: 0
    }
  }
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
