import Glibc
import PluginKit

/// The regular file that a sink writes, and its length.
final class OutputFile {
  private let file: Descriptor
  private(set) var length = 0

  init(_ file: Descriptor) { self.file = file }

  /// Leaves so much of the file, and goes on behind it.
  func cut(to length: Int) throws {
    guard ftruncate(file.number, off_t(length)) == 0, lseek(file.number, off_t(length), SEEK_SET) >= 0 else {
      throw FileFailure.writing(file.path, errno)
    }
    self.length = length
  }

  /// Goes on behind what the file holds.
  func seekEnd() throws {
    let end = lseek(file.number, 0, SEEK_END)
    guard end >= 0 else { throw FileFailure.writing(file.path, errno) }
    length = Int(end)
  }

  func endsInLineEnd() throws -> Bool {
    guard length > 0 else { return true }
    let reader = try Descriptor.reading(file.path)
    return try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { byte in
      try reader.read(into: byte, at: UInt64(length - 1)) == 0 || byte[0] == UInt8(ascii: "\n")
    }
  }

  /// True when its path still leads to it.
  func hasItsPath() throws -> Bool { FileIdentity.of(file.path) == FileIdentity(try file.status()) }

  /// Writes all of the bytes, or, when that fails, none of them.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    try file.append(bytes)
    length += bytes.count
  }

  func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

  /// Waits until what was written is on the disk.
  func sync() throws {
    guard fdatasync(file.number) == 0 else { throw FileFailure.syncing(file.path, errno) }
  }
}
