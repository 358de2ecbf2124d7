import Glibc
import PluginKit

/// Sink `stdout`: writes every row as one line.
///
/// A reader that does not keep up never holds the call for long: what could not be written is kept, and the host is asked to
/// call again with the same batch.
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
  /// The part of the current batch's text that is not written yet; `started` tells an encoded batch from none.
  private var text: [UInt8] = []
  private var written = 0
  private var started = false

  init(_ config: Config) throws { host = config.host }

  mutating func open() throws {
    codec = try host.codec()
    output = try StandardOutput()
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec, let output else { throw PluginError.fatal("process before open") }
    if started {
      written += try text.withUnsafeBytes { try output.write(UnsafeRawBufferPointer(rebasing: $0[written...]), host) }
      started = written < text.count
    } else {
      let bytes = try codec.encode(batch)
      let done = try output.write(bytes, host)
      guard done < bytes.count else { return }
      // The encoder's bytes end with the call; keep what is left of them.
      text.removeAll(keepingCapacity: true)
      text.append(contentsOf: bytes[done...])
      written = 0
      started = true
    }
    if started { out.callAgain() }
  }

  mutating func close() {
    output = nil
    text = []
  }
}
