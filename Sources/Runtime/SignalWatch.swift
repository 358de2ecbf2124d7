import CHost
import Engine
import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into a drain with a limit, a second one, or the limit's end, into a forced stop, and a call that does not
/// return from that into the end of the process.
///
/// The signals are blocked in every thread and taken by one that waits for nothing else, so no code runs in a signal handler.
public final class SignalWatch: Sendable {
  /// How long calls may take to return after a forced stop.
  public static let patienceNanoseconds: Int64 = 2_000_000_000

  private let received = Atomic<Int32>(0)
  private let forcedBySignal = Atomic<Bool>(false)
  private let done = Atomic<Bool>(false)

  public init() {}

  /// Blocks the signals; call before any thread is started.
  public static func block() {
    var set = signals()
    pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  private static func signals() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    return set
  }

  /// Watches on behalf of a pipeline until `finish`. `giveUp` is called, on the watch's thread, when calls do not return after a forced
  /// stop; the process ends behind it.
  public func start(
    _ pipeline: Pipeline, drainNanoseconds: Int64, note: @escaping @Sendable (String) -> Void,
    giveUp: @escaping @Sendable () -> Void
  ) {
    final class Context: Sendable {
      let watch: SignalWatch
      let pipeline: Pipeline
      let drainNanoseconds: Int64
      let note: @Sendable (String) -> Void
      let giveUp: @Sendable () -> Void
      init(
        _ watch: SignalWatch, _ pipeline: Pipeline, _ drainNanoseconds: Int64, _ note: @escaping @Sendable (String) -> Void,
        _ giveUp: @escaping @Sendable () -> Void
      ) {
        self.watch = watch
        self.pipeline = pipeline
        self.drainNanoseconds = drainNanoseconds
        self.note = note
        self.giveUp = giveUp
      }
    }
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { raw in
      let context = Unmanaged<Context>.fromOpaque(raw!).takeRetainedValue()
      context.watch.loop(context.pipeline, context.drainNanoseconds, note: context.note, giveUp: context.giveUp)
    }
    var thread: UInt64 = 0
    let context = Unmanaged.passRetained(Context(self, pipeline, drainNanoseconds, note, giveUp))
    if tide_thread_start(body, context.toOpaque(), 256 << 10, "tm-signals", &thread) == 0 {
      pthread_detach(pthread_t(thread))
    } else {
      context.release()
    }
  }

  private func loop(_ pipeline: Pipeline, _ drainNanoseconds: Int64, note: (String) -> Void, giveUp: () -> Void) {
    var deadline = Int64.max, patience = Int64.max
    while !done.load(ordering: .acquiring) {
      var set = Self.signals()
      var wait = timespec(tv_sec: 0, tv_nsec: 100_000_000)
      let number = sigtimedwait(&set, nil, &wait)
      if number > 0 {
        if received.exchange(number, ordering: .sequentiallyConsistent) == 0 {
          deadline = tide_steady_ns() &+ drainNanoseconds
          note("stopping: draining what was read; a second signal stops at once")
          pipeline.stop()
        } else {
          // A third one does not wait for anybody.
          patience = pipeline.isForced ? tide_steady_ns() : tide_steady_ns() &+ Self.patienceNanoseconds
          force(pipeline)
        }
      }
      if tide_steady_ns() >= deadline {
        note("the drain took longer than its limit")
        deadline = .max
        patience = tide_steady_ns() &+ Self.patienceNanoseconds
        force(pipeline)
      }
      if tide_steady_ns() >= patience, !done.load(ordering: .acquiring) {
        giveUp()
        _exit(forcedExitCode)
      }
    }
  }

  private func force(_ pipeline: Pipeline) {
    forcedBySignal.store(true, ordering: .sequentiallyConsistent)
    pipeline.force()
  }

  /// Ends the watch.
  public func finish() { done.store(true, ordering: .releasing) }

  /// The exit code of a forced stop, as shells give it: 128 plus the signal.
  public var forcedExitCode: Int32 { 128 + max(received.load(ordering: .acquiring), SIGINT) }
}
