import Glibc
import PluginKit

/// Sink `file`: writes every row as one line, from an empty file; after a restart it goes on at the end.
///
/// Each batch is written in the call that brings it: a row that counts as taken stands in the file.
struct FileSink: Sink, Stateful {
  static let path = Option("path", .path, doc: "The file to write. What it held before is lost when the first row arrives.")

  static let component = Component(
    "file", doc: "Write events to a file, one per line.", concurrency: .single, codec: .encode, options: [path],
    example: """
      name: save
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      sinks:
        out: { use: file, from: readings, with: { path: readings.jsonl } }

      """)

  static let stateVersion: UInt32 = 1

  private let host: Host
  private let path: String
  private var codec: Codec?
  private var file: Descriptor?
  private var isRegular = false
  /// A batch that a pipe or a device has a part of.
  private var text = PacedText()
  /// The file is positioned: emptied, cut to the restored length, or at its end.
  private var begun = false
  /// Length to go on from, after a restore.
  private var restored: UInt64?

  init(_ config: Config) throws {
    host = config.host
    path = try config[Self.path]
    if path.isEmpty { throw PluginError.config("the path is empty", at: Self.path.name) }
  }

  mutating func open() throws {
    codec = try host.codec()
    let file = try Descriptor.writing(path)
    if try OpenFiles.holdAnother(of: file, .any) { throw FileFailure.inUse(path) }
    isRegular = try file.isRegular()
    if let restored, isRegular {
      let length = try file.status().st_size
      guard UInt64(clamping: length) >= restored else { throw FileFailure.shrunk(path, Int64(length), restored) }
    }
    self.file = file
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec, let file else { throw PluginError.fatal("process before open") }
    try begin()
    if isRegular { return try file.append(try codec.encode(batch)) }
    try text.send(&out, text: { try codec.encode(batch) }) { [host] bytes in
      let taken = try file.send(bytes, host)
      return .init(taken: taken, isDone: taken == bytes.count)
    }
  }

  /// A file that no batch came to is emptied all the same.
  mutating func flush(_ out: inout Output) throws { try begin() }

  mutating func close() {
    file = nil
    text = PacedText()
  }

  /// Everything taken so far is on the disk before the checkpoint counts; a restore cuts off what came after it.
  mutating func snapshot(_ writer: StateWriter) throws {
    try begin()
    guard let file, isRegular else { return try writer.write(UInt64(0)) }
    guard fdatasync(file.number) == 0 else { throw FileFailure.writing(path, errno) }
    try writer.write(UInt64(clamping: try file.status().st_size))
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws { restored = try reader.read(UInt64.self) }

  /// The file is emptied by the first batch and not by `open`: by then every source has opened its input and would have refused
  /// a file that is this one. An instance that stands in for one that failed keeps what that one wrote.
  private mutating func begin() throws {
    guard !begun, let file else { return }
    begun = true
    guard isRegular else { return }
    if restored == nil && host.info.attempt > 0 {
      guard lseek(file.number, 0, SEEK_END) >= 0 else { throw FileFailure.writing(path, errno) }
      return
    }
    let length = off_t(clamping: restored ?? 0)
    guard ftruncate(file.number, length) == 0, lseek(file.number, length, SEEK_SET) >= 0 else {
      throw FileFailure.writing(path, errno)
    }
  }
}
