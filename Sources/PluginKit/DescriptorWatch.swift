import Glibc
import Synchronization

/// Wakes an instance when a descriptor is ready or some time has passed, from a thread of its own: until then nothing is polled.
///
/// One request stands at a time; a new one takes its place. Each is answered by one `Host.wake`, and a wake too many does no harm:
/// whoever is woken looks for itself. Made in `open`, stopped in `close`. The descriptors of a request may be closed while it
/// stands.
public final class DescriptorWatch: Sendable {
  /// A descriptor and what is awaited of it (POLLIN, POLLOUT); its end and its errors are awaited always.
  public struct Interest: Sendable, Equatable {
    public let descriptor: Int32
    public let events: Int16

    public init(_ descriptor: Int32, _ events: Int32) {
      self.descriptor = descriptor
      self.events = Int16(truncatingIfNeeded: events)
    }
  }

  private struct Request: Sendable {
    var interests: [Interest] = []
    /// Milliseconds, as poll(2) takes them; -1 = for ever.
    var timeout: Int32 = -1
    var number: UInt64 = 0
    var isOpen = false
    var isStopped = false
  }

  private let host: Host
  private let request = Mutex(Request())
  /// A byte in it tells the thread of a new request.
  private let reader, writer: Int32
  private let thread = Mutex<pthread_t?>(nil)

  public init(_ host: Host) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw PluginError.fatal("pipe: \(errnoText(errno))") }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    self.host = host
    (reader, writer) = (ends[0], ends[1])
    try start()
  }

  deinit {
    close(reader)
    close(writer)
  }

  /// Asks for one wake once one of the descriptors is ready, or the time has passed; without either for none.
  public func wake(on interests: [Interest], after time: Duration? = nil) {
    request.withLock {
      $0.interests = interests
      // Rounded up: a wake just before its time would find nothing due.
      $0.timeout = time.map { Int32(clamping: max($0.wholeNanoseconds, 0) / 1_000_000 + 1) } ?? -1
      $0.number &+= 1
      $0.isOpen = true
    }
    tell()
  }

  /// Ends the thread. No wake comes after this.
  public func stop() {
    request.withLock { $0.isStopped = true }
    tell()
    guard let running = thread.withLock({ $0.take() }) else { return }
    pthread_join(running, nil)
  }

  private func tell() {
    var byte: UInt8 = 1
    // A full pipe tells as much as another byte would.
    _ = write(writer, &byte, 1)
  }

  private func start() throws {
    var made = pthread_t()
    let context = Unmanaged.passRetained(self)
    // The signals of the process are the host's to take.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    let error = pthread_create(&made, nil, Self.body, context.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard error == 0 else {
      context.release()
      throw PluginError.fatal("no thread to wait for descriptors: \(errnoText(error))")
    }
    thread.withLock { $0 = made }
  }

  private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    if let context { Unmanaged<DescriptorWatch>.fromOpaque(context).takeRetainedValue().run() }
    return nil
  }

  private func run() {
    while true {
      let asked = request.withLock { $0 }
      if asked.isStopped { return }
      var watched = [pollfd(fd: reader, events: Int16(POLLIN), revents: 0)]
      if asked.isOpen { watched += asked.interests.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) } }
      let count = poll(&watched, nfds_t(watched.count), asked.isOpen ? asked.timeout : -1)
      if count < 0 && errno != EINTR { return }
      if watched[0].revents != 0 { drain() }
      let isReady = count == 0 || watched.dropFirst().contains { $0.revents != 0 }
      guard isReady, asked.isOpen else { continue }
      let isCurrent = request.withLock { now in
        guard now.number == asked.number, !now.isStopped else { return false }
        now.isOpen = false
        return true
      }
      if isCurrent { host.wake() }
    }
  }

  private func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
      while read(reader, bytes.baseAddress, bytes.count) > 0 {}
    }
  }
}
