import CMd
import Glibc

extension PluginLock {
  /// How long a writer waits for another one.
  static let waitLimitMilliseconds = 10_000

  /// Reads the lock file, changes it and writes it back as one step: concurrent writers come one after the other, and readers
  /// see the file before or after. Makes the directory when it is not there. A broken file is left as it is, and a symbolic link a link:
  /// the file that it leads to is written.
  public static func update(_ path: String, _ change: (inout PluginLock) -> Void) throws(PluginError) {
    let path = try FileWrites.target(of: path)
    let directory = FilePaths.directory(of: path)
    try FilePaths.makeDirectories(directory)
    // The directory carries the file lock: the file itself is replaced, and a lock on what was replaced guards nothing.
    let guardian = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard guardian >= 0 else { throw PluginError("cannot open \(directory): \(FilePaths.systemMessage(errno))") }
    defer { close(guardian) }
    var waited = 0
    while flock(guardian, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw PluginError("cannot lock \(directory): \(FilePaths.systemMessage(errno))")
      }
      guard waited < waitLimitMilliseconds else {
        throw PluginError("another process has held the lock on \(directory) for \(waitLimitMilliseconds / 1000) s")
      }
      usleep(2000)
      waited += 2
    }
    var lock = try read(path)
    let before = lock
    change(&lock)
    if lock != before { try FileWrites.replace(path, with: Array(lock.json.utf8)) }
  }
}
