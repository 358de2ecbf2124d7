/// How often a failed call is made again, and after which waits, as a manifest asks for it and the engine does it.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts of one call after the first.
  public var limit = 8
  /// Wait before the first repetition, ns; doubled before each further one.
  public var backoffNanoseconds: Int64 = 10_000_000
  /// Longest wait, ns.
  public var maxBackoffNanoseconds: Int64 = 10_000_000_000
  /// Share of each wait that chance takes off, from 0 to 1: so that many who failed together do not come back together.
  public var jitter = 0.2
  /// Also repeats a batch that failed for good: with a new instance, as long as nothing of it was sent on.
  public var repeatsFailures = false

  public init() {}

  /// What `on_error: retry` means.
  public static var repeatingFailures: RetryPolicy {
    var policy = RetryPolicy()
    policy.repeatsFailures = true
    return policy
  }

  /// Wait before repetition `attempt`, counted from 0; `chance` is from 0 to 1.
  public func wait(attempt: Int, chance: Double = .random(in: 0...1)) -> Int64 {
    let (doubled, overflow) = backoffNanoseconds.multipliedReportingOverflow(by: 1 << Int64(min(attempt, 40)))
    let whole = overflow ? maxBackoffNanoseconds : min(doubled, maxBackoffNanoseconds)
    return whole - Int64(Double(whole) * jitter * chance)
  }
}
