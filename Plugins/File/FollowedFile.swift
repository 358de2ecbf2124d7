import Glibc
import PluginKit

/// One file that is read as it grows, under whatever name: its bytes are read once.
final class FollowedFile {
  /// What one step came to.
  enum Step {
    /// There is more to read.
    case more
    /// Whole records wait for room behind the source.
    case full
    /// All that the file holds was read.
    case atEnd
    /// The file was cut, or written anew in its place: it begins again.
    case truncated(lostBytes: Int)
  }

  /// Bytes of one read: small, for many files may be at it at the same time.
  static let chunkBytes = 256 << 10
  /// Bytes before the position that are compared to tell a file that grew from one that was written anew.
  private static let tailBytes = 64

  let identity: FileIdentity
  let partition: UInt32
  /// For messages: a name that it has, or had.
  var path: String
  /// Something may have changed since it was read to its end.
  var isStirred = true
  /// What it holds cannot be read; it waits to be replaced.
  var isRefused = false {
    didSet { if isRefused { rest() } }
  }
  /// Names that are followed and lead to it.
  var names = 0
  /// What `FileChanges` calls it.
  var watch: Int32?
  /// When bytes were last read from it, a reading of `Host.now`.
  private(set) var lastGrowth: Int64

  private let file: Descriptor
  /// The first record has to be read before those behind `position`.
  private var lacksHeader: Bool
  private var buffer: RecordBuffer?
  private var position: UInt64
  /// What was read up to `checked.end`, the last bytes of it, to be found there again.
  private var checked: (end: UInt64, tail: [UInt8]) = (0, [])
  /// Size and time of change when it was last looked at.
  private var seen: (size: Int64, seconds: Int, nanoseconds: Int)?

  init(
    _ file: Descriptor, identity: FileIdentity, partition: UInt32, from position: UInt64, hasHeader: Bool, now: Int64
  ) throws {
    self.file = file
    self.identity = identity
    self.partition = partition
    self.position = position
    lacksHeader = hasHeader && position > 0
    path = file.path
    lastGrowth = now
    try remember(until: position)
  }

  /// Holds memory for reading.
  var isBuffered: Bool { buffer != nil }
  /// Position of the first byte that is not decoded.
  var savedPosition: UInt64 { buffer?.position ?? position }

  func status() throws -> stat { try file.status() }
  func watch(by changes: FileChanges?) { watch = changes?.watch(file: file) }

  /// How it stands now.
  var mark: FileMark? { (try? file.status()).map { FileMark($0) } }

  /// Reads and decodes one chunk.
  func step(_ codec: Codec, _ out: inout Output) throws -> Step {
    if isRefused {
      guard (try? beginsAnew(checked.end, undecoded: 0)) != nil else { return .atEnd }
      isRefused = false
      return .truncated(lostBytes: 0)
    }
    if lacksHeader {
      try HeaderRow.pass(of: file, to: codec, partition: partition, &out)
      lacksHeader = false
    }
    if buffer == nil, let seen, try seen == Self.look(file.status()) { return .atEnd }
    let buffer = self.buffer ?? RecordBuffer(codec, partition: partition, position: position, chunkBytes: Self.chunkBytes)
    self.buffer = buffer
    if buffer.wantsBytes {
      let end = buffer.position + UInt64(buffer.undecoded.count)
      if let lost = try beginsAnew(end, undecoded: buffer.undecoded.count) { return .truncated(lostBytes: lost) }
      let got = try buffer.fill {
        let count = try file.read(into: $0, at: end)
        return count > 0 ? count : nil
      }
      guard let got else { return .atEnd }
      lastGrowth = out.host.now
      try remember(until: end + UInt64(got))
      if end == 0 { try inspect(buffer.undecoded) }
    }
    try decode(buffer, codec, &out)
    return buffer.hasRecords ? .full : .more
  }

  /// Decodes an unfinished last record, for nothing follows. False: call again.
  func finish(_ codec: Codec, _ out: inout Output) throws -> Bool {
    guard !isRefused, let buffer else { return true }
    if !buffer.isEnded { try buffer.fill { _ in 0 } }
    try decode(buffer, codec, &out)
    return buffer.isDone
  }

  /// Gives memory back; an unfinished record is read again when it goes on.
  func rest() {
    guard let buffer else { return }
    position = buffer.position
    self.buffer = nil
  }

  /// True when a process has the file open for writing; nil when that cannot be known.
  ///
  /// A read lease is given for a file that nobody writes alone (fcntl(2), F_SETLEASE); it is given back at once. A writer that
  /// comes in between waits for that, and its signal is one that is ignored.
  func isBeingWritten() -> Bool? {
    let (setSignal, setLease): (Int32, Int32) = (10, 1024)
    guard fcntl(file.number, setSignal, SIGURG) == 0 else { return nil }
    if fcntl(file.number, setLease, Int32(F_RDLCK)) == 0 {
      _ = fcntl(file.number, setLease, Int32(F_UNLCK))
      return false
    }
    return errno == EAGAIN ? true : nil
  }

  // MARK: Beginning anew

  /// Looks whether what was read is still there; bytes of an unfinished record that are gone with it when it is not.
  private func beginsAnew(_ end: UInt64, undecoded: Int) throws -> Int? {
    let now = Self.look(try file.status())
    if let seen, seen == now { return nil }
    seen = now
    guard try now.size < Int64(clamping: end) || !tailStands() else { return nil }
    position = 0
    buffer = nil
    lacksHeader = false
    seen = nil
    checked = (0, [])
    return undecoded
  }

  private static func look(_ status: stat) -> (size: Int64, seconds: Int, nanoseconds: Int) {
    (Int64(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }

  private func tailStands() throws -> Bool {
    guard !checked.tail.isEmpty else { return true }
    return try bytes(before: checked.end, count: checked.tail.count) == checked.tail
  }

  private func remember(until end: UInt64) throws {
    checked = (end, try bytes(before: end, count: Int(min(end, UInt64(Self.tailBytes)))))
  }

  private func bytes(before end: UInt64, count: Int) throws -> [UInt8] {
    try withUnsafeTemporaryAllocation(byteCount: Self.tailBytes, alignment: 1) { room in
      let part = UnsafeMutableRawBufferPointer(rebasing: room[..<min(count, room.count)])
      guard part.count > 0 else { return [] }
      return Array(UnsafeRawBufferPointer(part)[..<(try file.read(into: part, at: end - UInt64(part.count)))])
    }
  }

  // MARK: Decoding

  private func decode(_ buffer: RecordBuffer, _ codec: Codec, _ out: inout Output) throws {
    do {
      try buffer.decode(codec, &out)
    } catch let error as PluginError {
      throw PluginError(error.code, "\(path): \(error.text)")
    }
  }

  private func inspect(_ bytes: UnsafeRawBufferPointer) throws {
    switch Signature(bytes) {
    case .packed(let kind): throw FileFailure.packed(path, kind)
    case .wide: throw FileFailure.wide(path)
    case .text: break
    }
  }
}
