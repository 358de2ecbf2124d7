import PluginKit

/// Sink `stdout`: writes every row as one line.
///
/// A reader that does not keep up never holds the call for long. Several such sinks write to the same reader, line by line.
struct StdoutSink: Sink {
  static let component = Component(
    "stdout", doc: "Write events to standard output, one per line.", concurrency: .single, codec: .encode, blocking: true,
    example: """
      name: show
      sources:
        readings: { use: generate, with: { kind: sensors, count: 10, paced: false, seed: 7 } }
      sinks:
        out: { use: stdout, from: readings }

      """)

  private let host: Host
  private var codec: Codec?
  private var output: StandardOutput?
  private var text = PacedText()

  init(_ config: Config) throws { host = config.host }

  mutating func open() throws {
    codec = try host.codec()
    output = try StandardOutput()
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec, let output else { throw PluginError.fatal("process before open") }
    try text.send(&out, text: { try codec.encode(batch) }, write: { [host] in try output.write($0, host) })
  }

  mutating func close() {
    output = nil
    text = PacedText()
  }
}
