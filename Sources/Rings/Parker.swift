import CHost

/// Where one thread sleeps until an input has something, an output has room again, a time has come, or it is told to stop.
public final class Parker: @unchecked Sendable {
  /// The shared words; lives as long as the parker.
  public let words: UnsafeMutablePointer<tide_parker>
  private let clock: any PipelineClock

  public init(clock: any PipelineClock) {
    words = .allocate(capacity: 1)
    words.initialize(to: tide_parker())
    self.clock = clock
    clock.register(self)
  }

  deinit { words.deallocate() }

  /// Wakes the thread if it sleeps, after whatever was published before. Any thread.
  public func signal() { tide_parker_signal(words) }

  /// Sleeps until `ready` may hold: until a signal, or until `deadline` on the pipeline's clock. `ready` is asked again after the
  /// sleep was announced, so nothing that was published before is missed. Returns at once when it already holds. The parker's own
  /// thread only.
  public func park(until deadline: Int64 = .max, unless ready: () -> Bool) {
    tide_parker_prepare(words)
    if ready() { return tide_parker_stay(words) }
    guard deadline != .max else { return tide_parker_sleep(words, -1) }
    guard let limit = clock.sleepLimit(until: deadline) else { return tide_parker_sleep(words, -1) }
    if limit <= 0 { return tide_parker_stay(words) }
    tide_parker_sleep(words, limit)
  }
}
