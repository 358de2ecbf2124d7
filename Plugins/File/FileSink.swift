import Glibc
import PluginKit

/// Sink `file`: writes every row as one record, from an empty file unless it is told to append; after a restart it goes on at the
/// end.
///
/// Rows of several batches are written together. None waits longer than `delay`, and no record is ever in two files.
struct FileSink: Sink, Stateful, TimerHandler {
  static let path = Option(
    "path", .path, doc: "The file to write. What it held before is lost when the first row arrives, unless `append` is set.")
  static let append = Option("append", .bool, doc: "Keep what the file holds and write behind it.", default: false)
  static let rotateSize = Option(
    optional: "rotate_size", .bytes,
    doc: "Begin a new file before this one grows beyond so much; the full one gets a number behind its name.", minimum: 1024)
  static let rotateEvery = Option(
    optional: "rotate_every", .duration,
    doc: "Begin a new file when the clock passes a multiple of so much, unless there is nothing in this one.",
    minimum: 1_000_000_000)
  static let keep = Option(
    optional: "keep", .int, doc: "Full files that are kept, the newest; older ones are removed. Without it all are kept.",
    minimum: 1)
  static let fsync = Option(
    "fsync", .choice(Sync.self),
    doc:
      "When what was written is on the disk for sure: `never` waits for it, `rotate` when a file is complete, `interval` every "
      + "`fsync_every` too, `batch` before a batch counts as taken.", default: .never)
  static let fsyncEvery = Option(
    optional: "fsync_every", .duration,
    doc: "With `fsync: interval`, how long rows may stand in the file alone; 1s when it is left out.", minimum: 1_000_000)
  static let delay = Option(
    "delay", .duration, doc: "The longest that a row waits for others to be written with; 0s writes each batch by itself.",
    default: .milliseconds(50), minimum: 0, maximum: 60_000_000_000)

  static let component = Component(
    "file", doc: "Write events to a file, one record after the other.", concurrency: .single, codec: .encode,
    options: [path, append, rotateSize, rotateEvery, keep, fsync, fsyncEvery, delay],
    example: """
      name: save
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      sinks:
        out: { use: file, from: readings, with: { path: readings.jsonl } }

      """)

  enum Sync: String, CaseIterable {
    case never, rotate, interval, batch
  }

  private enum Timer {
    static let write: UInt64 = 1, rotate: UInt64 = 2, sync: UInt64 = 3
  }

  /// 1 had no number of the next file.
  static let stateVersion: UInt32 = 2
  /// Bytes that are written together.
  private static let collectedBytes = 256 << 10
  /// A batch of so many bytes is worth a write of its own: collecting it would cost a copy and spare next to nothing.
  private static let largeBytes = 64 << 10

  private let host: Host
  private let path: String
  private let appends: Bool
  private let keep: Int?
  private let rotateSize: Int?
  private let rotateEvery: Int64?
  private let sync: Sync
  private let syncEvery: Int64
  private let delay: Int64
  private let isLines: Bool
  private var codec: Codec?
  private var output: OutputFile?
  /// A pipe or a device, in place of `output`, and the batch that it has a part of.
  private var stream: (file: Descriptor, text: PacedText)?
  private var names: RotatedNames
  /// Records that are not written yet, and the rows that they came from.
  private var collected: [UInt8] = []
  private var collectedRows = 0
  /// The host runs timers, so that rows can wait.
  private var collects = false
  private var begun = false
  private var syncIsDue = false
  /// Where to go on after a restore.
  private var restored: (length: UInt64, next: Int?)?
  private var limit = LogLimit()

  init(_ config: Config) throws {
    host = config.host
    path = try config[Self.path]
    appends = try config[Self.append]
    keep = try config[Self.keep]
    rotateSize = try config[Self.rotateSize]
    rotateEvery = try config[Self.rotateEvery]?.wholeNanoseconds
    sync = try config[Self.fsync]
    let syncEvery = try config[Self.fsyncEvery]?.wholeNanoseconds
    self.syncEvery = syncEvery ?? 1_000_000_000
    delay = try config[Self.delay].wholeNanoseconds
    isLines = config.format != "frame"
    names = RotatedNames(path)
    if path.isEmpty { throw PluginError.config("the path is empty", at: Self.path.name) }
    if syncEvery != nil, sync != .interval {
      throw PluginError.config("it has an effect only with `fsync: interval`", at: Self.fsyncEvery.name)
    }
    if keep != nil, rotateSize == nil, rotateEvery == nil {
      throw PluginError.config("there are full files only with `rotate_size` or `rotate_every`", at: Self.keep.name)
    }
  }

  mutating func open() throws {
    codec = try host.codec()
    let file = try Descriptor.writing(path)
    if try OpenFiles.holdAnother(of: file, .any) { throw FileFailure.inUse(path) }
    guard try file.isRegular() else {
      if rotateSize != nil || rotateEvery != nil { throw FileFailure.notRotatable(path) }
      stream = (file, PacedText())
      return
    }
    if let restored, restored.next.map({ access(names.name($0), F_OK) != 0 }) ?? true {
      let length = try file.status().st_size
      guard UInt64(clamping: length) >= restored.length else { throw FileFailure.shrunk(path, Int64(length), restored.length) }
    }
    output = OutputFile(file)
    collects = delay > 0 && sync != .batch && canWait()
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec else { throw PluginError.fatal("process before open") }
    if stream != nil { return try send(batch, codec, &out) }
    try begin()
    let records = try codec.encode(batch)
    if let rotateSize, let output, output.length > 0 || !collected.isEmpty,
      output.length + collected.count + records.count > rotateSize
    {
      try writeCollected()
      try rotate()
      return try take(try codec.encode(batch), rows: batch.count)
    }
    try take(records, rows: batch.count)
  }

  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws {
    switch id {
    case Timer.write: try writeCollected()
    case Timer.sync:
      try writeCollected()
      syncIsDue = false
      try output?.sync()
    case Timer.rotate:
      try writeCollected()
      if let output, output.length > 0 { try rotate() }
      try setRotation()
    default: break
    }
  }

  /// A file that no batch came to is emptied all the same.
  mutating func flush(_ out: inout Output) throws {
    try begin()
    try writeCollected()
    if sync != .never { try output?.sync() }
  }

  mutating func close() {
    // After a flush there is nothing left; without one the pipeline was stopped by force, or the instance has failed.
    do { try writeCollected() } catch {
      let lost = collectedRows > 0 ? "; \(collectedRows) rows that were taken before are not in the file" : ""
      host.log(.error, "\(error)\(lost)")
    }
    output = nil
    stream = nil
  }

  /// Everything taken so far is on the disk before the checkpoint counts; a restore cuts off what came after it.
  mutating func snapshot(_ writer: StateWriter) throws {
    try begin()
    try writeCollected()
    try output?.sync()
    try writer.write(UInt64(output?.length ?? 0))
    try writer.write(UInt64(names.next))
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    let length = try reader.read(UInt64.self)
    restored = (length, reader.version > 1 ? Int(clamping: try reader.read(UInt64.self)) : nil)
  }

  // MARK: Beginning

  /// The file is emptied by the first batch and not by `open`: by then every source has opened its input and would have refused
  /// a file that is this one. An instance that stands in for one that failed keeps what that one wrote.
  private mutating func begin() throws {
    guard !begun, let output else { return }
    if let restored {
      if let next = restored.next, access(names.name(next), F_OK) == 0 {
        names.undo(from: next)
        self.output = OutputFile(try Descriptor.writing(path))
      }
      try self.output?.cut(to: Int(clamping: restored.length))
      try codec?.begin(continued: restored.length > 0)
    } else if appends || host.info.attempt > 0 {
      try goOn(in: output)
    } else {
      try output.cut(to: 0)
    }
    names.begin()
    try setRotation()
    begun = true
  }

  /// A host without timers cannot be asked to write what waits.
  private func canWait() -> Bool { (try? host.cancelTimer(Timer.write, .processing)) != nil }

  // MARK: Writing

  private mutating func take(_ records: UnsafeRawBufferPointer, rows: Int) throws {
    guard collects else {
      try output?.append(records)
      return try wrote()
    }
    let isLarge = records.count >= Self.largeBytes
    if isLarge || collected.count + records.count > Self.collectedBytes { try writeCollected() }
    if isLarge {
      try output?.append(records)
      return try wrote()
    }
    guard !records.isEmpty else { return }
    if collected.isEmpty { try host.timer(Timer.write, at: host.now &+ delay, .processing) }
    collected.append(contentsOf: records)
    collectedRows += rows
  }

  /// What cannot be written for want of room is kept, so that the call can be made again.
  private mutating func writeCollected() throws {
    guard !collected.isEmpty, let output else { return }
    do {
      try collected.withUnsafeBytes { try output.append($0) }
    } catch let error as PluginError where error.code == .retry {
      throw error
    } catch let error as PluginError {
      let rows = collectedRows
      dropCollected()
      throw PluginError(error.code, "\(error.text); \(rows) rows that were taken before are not in the file")
    }
    dropCollected()
    try wrote()
  }

  private mutating func dropCollected() {
    collected.removeAll(keepingCapacity: true)
    collectedRows = 0
  }

  private mutating func wrote() throws {
    switch sync {
    case .never, .rotate: break
    case .batch: try output?.sync()
    case .interval:
      guard !syncIsDue else { return }
      guard collects || canWait() else {
        try output?.sync()
        return
      }
      syncIsDue = true
      try host.timer(Timer.sync, at: host.now &+ syncEvery, .processing)
    }
  }

  private mutating func send(_ batch: Batch, _ codec: Codec, _ out: inout Output) throws {
    guard let file = stream?.file else { return }
    do {
      try stream?.text.send(&out, text: { try codec.encode(batch) }) { [host] bytes in
        let taken = try file.send(bytes, host)
        return .init(taken: taken, isDone: taken == bytes.count)
      }
    } catch let error as PluginError where error.code == .retry {
      // A device has an end, and nobody makes room on it.
      throw PluginError(.unsupported, error.text)
    }
  }

  // MARK: Rotation

  private func setRotation() throws {
    guard let rotateEvery, output != nil else { return }
    let now = host.now
    do {
      try host.timer(Timer.rotate, at: now - now % rotateEvery + rotateEvery, .processing)
    } catch is HostStatus {
      throw PluginError(.unsupported, "this host has no timers, so that a file cannot be rotated by time; use rotate_size")
    }
  }

  /// The full file gets its number, and an empty one its place.
  private mutating func rotate() throws {
    guard let output else { return }
    if sync != .never { try output.sync() }
    guard try output.hasItsPath() else {
      limit.log(.warning, "\(path) was removed or replaced; a new file is begun", host)
      return try goOnAtPath()
    }
    do {
      _ = try names.move()
    } catch let error as PluginError {
      // Rows are worth more than the size of their file.
      return limit.log(.error, "\(error.text); going on in the same file", host)
    }
    do { self.output = OutputFile(try Descriptor.writing(path)) } catch {
      names.undo(from: names.next - 1)
      throw error
    }
    try codec?.begin()
    if sync != .never { names.sync() }
    if let keep { names.keep(keep) }
  }

  /// Opens what the path leads to now, or makes it, and goes on at its end: what is there is not this sink's to empty.
  private mutating func goOnAtPath() throws {
    let file = try Descriptor.writing(path)
    guard try file.isRegular() else { throw FileFailure.notRotatable(path) }
    if try OpenFiles.holdAnother(of: file, .any) { throw FileFailure.inUse(path) }
    let output = OutputFile(file)
    self.output = output
    try goOn(in: output)
    if sync != .never { names.sync() }
  }

  private func goOn(in output: OutputFile) throws {
    try output.seekEnd()
    try codec?.begin(continued: output.length > 0)
    if isLines, try !output.endsInLineEnd() {
      host.log(.warning, "\(path): its last line has no end; one is added")
      try output.append([UInt8(ascii: "\n")])
    }
  }
}
