import Glibc

/// Private copies of plugins, each in a directory named by the SHA-256 of its content.
///
/// A library is loaded from such a copy and never from where it was dropped: overwriting a mapped file is a SIGBUS, and what
/// was hashed and accepted is what runs.
package struct PluginCopies {
  /// Copies kept although nobody used them for `keepDays`.
  static let keepCount = 64
  static let keepDays = 30
  /// ST_NOEXEC of statvfs(3), which the Glibc module does not show.
  private static let noExec: UInt = 8

  let directory: String

  /// The user's cache directory, or a directory of the user's own in /tmp when that cannot be written or run from.
  package init(environment: HostEnvironment) throws(PluginError) {
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
  package struct Copy {
    package var library: String
    /// Of the library alone.
    package var sha256: String
    /// Names the content: the library's hash, or one over the hashes of all files.
    var key: String
  }

  /// Copies a plugin unless the same content is there already.
  package func copy(_ file: String, companions: [String]) throws(PluginError) -> Copy {
    let names = [FilePaths.name(of: file)] + companions
    var hashes: [String] = []
    for name in names { hashes.append(try Sha256.file(FilePaths.join(FilePaths.directory(of: file), name))) }
    let known = Self.key(names, hashes)
    if isComplete(place(known, names[0]), names, hashes) { return finished(known, names[0], hashes[0]) }

    let temporary = FilePaths.join(directory, ".new.\(getpid()).\(UInt64.random(in: 0 ... .max))")
    try FilePaths.makeDirectories(temporary, mode: 0o700)
    defer { Self.removeTree(temporary) }
    // Hashed again while it is copied: the file may have been replaced since, and what is copied is what runs.
    for (index, name) in names.enumerated() {
      let target = FilePaths.join(temporary, name)
      try FilePaths.makeDirectories(FilePaths.directory(of: target), mode: 0o700)
      hashes[index] = try Self.copyFile(FilePaths.join(FilePaths.directory(of: file), name), to: target)
    }
    let key = Self.key(names, hashes)
    let place = place(key, names[0])
    if rename(temporary, place) != 0 {
      guard errno == EEXIST || errno == ENOTEMPTY else {
        throw PluginError("cannot make \(place): \(FilePaths.systemMessage(errno))")
      }
      // Another process was faster, or the copy was spoilt.
      if !isComplete(place, names, hashes) {
        Self.removeTree(place)
        guard rename(temporary, place) == 0 else {
          throw PluginError("cannot replace \(place): \(FilePaths.systemMessage(errno))")
        }
      }
    }
    return finished(key, names[0], hashes[0])
  }

  /// Names the content of a library and of what comes along with it, as `Copy.key` does.
  static func key(of file: String, companions: [String]) throws(PluginError) -> String {
    let names = [FilePaths.name(of: file)] + companions
    var hashes: [String] = []
    for name in names { hashes.append(try Sha256.file(FilePaths.join(FilePaths.directory(of: file), name))) }
    return key(names, hashes)
  }

  /// The hash of the library alone, or one over the hashes and names of all files.
  private static func key(_ names: [String], _ hashes: [String]) -> String {
    if hashes.count == 1 { return hashes[0] }
    var all = Sha256()
    for (name, hash) in zip(names, hashes) { all.update("\(hash) \(name)\n") }
    return all.finish()
  }

  /// The library's name is part of the directory's: two names for one content would otherwise share a directory and not find
  /// their file.
  private func place(_ key: String, _ name: String) -> String { FilePaths.join(directory, "\(key)-\(name)") }

  private func finished(_ key: String, _ name: String, _ sha256: String) -> Copy {
    let place = place(key, name)
    utimensat(AT_FDCWD, place, nil, 0)
    prune(keeping: place)
    return Copy(library: FilePaths.join(place, name), sha256: sha256, key: key)
  }

  /// Whether a copy is there and has the content that its name promises.
  private func isComplete(_ place: String, _ names: [String], _ hashes: [String]) -> Bool {
    zip(names, hashes).allSatisfy { name, hash in
      let path = FilePaths.join(place, name)
      return FilePaths.isFile(path) && (try? Sha256.file(path)) == hash
    }
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

  package static func removeTree(_ path: String) {
    for name in FilePaths.names(in: path) ?? [] {
      let entry = FilePaths.join(path, name)
      var status = stat()
      if lstat(entry, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { removeTree(entry) } else { unlink(entry) }
    }
    rmdir(path)
  }
}
