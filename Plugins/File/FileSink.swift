import Glibc
import PluginKit

/// Sink `file`: writes every row as one line, from an empty file; after a restart it goes on at the end.
struct FileSink: Sink, Stateful, TimerHandler {
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
  /// Bytes at which what is collected is written, and beyond which a batch is written without being collected.
  static let writeBytes = 256 << 10
  /// Longest time that a row waits to be written.
  static let delayNanoseconds: Int64 = 100_000_000

  private let host: Host
  private let path: String
  private var codec: Codec?
  private var file: Descriptor?
  private var buffer: [UInt8] = []
  /// The file is positioned: emptied, cut to the restored length, or at its end.
  private var begun = false
  /// Length to go on from, after a restore.
  private var restored: UInt64?
  private var timerSet = false

  init(_ config: Config) throws {
    host = config.host
    path = try config[Self.path]
    if path.isEmpty { throw PluginError.config("the path is empty", at: Self.path.name) }
  }

  mutating func open() throws {
    codec = try host.codec()
    let file = try Descriptor.writing(path)
    if try OpenFiles.holdAnother(of: file, .any) { throw FileFailure.inUse(path) }
    if let restored, try file.isRegular() {
      let length = try file.status().st_size
      guard UInt64(clamping: length) >= restored else { throw FileFailure.shrunk(path, Int64(length), restored) }
    }
    self.file = file
    buffer.reserveCapacity(Self.writeBytes)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec else { throw PluginError.fatal("process before open") }
    try begin()
    let bytes = try codec.encode(batch)
    if buffer.isEmpty && bytes.count >= Self.writeBytes {
      try write(bytes)
    } else {
      buffer.append(contentsOf: bytes)
      if buffer.count >= Self.writeBytes { try drain() } else { try drainSoon() }
    }
  }

  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws {
    timerSet = false
    try drain()
  }

  mutating func flush(_ out: inout Output) throws { try drain() }

  mutating func close() {
    file = nil
    buffer = []
  }

  /// Everything taken so far is on the disk before the checkpoint counts; a restore cuts off what came after it.
  mutating func snapshot(_ writer: StateWriter) throws {
    try drain()
    guard let file, try file.isRegular() else { return try writer.write(UInt64(0)) }
    guard fdatasync(file.number) == 0 else { throw FileFailure.writing(path, errno) }
    try writer.write(UInt64(clamping: try file.status().st_size))
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws { restored = try reader.read(UInt64.self) }

  private mutating func drainSoon() throws {
    guard !timerSet, !buffer.isEmpty else { return }
    do {
      try host.timer(0, at: host.now &+ Self.delayNanoseconds, .processing)
      timerSet = true
    } catch let status as HostStatus where !status.isCancelled {
      // A host without timers: nothing may wait.
      try drain()
    }
  }

  private mutating func drain() throws {
    // Taken out for the length of the call: `write` needs the whole of this value.
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    try bytes.withUnsafeBytes { try write($0) }
    bytes.removeAll(keepingCapacity: true)
    swap(&bytes, &buffer)
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard let file else { throw PluginError.fatal("write before open") }
    try begin()
    try file.write(bytes)
  }

  /// The file is emptied by the first batch and not by `open`: by then every source has opened its input and would have refused
  /// a file that is this one. An instance that stands in for one that failed keeps what that one wrote.
  private mutating func begin() throws {
    guard !begun, let file else { return }
    begun = true
    guard try file.isRegular() else { return }
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
