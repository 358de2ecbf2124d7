import Glibc

/// The regular files that this process has open, to keep a pipeline from writing over its own input.
///
/// Sees neither other processes nor plugins that run in one of their own.
enum OpenFiles {
  enum Access {
    case any, writing
  }

  /// True when a descriptor other than `file`'s leads to the same regular file with that access.
  static func holdAnother(of file: Descriptor, _ access: Access) throws -> Bool {
    let wanted = try file.status()
    guard wanted.st_mode & S_IFMT == S_IFREG, let directory = opendir("/proc/self/fd") else { return false }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let number = Int32(name), number != file.number else { continue }
      var status = stat()
      guard fstat(number, &status) == 0, status.st_ino == wanted.st_ino, status.st_dev == wanted.st_dev else { continue }
      let mode = fcntl(number, F_GETFL)
      if access == .any || (mode >= 0 && mode & O_ACCMODE != O_RDONLY) { return true }
    }
    return false
  }
}
