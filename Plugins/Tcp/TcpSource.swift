import Glibc
import PluginKit

/// Source `tcp`: listens, and takes the records of many clients, a chunk from each in turn.
///
/// A pipeline that does not keep up makes it stop reading, and so in the end its clients stop writing.
struct TcpSource: Source {
  static let listen = Option(
    "listen", .string,
    doc: "Address and port to listen at, as in `127.0.0.1:9000`; `:9000` is this machine alone, port 0 any that is free. "
      + "To be reached from other machines, write `0.0.0.0:9000` or `[::]:9000`.")
  static let maxClients = Option(
    "max_clients", .int, doc: "Clients that may be connected at the same time; further ones are refused.", default: 64,
    minimum: 1, maximum: 4096)
  static let maxRecord = Option(
    "max_record", .bytes,
    doc: "A client that has sent so much of a record, or of a frame, without its end is cut off. "
      + "A record that ends within the 64KiB read with it may be longer by that.",
    default: 1 << 20, minimum: 65536, maximum: 16_777_216)
  static let idleTimeout = Option(
    optional: "idle_timeout", .duration, doc: "A client that sends nothing for so long is let go. Without it none is.",
    minimum: 1_000_000)
  static let keepalive = Option(
    "keepalive", .duration, doc: "After so much silence the other machine is asked whether it is still there.",
    default: .seconds(60), minimum: 1_000_000_000)
  static let once = Option("once", .bool, doc: "End the input when the last client that came has gone.", default: false)

  static let component = Component(
    "tcp", doc: "Read records from clients that connect over TCP, each as one partition.", concurrency: .single,
    codec: .decode, options: [listen, maxClients, maxRecord, idleTimeout, keepalive, once],
    example: """
      name: receive
      sources:
        events: { use: tcp, with: { listen: "127.0.0.1:0", idle_timeout: 5m } }
      sinks:
        out: { use: stdout, from: events }

      """)

  /// Clients that are taken, or refused, before those that are connected have their turn.
  private static let clientsAtOnce = 128

  private let host: Host
  private let endpoint: Endpoint
  private var maxRecord: Int
  private let idleTimeout, keepalive: Duration?
  private let once: Bool
  private var codec: Codec?
  private var listener: Socket?
  private var watch: DescriptorWatch?
  private var clients: ClientTable
  /// No client can be taken before this, a reading of `Host.now`.
  private var acceptAt = Int64.min
  private var counts = Counts()
  private var limit = LogLimit()

  /// What is told at the end.
  private struct Counts {
    var served = 0, refused = 0, cut = 0, broken = 0, silent = 0
  }

  init(_ config: Config) throws {
    host = config.host
    endpoint = try Endpoint(try config[Self.listen], option: Self.listen.name)
    maxRecord = try config[Self.maxRecord]
    idleTimeout = try config[Self.idleTimeout]
    keepalive = try config[Self.keepalive]
    once = try config[Self.once]
    clients = ClientTable(limit: try config[Self.maxClients], sendsFrames: config.format == "frame")
  }

  mutating func open() throws {
    let codec = try host.codec()
    self.codec = codec
    maxRecord = min(maxRecord, codec.maxRecord)
    let address: SocketAddress
    switch endpoint.resolve() {
    case .success(let found): address = found[0]
    case .failure(let problem): throw PluginError.config(problem.text, at: Self.listen.name)
    }
    let listener = try Socket.listening(at: address)
    host.log(.info, "listening at \(listener.localAddress?.text ?? endpoint.text)")
    self.listener = listener
    watch = try DescriptorWatch(host)
  }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    guard let codec, let watch else { throw PluginError.fatal("poll before open") }
    var isBusy = true
    while isBusy {
      try acceptClients(codec)
      clients.look()
      try expire(codec, &out)
      isBusy = false
      for client in clients.inTurn() where clients.isReady(client) {
        switch try client.step(codec, maxRecord: maxRecord, &out) {
        case .more: isBusy = true
        case .rest: break
        case .full:
          clients.beginNextTurn(at: client)
          return .ready
        case .gone(let how):
          isBusy = true
          try remove(client, how, &out)
        }
        if host.now >= deadline {
          clients.beginNextTurn(behind: client)
          return .ready
        }
      }
    }
    if once, counts.served > 0, clients.isEmpty { return .end }
    watch.wake(on: clients.interests + acceptInterests, after: nextMoment)
    return .idle
  }

  /// What was read is handed on before the clients go; what they have sent beyond that is not read.
  mutating func flush(_ out: inout Output) throws {
    guard let codec else { return }
    for client in clients.inTurn() {
      guard try client.finish(codec, &out) else { return out.callAgain() }
      clients.remove(client)
    }
  }

  mutating func close() {
    watch?.stop()
    watch = nil
    clients.removeAll()
    listener = nil
    let ends = [(counts.refused, "refused"), (counts.cut, "cut off"), (counts.broken, "broken"), (counts.silent, "silent")]
    host.log(.info, "clients: \(counts.served) served" + ends.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined())
  }

  // MARK: Clients

  private mutating func acceptClients(_ codec: Codec) throws {
    guard let listener, host.now >= acceptAt else { return }
    for _ in 0..<Self.clientsAtOnce {
      switch listener.accept() {
      case .none: return
      case .failed(let why):
        // Most often too many open files: the next look is not at once, or it would be all that happens.
        limit.log(.warning, "a client cannot be taken: \(why)", host)
        acceptAt = host.now &+ 1_000_000_000
        return
      case .client(let socket, let address):
        guard let client = clients.add(socket, address.text, now: host.now) else {
          counts.refused += 1
          limit.log(.warning, "\(address.text) was refused: \(clients.limit) clients are connected, as many as may be", host)
          continue
        }
        counts.served += 1
        if let keepalive { socket.keepAlive(after: keepalive) }
        codec.origin(client.address, partition: UInt32(client.slot))
        host.log(.debug, "\(client.address) has connected")
      }
    }
  }

  private mutating func remove(_ client: Client, _ how: Client.Leaving, _ out: inout Output) throws {
    switch how {
    case .ended: host.log(.debug, "\(client.address) has ended")
    case .cut:
      counts.cut += 1
      limit.log(.warning, "\(client.address) was cut off: it sent a record of more than \(maxRecord) bytes", host)
    case .broken(let why):
      counts.broken += 1
      limit.log(.warning, "\(client.address) is gone: \(why)", host)
    case .silent:
      counts.silent += 1
      limit.log(.info, "\(client.address) was let go: it sent nothing for a while", host)
    }
    clients.remove(client)
    // A client that is gone must not hold back the watermark of the others.
    try out.idle(partition: UInt32(client.slot))
  }

  /// Lets go of clients that were silent for too long; one whose bytes wait for the pipeline is not silent.
  private mutating func expire(_ codec: Codec, _ out: inout Output) throws {
    guard let idleTimeout else { return }
    let before = host.now &- idleTimeout.wholeNanoseconds
    for client in clients.inTurn() where client.heardAt < before && !clients.isReady(client) {
      try client.expire(codec, &out)
      try remove(client, .silent, &out)
    }
  }

  // MARK: Waiting

  private var acceptInterests: [DescriptorWatch.Interest] {
    guard let listener, host.now >= acceptAt else { return [] }
    return [.init(listener.descriptor, POLLIN)]
  }

  /// How long until something is due that no descriptor tells.
  private var nextMoment: Duration? {
    let now = host.now
    var next = Int64.max
    if let idleTimeout, let oldest = clients.oldest { next = oldest &+ idleTimeout.wholeNanoseconds &- now }
    if acceptAt > now { next = min(next, acceptAt &- now) }
    return next == .max ? nil : .nanoseconds(next)
  }
}
