import Glibc
import PluginKit

/// Sink `tcp`: connects to a server and writes every row as one record.
///
/// While the server is away, or slow, records wait in a queue; when that is full, the pipeline waits. A connection that is lost is
/// made again, and begins with a whole record.
struct TcpSink: Sink, WakeHandler {
  static let connect = Option(
    "connect", .string, doc: "Host and port of the server, as in `collector.example:9000`; `:9000` is this machine.")
  static let buffer = Option(
    "buffer", .bytes, doc: "Bytes of records that may wait for the server; then the pipeline waits.", default: 1 << 20,
    minimum: 1024, maximum: 1_073_741_824)
  static let connectTimeout = Option(
    "connect_timeout", .duration, doc: "An attempt to connect that takes longer has failed.", default: .seconds(5),
    minimum: 1_000_000)
  static let writeTimeout = Option(
    "write_timeout", .duration, doc: "A server that takes nothing for so long is given up, and connected to again.",
    default: .seconds(30), minimum: 1_000_000)
  static let backoff = Option(
    "backoff", .duration, doc: "Pause after the first attempt that failed; doubled after each further one.",
    default: .milliseconds(100), minimum: 1_000_000)
  static let maxBackoff = Option(
    "max_backoff", .duration, doc: "The longest pause between attempts.", default: .seconds(10), minimum: 1_000_000)
  static let giveUp = Option(
    "give_up", .duration, doc: "The sink fails when the server was away for so long; 0s = it never does.",
    default: .seconds(600), minimum: 0)

  static let component = Component(
    "tcp", doc: "Send records to a server over TCP, and connect again when the connection is lost.", concurrency: .single,
    codec: .encode, options: [connect, buffer, connectTimeout, writeTimeout, backoff, maxBackoff, giveUp], blocking: true,
    example: """
      name: send
      sources:
        readings: { use: generate, with: { kind: sensors, count: 100, paced: false, seed: 7 } }
      sinks:
        out: { use: tcp, from: readings, with: { connect: "127.0.0.1:9000", give_up: 1s } }

      """)

  private let host: Host
  private let connection: Connection
  private let bufferBytes: Int
  private var codec: Codec?
  private var watch: DescriptorWatch?

  init(_ config: Config) throws {
    host = config.host
    bufferBytes = try config[Self.buffer]
    let giveUp = try config[Self.giveUp].wholeNanoseconds
    let framing: SendQueue.Framing =
      switch config.format {
      case "frame": .frames
      case "csv": .table
      default: .lines
      }
    let backoff = try config[Self.backoff], maxBackoff = try config[Self.maxBackoff]
    if maxBackoff < backoff {
      throw PluginError.config("the longest pause is shorter than the first, `backoff`", at: Self.maxBackoff.name)
    }
    connection = Connection(
      try Endpoint(try config[Self.connect], option: Self.connect.name),
      Connection.Settings(
        connectTimeout: try config[Self.connectTimeout].wholeNanoseconds,
        writeTimeout: try config[Self.writeTimeout].wholeNanoseconds, giveUp: giveUp > 0 ? giveUp : nil,
        isAcknowledged: framing == .frames),
      Backoff(first: backoff, longest: maxBackoff), SendQueue(framing), host)
  }

  mutating func open() throws {
    codec = try host.codec()
    try connection.open()
    watch = try DescriptorWatch(host)
    // The first attempt is made at once, not with the first row.
    host.wake()
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec else { throw PluginError.fatal("process before open") }
    try connection.serve()
    if connection.queue.waitingBytes >= bufferBytes {
      // Between the calls the host serves stops.
      try pause()
      return out.callAgain()
    }
    connection.queue.append(try codec.encode(batch))
    try connection.serve()
    arm()
  }

  mutating func onWake(deadline: Int64, _ out: inout Output) throws -> PollResult {
    try connection.serve()
    arm()
    return .idle
  }

  mutating func flush(_ out: inout Output) throws {
    if try connection.finish() { return }
    try pause()
    out.callAgain()
  }

  mutating func close() {
    watch?.stop()
    watch = nil
    connection.close()
  }

  private func arm() { watch?.wake(on: connection.interests, after: connection.nextMoment) }

  /// Waits for the server in the call, for as long as a call may.
  private func pause() throws {
    let moment = connection.nextMoment.map { host.now &+ $0.wholeNanoseconds } ?? .max
    try Readiness.wait(connection.interests, until: moment, host)
  }
}
