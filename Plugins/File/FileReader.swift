import Glibc
import PluginKit

/// Reads one file from front to end, chunk by chunk, through the host's decoder.
final class FileReader {
  private let file: Descriptor
  private let buffer: RecordBuffer
  private let partition: UInt32
  /// The first record has to be read before those behind the position.
  private var lacksHeader: Bool

  init(_ file: Descriptor, _ codec: Codec, partition: UInt32, from position: UInt64, hasHeader: Bool) {
    self.file = file
    self.partition = partition
    lacksHeader = hasHeader && position > 0
    buffer = RecordBuffer(codec, partition: partition, position: position)
    _ = posix_fadvise(file.number, off_t(clamping: position), 0, POSIX_FADV_SEQUENTIAL)
  }

  /// Position of the first byte that is not decoded.
  var position: UInt64 { buffer.position }

  /// The decoder has whole records left, and waits for the edges to take what it made.
  var hasRecords: Bool { buffer.hasRecords }

  /// Reads and decodes one chunk. False when the file is done.
  func step(_ codec: Codec, _ out: inout Output) throws -> Bool {
    if lacksHeader {
      try HeaderRow.pass(of: file, to: codec, partition: partition, &out)
      lacksHeader = false
    }
    if buffer.wantsBytes {
      let end = buffer.position + UInt64(buffer.undecoded.count)
      try buffer.fill { try file.read(into: $0, at: end) }
      if end == 0 { try inspect() }
    }
    do {
      try buffer.decode(codec, &out)
    } catch let error as PluginError {
      throw PluginError(error.code, "\(file.path): \(error.text)")
    }
    return !buffer.isDone
  }

  private func inspect() throws {
    switch Signature(buffer.undecoded) {
    case .packed(let kind): throw FileFailure.packed(file.path, kind)
    case .wide: throw FileFailure.wide(file.path)
    case .text(let start): buffer.skip(start)
    }
  }
}
