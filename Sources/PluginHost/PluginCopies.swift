import Glibc

/// Private copies of plugins, each in a directory named by the SHA-256 of its content.
///
/// A library is loaded from such a copy and never from where it was dropped: overwriting a mapped file is a SIGBUS, and what
/// was hashed and accepted is what runs.
struct PluginCopies {
  /// Copies kept although nobody used them for `keepDays`.
  static let keepCount = 64
  static let keepDays = 30
  /// ST_NOEXEC of statvfs(3), which the Glibc module does not show.
  private static let noExec: UInt = 8

  let directory: String

  /// The user's cache directory, or a directory of the user's own in /tmp when that cannot be written or run from.
  init(environment: HostEnvironment) throws(PluginError) {
    var causes: [String] = []
    var candidates = ["/tmp/tidemill-\(geteuid())/plugins"]
    if !environment.isPrivileged, let cache = environment.cacheHome {
      candidates.insert(FilePaths.join(cache, "tidemill/plugins"), at: 0)
    }
    for candidate in candidates {
      do throws(PluginError) {
        try Self.prepare(candidate)
        directory = candidate
        return
      } catch {
        causes.append(error.sentence)
      }
    }
    throw PluginError(
      "there is no place for private copies of plugins: \(causes.joined(separator: "; "))",
      fix: "set XDG_CACHE_HOME to a directory of yours")
  }

  /// A copy of the library and the files that it lists.
  struct Copy {
    var library: String
    /// Of the library alone.
    var sha256: String
    /// Names the content: the library's hash, or one over the hashes of all files.
    var key: String
  }

  /// Copies a plugin unless the same content is there already.
  func copy(_ file: String, companions: [String]) throws(PluginError) -> Copy {
    let temporary = FilePaths.join(directory, ".new.\(getpid()).\(UInt64.random(in: 0 ... .max))")
    try FilePaths.makeDirectories(temporary, mode: 0o700)
    defer { Self.removeTree(temporary) }
    let name = FilePaths.name(of: file)
    let sha256 = try Self.copyFile(file, to: FilePaths.join(temporary, name))
    var key = sha256
    if !companions.isEmpty {
      var all = Sha256()
      all.update("\(sha256)\n")
      for companion in companions {
        let target = FilePaths.join(temporary, companion)
        try FilePaths.makeDirectories(FilePaths.directory(of: target), mode: 0o700)
        let hash = try Self.copyFile(FilePaths.join(FilePaths.directory(of: file), companion), to: target)
        all.update("\(hash) \(companion)\n")
      }
      key = all.finish()
    }
    // The name is part of the key: two names for one content would share a directory and not find their file.
    let place = FilePaths.join(directory, "\(key)-\(name)")
    if rename(temporary, place) != 0 {
      guard errno == EEXIST || errno == ENOTEMPTY else {
        throw PluginError("cannot make \(place): \(FilePaths.systemMessage(errno))")
      }
      if try !Self.isSame(place, temporary, [name] + companions) {
        Self.removeTree(place)
        guard rename(temporary, place) == 0 else {
          throw PluginError("cannot replace \(place): \(FilePaths.systemMessage(errno))")
        }
      }
    }
    utimensat(AT_FDCWD, place, nil, 0)
    prune(keeping: place)
    return Copy(library: FilePaths.join(place, name), sha256: sha256, key: key)
  }

  /// Whether the files of a copy still have the content that was copied once.
  private static func isSame(_ place: String, _ fresh: String, _ names: [String]) throws(PluginError) -> Bool {
    for name in names {
      let path = FilePaths.join(place, name)
      guard FilePaths.isFile(path) else { return false }
      if try Sha256.file(path) != Sha256.file(FilePaths.join(fresh, name)) { return false }
    }
    return true
  }

  private static func copyFile(_ source: String, to target: String) throws(PluginError) -> String {
    let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o700)
    guard descriptor >= 0 else { throw PluginError("cannot write \(target): \(FilePaths.systemMessage(errno))") }
    defer { close(descriptor) }
    return try Sha256.file(source, copyingTo: descriptor)
  }

  /// Makes the directory for this user alone and makes sure that nobody else owns or may write it.
  private static func prepare(_ directory: String) throws(PluginError) {
    try FilePaths.makeDirectories(directory, mode: 0o700)
    for path in [FilePaths.directory(of: directory), directory] {
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw PluginError("\(path) is no directory") }
      guard status.st_uid == geteuid() else { throw PluginError("\(path) belongs to another user") }
      guard status.st_mode & 0o022 == 0 else { throw PluginError("others may write to \(path)") }
    }
    var system = statvfs()
    guard access(directory, W_OK) == 0 else { throw PluginError("\(directory) cannot be written") }
    if statvfs(directory, &system) == 0, system.f_flag & noExec != 0 {
      throw PluginError("\(directory) is on a file system that is mounted noexec")
    }
  }

  /// Drops copies that were not used for long, the oldest first, and what a killed process left unfinished. A process that has
  /// one mapped keeps it.
  private func prune(keeping place: String) {
    let names = FilePaths.names(in: directory) ?? []
    guard names.count > Self.keepCount else { return }
    let oldest = time(nil) - Self.keepDays * 86400
    var ages = names.map { (path: FilePaths.join(directory, $0), used: 0) }
    for index in ages.indices { ages[index].used = FilePaths.status(ages[index].path)?.st_mtim.tv_sec ?? 0 }
    ages.sort { $0.used < $1.used }
    for (path, used) in ages.prefix(names.count - Self.keepCount) where used < oldest && path != place { Self.removeTree(path) }
  }

  static func removeTree(_ path: String) {
    for name in FilePaths.names(in: path) ?? [] {
      let entry = FilePaths.join(path, name)
      var status = stat()
      if lstat(entry, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { removeTree(entry) } else { unlink(entry) }
    }
    rmdir(path)
  }
}
