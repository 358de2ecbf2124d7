import Glibc
import PluginKit

/// An open file, closed when the last reference goes.
final class Descriptor {
  let number: Int32
  let path: String

  private init(_ number: Int32, _ path: String) {
    self.number = number
    self.path = path
  }

  deinit { _ = Glibc.close(number) }

  /// Opens a regular file for reading. Throws a sentence with the path when it is missing, unreadable or no regular file.
  static func reading(_ path: String) throws -> Descriptor {
    guard let file = try readingIfPresent(path) else { throw FileFailure.reading(path, ENOENT) }
    return file
  }

  /// The same; nil when there is no such file.
  static func readingIfPresent(_ path: String) throws -> Descriptor? {
    // Without O_NONBLOCK the open of a named pipe would wait for a writer before its type can be seen.
    let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else {
      if errno == ENOENT { return nil }
      throw FileFailure.reading(path, errno)
    }
    let file = Descriptor(number, path)
    let kind = try file.status().st_mode & S_IFMT
    if kind == S_IFDIR { throw FileFailure.directory(path) }
    guard kind == S_IFREG else { throw FileFailure.notRegular(path) }
    return file
  }

  /// Opens, and makes if need be, a file for writing; what it holds stays.
  static func writing(_ path: String) throws -> Descriptor {
    // Without O_NONBLOCK the open of a named pipe would wait for a reader for ever, and so would each write to a full one.
    let number = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o644)
    guard number >= 0 else { throw FileFailure.writing(path, errno) }
    return Descriptor(number, path)
  }

  func status() throws -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileFailure.reading(path, errno) }
    return status
  }

  func isRegular() throws -> Bool { try status().st_mode & S_IFMT == S_IFREG }

  /// Reads at a position. 0 at the end of the file.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
    while true {
      let got = pread(number, bytes.baseAddress, bytes.count, off_t(clamping: offset))
      if got >= 0 { return got }
      guard errno == EINTR else { throw FileFailure.reading(path, errno) }
    }
  }

  /// Writes all of the bytes behind what was written, or, when that fails, none of them.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    let end = lseek(number, 0, SEEK_CUR)
    guard end >= 0 else { throw FileFailure.writing(path, errno) }
    var done = 0
    while done < bytes.count {
      let put = Glibc.write(number, bytes.baseAddress! + done, bytes.count - done)
      if put > 0 {
        done += put
      } else if put < 0, errno != EINTR {
        let failure = FileFailure.writing(path, errno)
        // A part of a batch that counts as rejected must not stay, least of all a torn line.
        _ = ftruncate(number, end)
        _ = lseek(number, end, SEEK_SET)
        throw failure
      }
    }
  }

  /// Writes to a pipe or a device from the front as long as it takes bytes, and tells how many.
  func send(_ bytes: UnsafeRawBufferPointer, _ host: Host) throws -> Int {
    try Readiness.write(bytes, to: number, host) { FileFailure.writing(path, $0) }
  }
}
