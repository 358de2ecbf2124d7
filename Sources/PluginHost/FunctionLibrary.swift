import Glibc
import PluginManifest

/// A shared library that a pipeline takes a function from, as its file tells it: nothing of it is loaded to answer.
struct FunctionLibrary {
  /// Absolute path, links resolved.
  let file: String
  /// True when the name was left to the dynamic linker's search.
  let isSystems: Bool
  private let elf: ElfFile

  /// What keeps a library from being used, and what to do about it.
  struct Problem: Error, Equatable {
    var reason: String
    var fix: String?
  }

  /// Finds a library.
  ///
  /// - Parameters:
  ///   - name: a path, counted from `directory`, when it holds a slash; else a name that is looked for where the dynamic linker would:
  ///     among what is loaded, in LD_LIBRARY_PATH, in the system's directories.
  init(_ name: String, from directory: String, _ environment: HostEnvironment) throws(Problem) {
    var resolver = LibraryResolver(environment: environment)
    isSystems = !name.contains("/")
    let shown = TerminalText.line(name)
    if isSystems {
      guard let path = resolver.path(ofName: name) else { throw Self.missing(name, directory, &resolver) }
      file = FilePaths.resolved(path) ?? path
    } else {
      let path = name.hasPrefix("/") ? name : FilePaths.join(FilePaths.absolute(directory), name)
      guard let found = FilePaths.resolved(path) else {
        throw Problem(
          reason: "there is no library '\(shown)'", fix: name.hasPrefix("/") ? nil : "a path counts from the manifest")
      }
      file = found
    }
    do {
      if FilePaths.isDirectory(file) { throw Problem(reason: "'\(shown)' is a directory, not a library") }
      if let problem = PluginFileReader.sizeProblem(file) { throw Problem(reason: "'\(shown)' \(problem)") }
      elf = try ElfFile(path: file)
      try Self.checkNeeds(elf, file, shown, &resolver)
    } catch let problem as ElfFile.Problem {
      throw Self.problem(problem, shown)
    } catch let error as PluginError {
      throw Problem(reason: "'\(shown)' \(error.sentence)", fix: error.fix)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(reason: "'\(shown)' cannot be read: \(error)")
    }
  }

  private static func missing(_ name: String, _ directory: String, _ resolver: inout LibraryResolver) -> Problem {
    let shown = TerminalText.line(name)
    if FilePaths.isFile(FilePaths.join(directory, name)) {
      return Problem(
        reason: "there is no library '\(shown)' where the dynamic linker looks",
        fix: "to mean the file beside the manifest, write ./\(shown)")
    }
    return Problem(
      reason: "there is no library '\(shown)' where the dynamic linker looks",
      fix: resolver.nearest(to: name).map { "did you mean '\(TerminalText.line($0))'?" } ?? "give its path, with a '/' in it")
  }

  private static func problem(_ problem: ElfFile.Problem, _ shown: String) -> Problem {
    switch problem {
    case .notElf: Problem(reason: "'\(shown)' is no shared library")
    case .damaged(let why): Problem(reason: "'\(shown)' is damaged: \(why)", fix: "copy or build it again")
    case .architecture(let other, let host):
      Problem(reason: "'\(shown)' is for \(other); this host is \(host)", fix: "build it for \(host)")
    case .notShared(let what): Problem(reason: "'\(shown)' is \(what), not a shared library", fix: "link it with cc -shared")
    }
  }

  private static func checkNeeds(_ elf: ElfFile, _ file: String, _ shown: String, _ resolver: inout LibraryResolver) throws {
    let directory = FilePaths.directory(of: file)
    let dynamic = try elf.dynamic()
    let beside = dynamic.needed.filter { FilePaths.isFile(FilePaths.join(directory, $0)) }
    guard let missing = resolver.missing(for: dynamic, in: directory, companions: beside) else { return }
    let way = missing.neededBy.map { " (by way of \($0))" } ?? ""
    throw Problem(
      reason: "'\(shown)' needs \(missing.library)\(way), which is not installed",
      fix: "install it; apt-file search \(missing.library) names the package")
  }

  /// Names the content that is allowed: of the library, and of those that come along.
  func contentHash() throws(PluginError) -> String { try PluginCopies.key(of: file, companions: companions()) }

  /// Libraries that this one needs and finds beside it, and theirs: they have to come along where it is loaded from.
  func companions() -> [String] {
    let directory = FilePaths.directory(of: file)
    var found: [String] = []
    var open = [elf]
    while let next = open.popLast(), found.count < 64 {
      guard let dynamic = try? next.dynamic() else { continue }
      let places = dynamic.runpath.isEmpty ? dynamic.rpath : dynamic.runpath
      guard places.contains(where: { $0.contains("$ORIGIN") || $0.contains("${ORIGIN}") }) else { continue }
      for name in dynamic.needed where !name.contains("/") && !found.contains(name) {
        let path = FilePaths.join(directory, name)
        guard FilePaths.isFile(path), let companion = try? ElfFile(path: path) else { continue }
        found.append(name)
        open.append(companion)
      }
    }
    return found
  }

  // MARK: Symbols

  /// Sees to it that there is a function of that name that the dynamic linker would find.
  func check(_ symbol: String) throws(Problem) {
    let name = FilePaths.name(of: file)
    var found: ElfSymbol?
    var functions: [String] = []
    do {
      try elf.eachSymbol { entry, strings in
        guard entry.isDefined, entry.isVisible, let text = strings.string(at: entry.name) else { return }
        if text == symbol, found == nil || (found!.isSuperseded && !entry.isSuperseded) { found = entry }
        if entry.isFunction, !entry.isSuperseded { functions.append(text) }
      }
    } catch {
      throw Self.problem(error, name)
    }
    let shown = TerminalText.line(symbol)
    guard let found else {
      let near = Spelling.nearest(to: symbol, in: functions.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      throw Problem(
        reason: "\(name) has no function '\(shown)'",
        fix: near.map { "did you mean '\(TerminalText.line($0))'?" } ?? Self.advice(functions))
    }
    guard found.isFunction else {
      throw Problem(reason: "'\(shown)' of \(name) is no function but data", fix: Self.advice(functions))
    }
    guard !found.isSuperseded else {
      throw Problem(
        reason: "'\(shown)' of \(name) is there for old programs only: the dynamic linker does not find it by its name",
        fix: nil)
    }
  }

  private static func advice(_ functions: [String]) -> String {
    switch functions.count {
    case 0: "it exports no function at all"
    case ...8: "it has: \(functions.sorted().map(TerminalText.line).joined(separator: ", "))"
    default: "nm -D lists its \(functions.count) functions; those of C++ have other names unless they are extern \"C\""
    }
  }
}

extension LibraryResolver {
  /// The file that the dynamic linker would take for a name.
  mutating func path(ofName name: String) -> String? {
    if let path = loaded[name], isLibrary(path) { return path }
    return (environmentDirectories + systemDirectories).map { FilePaths.join($0, name) }.first { isLibrary($0) }
  }

  /// A library of the system that the name may have meant: first of all the same with a version behind it.
  mutating func nearest(to name: String) -> String? {
    var names: [String] = []
    for directory in environmentDirectories + systemDirectories { names += FilePaths.names(in: directory) ?? [] }
    names.removeAll { !$0.contains(".so") }
    let stem = name.hasSuffix(".so") ? name : name + ".so"
    for start in ["\(stem).", "lib\(stem)."] {
      for found in names where found.hasPrefix(start) && path(ofName: found) != nil { return found }
    }
    return Spelling.nearest(to: name, in: names)
  }
}
