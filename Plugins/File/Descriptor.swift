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
    // Without O_NONBLOCK the open of a named pipe would wait for a writer before its type can be seen.
    let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw FileFailure.reading(path, errno) }
    let file = Descriptor(number, path)
    let kind = try file.status().st_mode & S_IFMT
    if kind == S_IFDIR { throw FileFailure.directory(path) }
    guard kind == S_IFREG else { throw FileFailure.notRegular(path) }
    return file
  }

  /// Opens, and makes if need be, a file for writing; what it holds stays.
  static func writing(_ path: String) throws -> Descriptor {
    // Without O_NONBLOCK the open of a named pipe would wait for a reader for ever.
    let number = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard number >= 0 else { throw FileFailure.writing(path, errno) }
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
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

  /// Writes all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let put = Glibc.write(number, bytes.baseAddress! + done, bytes.count - done)
      if put > 0 {
        done += put
      } else if put < 0, errno != EINTR {
        throw FileFailure.writing(path, errno)
      }
    }
  }
}
