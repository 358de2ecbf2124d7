import Glibc
import PluginKit

/// The sink's connection to its server: made, kept, lost and made again, while records wait in its queue.
///
/// Nothing here waits: `serve` does what can be done now, and `interests` and `nextMoment` say when there is more.
final class Connection {
  struct Settings {
    var connectTimeout, writeTimeout: Int64
    /// The sink fails when no connection was made for so long; nil = never.
    var giveUp: Int64?
    /// The other end answers to each frame.
    var isAcknowledged: Bool
  }

  private enum State {
    /// No connection; the next attempt is at this reading of `Host.now`.
    case away(until: Int64)
    case resolving
    case connecting(Socket, until: Int64)
    case connected(Socket, since: Int64)
    /// Everything was sent, and the other end was told so.
    case ending(Socket, until: Int64)
    case ended
  }

  /// A connection that held for so long was a good one: the waiting times begin anew.
  private static let goodNanoseconds: Int64 = 1_000_000_000
  /// How long the other end may take to close its side once it was told that nothing follows.
  private static let endingNanoseconds: Int64 = 2_000_000_000

  private let host: Host
  private let endpoint: Endpoint
  private let settings: Settings
  private let resolver: Resolver
  private var backoff: Backoff
  private var state = State.away(until: .min)
  private var addresses: [SocketAddress] = []
  private var nextAddress = 0
  /// When there was last a connection, or the first attempt was made.
  private var goneAt: Int64?
  /// Why the last attempt since then failed.
  private var problem: String?
  /// When the other end last took something while there was something to take.
  private var movedAt: Int64 = 0
  private var limit = LogLimit()
  /// What the other end said and is no whole answer yet.
  private var replies: [UInt8] = []
  private(set) var connections = 0
  var queue: SendQueue

  init(_ endpoint: Endpoint, _ settings: Settings, _ backoff: Backoff, _ queue: SendQueue, _ host: Host) {
    self.host = host
    self.endpoint = endpoint
    self.settings = settings
    self.backoff = backoff
    self.queue = queue
    resolver = Resolver(endpoint, host)
  }

  /// Finds out what the host's name stands for. A name that is none is a mistake; a name server that is away may come back.
  func open() throws {
    switch endpoint.resolve() {
    case .success(let found): addresses = found
    case .failure(let problem) where problem.mayPass: host.log(.warning, problem.text)
    case .failure(let problem): throw PluginError.config(problem.text, at: TcpSink.connect.name)
    }
  }

  func close() {
    resolver.stop()
    state = .ended
    if connections > 1 { host.log(.info, "\(endpoint.text): connected \(connections) times") }
  }

  var isEnded: Bool { if case .ended = state { true } else { false } }
  var wasConnected: Bool { connections > 0 }

  // MARK: Serving

  /// Does all that can be done now. Throws when the server has been away for too long.
  func serve() throws {
    while try step() {}
  }

  /// One transition; true when another may follow at once.
  private func step() throws -> Bool {
    let now = host.now
    switch state {
    case .ended: return false
    case .away(let until):
      guard now >= until else { return false }
      if let problem { try giveUpIfDue(problem, now) }
      return try beginAttempt(now)
    case .resolving:
      guard let answer = resolver.take() else {
        try giveUpIfDue("its name is still being looked up", now)
        return false
      }
      switch answer {
      case .success(let found): (addresses, nextAddress) = (found, 0)
      case .failure(let problem): try fail(problem.text, now)
      }
      if case .resolving = state { state = .away(until: now) }
      return true
    case .connecting(let socket, let until):
      guard socket.isReady(for: POLLOUT) else {
        guard now >= until else { return false }
        try fail("no answer in time", now)
        return true
      }
      if let why = socket.outcome {
        try fail(why, now)
        return true
      }
      connected(socket, now)
      return true
    case .connected(let socket, let since):
      if let why = exchange(socket, now) { lose(why, since: since, now) }
      return false
    case .ending(let socket, let until):
      if now >= until || !isStillOpen(socket) { state = .ended }
      return false
    }
  }

  private func beginAttempt(_ now: Int64) throws -> Bool {
    if goneAt == nil { goneAt = now }
    guard nextAddress < addresses.count else {
      state = .resolving
      resolver.ask()
      return true
    }
    let address = addresses[nextAddress]
    nextAddress += 1
    var until = now &+ settings.connectTimeout
    if let giveUpAt, giveUpAt > now { until = min(until, giveUpAt) }
    state = .connecting(try Socket.connecting(to: address), until: until)
    return true
  }

  private func connected(_ socket: Socket, _ now: Int64) {
    socket.keepAlive(after: .seconds(60))
    socket.sendAtOnce()
    connections += 1
    nextAddress = 0
    problem = nil
    movedAt = now
    state = .connected(socket, since: now)
    limit.log(.info, "connected to \(endpoint.text)\(connections > 1 ? " again" : "")", host)
  }

  /// An attempt has failed: the next address at once, or all of them again after a while.
  private func fail(_ why: String, _ now: Int64) throws {
    problem = why
    guard nextAddress >= addresses.count else {
      state = .away(until: now)
      return
    }
    try giveUpIfDue(why, now)
    var pause = backoff.next()
    if let giveUpAt { pause = min(pause, giveUpAt &- now) }
    limit.log(.warning, "\(endpoint.text): \(why); the next attempt is in \(max(pause / 1_000_000, 1)) ms", host)
    state = .away(until: now &+ pause)
  }

  /// When the server will have been away for too long; nil = never, or not away yet.
  private var giveUpAt: Int64? {
    guard let goneAt, let giveUp = settings.giveUp else { return nil }
    let (moment, overflow) = goneAt.addingReportingOverflow(giveUp)
    return overflow ? nil : moment
  }

  private func giveUpIfDue(_ why: String, _ now: Int64) throws {
    guard let goneAt, let giveUpAt, now >= giveUpAt else { return }
    let gone = (now &- goneAt) / 1_000_000
    throw PluginError(
      .unsupported,
      "\(endpoint.text): cannot be reached for \(gone < 10_000 ? "\(gone) ms" : "\(gone / 1000) s"): \(why); "
        + "\(queue.records) records that were taken are not sent")
  }

  /// A connection that stood is gone.
  private func lose(_ why: String, since: Int64, _ now: Int64) {
    queue.rewind()
    replies = []
    goneAt = now
    if now &- since >= Self.goodNanoseconds { backoff.reset() }
    let pause = min(backoff.next(), settings.giveUp ?? .max)
    limit.log(.warning, "\(endpoint.text): \(why); connecting again in \(max(pause / 1_000_000, 1)) ms", host)
    state = .away(until: now &+ pause)
  }

  /// Sends what the other end takes. Nil, or why the connection is gone.
  private func exchange(_ socket: Socket, _ now: Int64) -> String? {
    let isOpen = isStillOpen(socket)
    // What was said before the end counts.
    if let why = takeReplies(now) { return why }
    if !isOpen { return "the server has closed the connection" }
    var broken: String?
    while !queue.isSent, broken == nil {
      var taken = 0
      queue.send { bytes in
        switch socket.write(bytes) {
        case .bytes(let count): taken = count
        case .broken(let why): broken = why
        case .wait, .end: break
        }
        return taken
      }
      if taken == 0 { break }
      movedAt = now
    }
    if queue.isDone { movedAt = now }
    if broken == nil, now &- movedAt >= settings.writeTimeout { return "the server takes nothing any more" }
    return broken
  }

  /// Reads what the other end says; false when it has closed or is gone.
  private func isStillOpen(_ socket: Socket) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { bytes in
      for _ in 0..<16 {
        switch socket.read(into: bytes) {
        case .bytes(let count): if settings.isAcknowledged { replies.append(contentsOf: bytes[..<count]) }
        case .wait: return true
        case .end, .broken: return false
        }
      }
      return true
    }
  }

  /// Lets go of the frames that the other end has taken. Nil, or why its answers cannot be believed.
  private func takeReplies(_ now: Int64) -> String? {
    var at = 0
    defer { replies.removeFirst(at) }
    while replies.count - at >= Acknowledgement.byteCount {
      guard let reply = Acknowledgement(replies[at..<at + Acknowledgement.byteCount]) else {
        return "the server does not acknowledge frames; is it a source 'tcp' with format: frame?"
      }
      at += Acknowledgement.byteCount
      queue.acknowledge(reply.sequence)
      movedAt = now
    }
    return nil
  }

  // MARK: Ending

  /// Nothing follows: true once everything was sent and the other end has closed too, or had time to.
  func finish() throws -> Bool {
    try serve()
    switch state {
    case .ended: return true
    case .ending: return false
    case .connected(let socket, _) where queue.isDone:
      socket.endWriting()
      state = .ending(socket, until: host.now &+ Self.endingNanoseconds)
      return false
    default: return queue.isDone
    }
  }

  // MARK: Waiting

  var interests: [DescriptorWatch.Interest] {
    switch state {
    case .connecting(let socket, _): [.init(socket.descriptor, POLLOUT)]
    case .connected(let socket, _): [.init(socket.descriptor, queue.isSent ? POLLIN : POLLIN | POLLOUT)]
    case .ending(let socket, _): [.init(socket.descriptor, POLLIN)]
    case .away, .resolving, .ended: []
    }
  }

  /// How long until something is due that no descriptor tells.
  var nextMoment: Duration? {
    let moment: Int64? =
      switch state {
      case .away(let until), .connecting(_, let until), .ending(_, let until): until
      case .connected: queue.isDone ? nil : movedAt &+ settings.writeTimeout
      case .resolving: giveUpAt
      case .ended: nil
      }
    return moment.map { .nanoseconds(max($0 == .min ? 0 : $0 &- host.now, 0)) }
  }
}
