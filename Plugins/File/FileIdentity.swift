import Glibc

/// What a file is, whatever it is called: device and inode. Unique as long as the file is open or has a name.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64

  init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }

  /// Identity of what a path leads to now, nil when it leads nowhere.
  static func of(_ path: String) -> FileIdentity? {
    var status = stat()
    return stat(path, &status) == 0 ? FileIdentity(status) : nil
  }
}

/// Size and time of the last change: while both are the same, so are the bytes.
struct FileMark: Equatable {
  private let size: off_t
  private let seconds, nanoseconds: Int

  init(_ status: stat) {
    size = status.st_size
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
