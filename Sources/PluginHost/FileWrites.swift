import Glibc

/// Writing files so that a reader, or a crash, sees the old content or the new one and nothing between.
enum FileWrites {
  /// Writes all bytes to a descriptor; `path` is for the message.
  static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, to path: String) throws(PluginError) {
    var done = 0
    while done < bytes.count {
      let wrote = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if wrote >= 0 {
        done += wrote
      } else if errno != EINTR {
        throw PluginError("cannot write \(path): \(FilePaths.systemMessage(errno))")
      }
    }
  }

  /// Replaces the file in one step: a temporary file beside it, fsync, rename, fsync of the directory.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o644) throws(PluginError) {
    let directory = FilePaths.directory(of: path)
    let temporary = FilePaths.join(directory, ".\(FilePaths.name(of: path)).\(getpid()).\(UInt32.random(in: 0 ... .max))")
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw PluginError("cannot write \(temporary): \(FilePaths.systemMessage(errno))") }
    do throws(PluginError) {
      defer { close(descriptor) }
      let failure = bytes.withUnsafeBytes { buffer -> PluginError? in
        do throws(PluginError) {
          try writeAll(descriptor, buffer, to: temporary)
          return nil
        } catch { return error }
      }
      if let failure { throw failure }
      guard fsync(descriptor) == 0 else {
        throw PluginError("cannot write \(temporary): \(FilePaths.systemMessage(errno))")
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try rename(temporary, over: path)
  }

  /// The file that a path stands for: at a symbolic link it is what the link leads to, there already or not yet.
  static func target(of path: String) throws(PluginError) -> String {
    var path = path
    for _ in 0..<40 {
      if let resolved = FilePaths.resolved(path) { return resolved }
      var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = buffer.withUnsafeMutableBytes { bytes in
        readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
      }
      guard count > 0 else { return path }
      let next = String(decoding: buffer[..<count], as: UTF8.self)
      path = next.hasPrefix("/") ? next : FilePaths.join(FilePaths.directory(of: path), next)
    }
    throw PluginError("cannot write \(path): \(FilePaths.systemMessage(ELOOP))")
  }

  /// Moves a finished file over another in the same directory and makes that durable.
  static func rename(_ temporary: String, over path: String) throws(PluginError) {
    guard Glibc.rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw PluginError("cannot replace \(path): \(FilePaths.systemMessage(code))")
    }
    let directory = open(FilePaths.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }
}
