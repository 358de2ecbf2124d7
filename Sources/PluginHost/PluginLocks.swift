import Glibc

/// The lock files of one scan: each directory's own, and the user's for directories that they may not write.
struct PluginLocks {
  /// Absolute path of the user's lock, nil when there is none (no home, elevated privileges).
  let userPath: String?
  private let user: Result<PluginLock, PluginError>
  private var directories: [String: Result<PluginLock, PluginError>] = [:]

  init(environment: HostEnvironment) {
    let path = Self.userPath(environment)
    userPath = path
    user = Self.result { () throws(PluginError) in
      if let path { return try PluginLock.read(path) }
      return PluginLock()
    }
  }

  /// What is decided about a file: the user's word about it goes before the directory's.
  mutating func entry(for file: String) throws(PluginError) -> PluginLock.Entry? {
    let directory = FilePaths.directory(of: file)
    let own: Result<PluginLock, PluginError>
    if let known = directories[directory] {
      own = known
    } else {
      own = Self.result { () throws(PluginError) in try PluginLock.read(FilePaths.join(directory, PluginLock.fileName)) }
      directories[directory] = own
    }
    if case .success(let lock) = user, let entry = lock[file] { return entry }
    if case .failure(let error) = user, !Self.isWritable(directory) { throw error }
    return try own.get()[FilePaths.name(of: file)]
  }

  static func userPath(_ environment: HostEnvironment) -> String? {
    if environment.isPrivileged { return nil }
    return environment.stateHome.map { FilePaths.join($0, "tidemill/" + PluginLock.fileName) }
  }

  /// Writes what is decided about a file where it belongs: into its directory's lock, or the user's when that is read-only.
  ///
  /// - Returns: the lock file that was written, and whether it is the directory's, which holds for all who use that.
  @discardableResult
  static func record(
    _ entry: PluginLock.Entry, of file: String, environment: HostEnvironment
  ) throws(PluginError) -> (lock: String, isDirectorys: Bool) {
    let directory = FilePaths.directory(of: file)
    var entry = entry
    if isWritable(directory) {
      entry.file = FilePaths.name(of: file)
      let lock = FilePaths.join(directory, PluginLock.fileName)
      try PluginLock.update(lock) { $0.set(entry) }
      // An older word of the user about this file would go before the new one.
      if let path = userPath(environment), FilePaths.isFile(path) { try PluginLock.update(path) { $0.remove(file) } }
      return (lock, true)
    } else if let path = userPath(environment) {
      entry.file = file
      try PluginLock.update(path) { $0.set(entry) }
      return (path, false)
    } else {
      throw PluginError("\(directory) is read-only and there is no state directory to write to instead")
    }
  }

  static func isWritable(_ directory: String) -> Bool { access(directory, W_OK) == 0 }

  private static func result<T>(_ body: () throws(PluginError) -> T) -> Result<T, PluginError> {
    do throws(PluginError) { return .success(try body()) } catch { return .failure(error) }
  }
}
