import Glibc

/// Bytes of a file that may change or be cut short while they are read: reads copy, so a file that shrinks gives nil and never
/// a fault.
///
/// Not a mapping on purpose: overwriting a mapped file raises SIGBUS in its readers, and plugins are dropped in while
/// `plugin list` looks at them.
final class FileBytes {
  let count: Int
  private let descriptor: Int32
  private let memory: [UInt8]?

  /// Opens a regular file; the error is a sentence without the path.
  init(path: String) throws(PluginError) {
    // O_NONBLOCK: a FIFO named x.so must not stop a listing.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    memory = nil
    guard descriptor >= 0 else { throw PluginError("cannot be read: \(FilePaths.systemMessage(errno))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw PluginError("is not a regular file")
    }
    count = Int(status.st_size)
  }

  init(_ bytes: [UInt8]) {
    descriptor = -1
    memory = bytes
    count = bytes.count
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Exactly `length` bytes from `offset`, nil when the file does not hold them.
  func bytes(at offset: UInt64, count length: Int) -> [UInt8]? {
    guard length >= 0, offset <= UInt64(count), UInt64(length) <= UInt64(count) - offset else { return nil }
    if length == 0 { return [] }
    if let memory { return Array(memory[Int(offset)..<Int(offset) + length]) }
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
      filled = 0
      while filled < length {
        let got = pread(descriptor, buffer.baseAddress! + filled, length - filled, off_t(offset) + off_t(filled))
        if got > 0 {
          filled += got
        } else if got == 0 || errno != EINTR {
          return
        }
      }
    }
    return bytes.count == length ? bytes : nil
  }

  /// Everything, up to `limit` bytes; nil when the file is longer or cannot be read.
  func all(limit: Int) -> [UInt8]? { count <= limit ? bytes(at: 0, count: count) : nil }
}
