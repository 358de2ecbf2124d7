import Glibc
import PluginKit

/// Reads one file from front to end in large chunks and hands whole records to the host's decoder.
///
/// What the decoder leaves, an unfinished record, moves to the front of the buffer and is read on. 64 bytes beyond the data stay
/// readable, as fast decoders wish.
final class ChunkReader {
  static let chunkBytes = 1 << 20
  static let paddingBytes = 64

  private let file: Descriptor
  private let partition: UInt32
  private var buffer: UnsafeMutableRawBufferPointer
  /// Bytes of `buffer` that are read and not decoded.
  private var pending = 0..<0
  private var ended = false
  /// The decoder said that whole records are pending.
  private var more = false

  /// Position in the file of the first byte that is not decoded: what a checkpoint keeps.
  private(set) var position: UInt64

  init(_ file: Descriptor, partition: UInt32, from position: UInt64) {
    self.file = file
    self.partition = partition
    self.position = position
    buffer = .allocate(byteCount: Self.chunkBytes + Self.paddingBytes, alignment: 64)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    _ = posix_fadvise(file.number, off_t(clamping: position), 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { buffer.deallocate() }

  /// Reads and decodes one chunk. False when the file is done.
  func step(_ codec: Codec, _ out: inout Output) throws -> Bool {
    if !more && !ended { try fill(limit: codec.maxRecord) }
    guard !pending.isEmpty else { return !ended }
    let decoded = try codec.decode(
      UnsafeRawBufferPointer(rebasing: buffer[pending]), readable: buffer.count - pending.lowerBound, partition: partition,
      offset: position, final: ended, &out)
    let consumed = min(max(decoded.consumed, 0), pending.count)
    pending = pending.lowerBound + consumed..<pending.upperBound
    position += UInt64(consumed)
    more = decoded.more
    if ended && consumed == 0 && !more { throw PluginError.fatal("\(file.path): the decoder left \(pending.count) bytes") }
    return !(ended && pending.isEmpty)
  }

  /// Reads a chunk behind what is pending, which moves to the front.
  private func fill(limit: Int) throws {
    if pending.lowerBound > 0 {
      if !pending.isEmpty {
        buffer.baseAddress!.copyMemory(from: buffer.baseAddress! + pending.lowerBound, byteCount: pending.count)
      }
      pending = 0..<pending.count
    }
    var room = buffer.count - Self.paddingBytes - pending.count
    if room == 0 {
      try grow(limit: limit)
      room = buffer.count - Self.paddingBytes - pending.count
    }
    let start = position == 0 && pending.isEmpty
    let place = UnsafeMutableRawBufferPointer(start: buffer.baseAddress! + pending.upperBound, count: room)
    let got = try file.read(into: place, at: position + UInt64(pending.count))
    pending = 0..<pending.count + got
    ended = got == 0
    if start { try inspect() }
  }

  private func grow(limit: Int) throws {
    let most = limit.addingReportingOverflow(Self.chunkBytes)
    guard !most.overflow, buffer.count < most.partialValue else {
      throw PluginError.fatal("\(file.path): the record at byte \(position) is longer than \(limit) bytes")
    }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 64)
    larger.initializeMemory(as: UInt8.self, repeating: 0)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[pending]))
    buffer.deallocate()
    buffer = larger
  }

  private func inspect() throws {
    switch Signature(UnsafeRawBufferPointer(rebasing: buffer[pending])) {
    case .packed(let kind): throw FileFailure.packed(file.path, kind)
    case .wide: throw FileFailure.wide(file.path)
    case .text(let start):
      pending = start..<pending.upperBound
      position = UInt64(start)
    }
  }
}
