import Glibc
import PluginKit

/// The file that holds the table, or the table as the pipeline's manifest has it.
struct TableFile {
  /// What tells one content from another without reading it.
  struct Signature: Equatable {
    let device: UInt64, inode: UInt64
    let seconds: Int, nanoseconds: Int
    let size: Int

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
      size = Int(status.st_size)
    }
  }

  let path: String
  /// What stands in the manifest; then there is no file, and `path` is the option.
  var text: String?
  let maxBytes: Int

  /// What stands there now; nil when nothing that can be looked at does.
  var signature: Signature? {
    var status = stat()
    return text == nil && stat(path, &status) == 0 ? Signature(status) : nil
  }

  /// Reads all of it. Nil when it changed meanwhile: then it is to be read later.
  func read() throws(TableFailure) -> (bytes: [UInt8], signature: Signature)? {
    if let text { return (Array(text.utf8), Signature(stat())) }
    // Without O_NONBLOCK the open of a named pipe would wait for a writer.
    let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw failure(errno) }
    defer { _ = Glibc.close(number) }
    var status = stat()
    guard fstat(number, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw TableFailure(path, "is no file that holds a table") }
    let before = Signature(status)
    guard before.size <= maxBytes else {
      throw TableFailure(path, "has \(before.size) bytes, and `max_bytes` allows \(maxBytes)")
    }
    var bytes = [UInt8](repeating: 0, count: before.size)
    var done = 0
    while done < bytes.count {
      let got = bytes.withUnsafeMutableBytes { pread(number, $0.baseAddress! + done, $0.count - done, off_t(done)) }
      if got == 0 { return nil }
      if got > 0 {
        done += got
      } else if errno != EINTR {
        throw failure(errno)
      }
    }
    guard fstat(number, &status) == 0 else { throw failure(errno) }
    return Signature(status) == before ? (bytes, before) : nil
  }

  private func failure(_ code: Int32) -> TableFailure {
    switch code {
    case ENOENT: TableFailure(path, "there is no such file")
    case EACCES, EPERM: TableFailure(path, "this user may not read it")
    default: TableFailure(path, "cannot be read: \(String(cString: strerror(code)))")
    }
  }
}

/// Why a table cannot be used: a sentence with the file, and the line where there is one.
struct TableFailure: Error {
  let text: String

  init(_ path: String, line: Int? = nil, _ reason: String) {
    text = path + (line.map { ":\($0)" } ?? "") + ": " + reason
  }
}
