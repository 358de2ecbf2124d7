import Glibc
import PluginManifest

extension PluginCatalog {
  public func lookup(function symbol: String, library: String, directory: String) -> FunctionLookup {
    if settings.isSafe {
      return .refused(
        reason: "with --safe no functions are called, only the plugins that come with tidemill", fix: "leave --safe out")
    }
    let found: FunctionLibrary
    do throws(FunctionLibrary.Problem) {
      found = try FunctionLibrary(library, from: directory, settings.environment)
    } catch {
      return .noLibrary(reason: error.reason, fix: error.fix)
    }
    do throws(FunctionLibrary.Problem) {
      try found.check(symbol)
    } catch {
      return .noSymbol(reason: error.reason, fix: error.fix)
    }
    return judge(symbol, found)
  }

  /// What the lock file says of a function that is there.
  private func judge(_ symbol: String, _ library: FunctionLibrary) -> FunctionLookup {
    let name = FilePaths.name(of: library.file)
    // A name that the linker finds is shorter, and finds the same again.
    let word = library.isSystems ? name : library.file
    let command = "tidemill function allow \(FilePaths.quoted(word)) \(FilePaths.quoted(symbol))"
    do throws(PluginError) {
      let hash = try library.contentHash()
      let locked = try PluginLocks.userPath(settings.environment).map { (path) throws(PluginError) in try PluginLock.read(path)
      }
      guard let entry = locked?[library: library.file], entry.symbols.contains(symbol) else {
        return .refused(
          reason: "nobody has allowed '\(symbol)' of \(TerminalText.line(library.file))", fix: "allow it with: \(command)")
      }
      guard entry.sha256 == hash || settings.isDevelopment else {
        return .refused(
          reason: "\(TerminalText.line(library.file)) has changed since '\(symbol)' was allowed",
          fix: "allow it again with: \(command)")
      }
      return .found(FunctionReference(file: library.file, sha256: hash, symbol: symbol))
    } catch {
      return .refused(reason: "'\(symbol)' cannot be called: \(error.sentence)", fix: error.fix)
    }
  }

  // MARK: The list

  /// Functions of one library, and where that is noted.
  public struct AllowedFunctions: Sendable, Equatable {
    public var library: String
    public var symbols: [String]
    /// Why they cannot be called nevertheless, nil when they can.
    public var problem: String?
    /// The lock file.
    public var lock: String
  }

  /// Lets pipelines call functions of a library, and accepts its content as it is now; those that were allowed of other content have
  /// to be allowed again.
  ///
  /// - Returns: what is allowed of the library now, and the symbols that are not any more.
  public func allow(_ symbols: [String], of library: String) throws(PluginError) -> (
    allowed: AllowedFunctions, dropped: [String]
  ) {
    let found: FunctionLibrary
    do throws(FunctionLibrary.Problem) {
      found = try FunctionLibrary(library, from: ".", settings.environment)
      for symbol in symbols { try found.check(symbol) }
    } catch {
      throw PluginError(error.reason, fix: error.fix)
    }
    let hash = try found.contentHash()
    var entry = PluginLock.FunctionEntry(library: found.file, sha256: hash, symbols: symbols)
    var dropped: [String] = []
    let path = try lockPath()
    try PluginLock.update(path) { lock in
      if let before = lock[library: found.file] {
        if before.sha256 == hash {
          entry.symbols += before.symbols
        } else {
          dropped = before.symbols.filter { !symbols.contains($0) }
        }
      }
      lock.set(entry)
      entry = lock[library: found.file] ?? entry
    }
    return (AllowedFunctions(library: found.file, symbols: entry.symbols, lock: path), dropped)
  }

  /// Takes functions off the list, all of the library's when none is named.
  ///
  /// - Returns: the library as it is listed, and what was taken off.
  public func disallow(_ symbols: [String], of library: String) throws(PluginError) -> AllowedFunctions {
    let path = try lockPath()
    let entry = try listed(library, in: try PluginLock.read(path))
    for symbol in symbols where !entry.symbols.contains(symbol) {
      let near = Spelling.nearest(to: symbol, in: entry.symbols).map { "did you mean '\($0)'?" }
      throw PluginError(
        "'\(symbol)' of \(entry.library) is not allowed anyway", fix: near ?? "tidemill function list shows what is")
    }
    let gone = symbols.isEmpty ? entry.symbols : symbols
    try PluginLock.update(path) { lock in
      guard var entry = lock[library: entry.library] else { return }
      entry.symbols.removeAll { gone.contains($0) }
      lock.set(entry)
    }
    return AllowedFunctions(library: entry.library, symbols: gone, lock: path)
  }

  /// What is allowed, by library.
  public func allowedFunctions() throws(PluginError) -> [AllowedFunctions] {
    guard let path = PluginLocks.userPath(settings.environment) else { return [] }
    return try PluginLock.read(path).functions.map { entry in
      AllowedFunctions(library: entry.library, symbols: entry.symbols, problem: problem(entry), lock: path)
    }
  }

  private func problem(_ entry: PluginLock.FunctionEntry) -> String? {
    guard FilePaths.isFile(entry.library) else { return "missing" }
    let library = try? FunctionLibrary(entry.library, from: ".", settings.environment)
    return (try? library?.contentHash()) == entry.sha256 ? nil : "changed"
  }

  /// The entry that a word means: a path, a name as in a manifest, or the name of a file that is listed. It need not be there any more.
  private func listed(_ library: String, in lock: PluginLock) throws(PluginError) -> PluginLock.FunctionEntry {
    let path = library.contains("/") ? FilePaths.resolved(library) ?? FilePaths.absolute(library) : nil
    let found = lock.functions.filter { entry in
      path.map { $0 == entry.library } ?? (FilePaths.name(of: entry.library) == library)
    }
    if found.count == 1 { return found[0] }
    if let known = try? FunctionLibrary(library, from: ".", settings.environment), let entry = lock[library: known.file] {
      return entry
    }
    if found.count > 1 { throw PluginError("several libraries are named '\(library)'", fix: "give the path of one") }
    throw PluginError("no function of '\(library)' is allowed", fix: "tidemill function list shows what is")
  }

  private func lockPath() throws(PluginError) -> String {
    guard let path = PluginLocks.userPath(settings.environment) else {
      throw PluginError(
        "there is no state directory to note it in", fix: "set HOME or XDG_STATE_HOME, and use no elevated privileges")
    }
    return path
  }
}
