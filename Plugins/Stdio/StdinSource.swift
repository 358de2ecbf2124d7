import Glibc
import PluginKit

/// Source `stdin`: reads what is piped in, until its end.
struct StdinSource: Source {
  static let component = Component(
    "stdin", doc: "Read events from standard input until it ends.", concurrency: .single, codec: .decode,
    pollEvery: .milliseconds(1), blocking: true,
    example: """
      name: pass
      sources:
        in: { use: stdin }
      sinks:
        out: { use: stdout, from: in }

      """)

  private let host: Host
  private var codec: Codec?
  private var buffer: RecordBuffer?
  private var input: StandardInput?

  init(_ config: Config) throws { host = config.host }

  mutating func open() throws {
    let codec = try host.codec()
    guard fcntl(STDIN_FILENO, F_GETFD) >= 0 else { throw PluginError.fatal("stdin: is closed") }
    input = try StandardInput()
    if isatty(STDIN_FILENO) != 0 { host.log(.info, "reading from the terminal; Ctrl-D on an empty line ends the input") }
    buffer = RecordBuffer(codec, partition: 0)
    self.codec = codec
  }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    guard let codec, let buffer else { throw PluginError.fatal("poll before open") }
    repeat {
      if buffer.wantsBytes {
        guard try Readiness.wait(STDIN_FILENO, for: POLLIN, until: deadline, host) else { return .idle }
        guard try buffer.fill(Self.read) != nil else { return .idle }
      }
      try buffer.decode(codec, &out)
      if buffer.isDone { return .end }
    } while host.now < deadline
    return .ready
  }

  mutating func close() {
    buffer = nil
    input = nil
  }

  /// Nil when there is nothing now (standard input may be non-blocking).
  private static func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int? {
    let got = Glibc.read(STDIN_FILENO, bytes.baseAddress, bytes.count)
    if got >= 0 { return got }
    switch errno {
    case EAGAIN, EINTR: return nil
    case EISDIR: throw PluginError.fatal("stdin: is a directory")
    default: throw PluginError.fatal("stdin: cannot be read: \(errnoText(errno))")
    }
  }
}
