import CHost
import Synchronization

/// A clock that stands still until it is advanced: tests and replays own the time with it.
public final class VirtualClock: PipelineClock {
  private let time: Atomic<Int64>
  private let parkers = Mutex<[Parker]>([])

  public init(at start: Int64 = 0) { time = Atomic(start) }

  public var now: Int64 { time.load(ordering: .acquiring) }

  public func sleepLimit(until deadline: Int64) -> Int64? { deadline <= now ? 0 : nil }

  public func register(_ parker: Parker) { parkers.withLock { $0.append(parker) } }

  /// Moves the time forward and wakes everyone who waits for it. Any thread.
  public func advance(by nanoseconds: Int64) {
    precondition(nanoseconds >= 0, "a virtual clock never goes back")
    time.wrappingAdd(nanoseconds, ordering: .acquiringAndReleasing)
    for parker in parkers.withLock({ $0 }) { parker.signal() }
  }
}
