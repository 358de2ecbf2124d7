import Glibc
import PluginManifest

/// Looks at one file: is it a plugin that can run here? Reads it, runs nothing.
package struct PluginFileReader {
  static let section = ".tidemill"
  package static let entrySymbol = "tidemill_plugin_1"
  /// Bytes that each file of a plugin may have: all of it is hashed and copied before it is loaded.
  static let byteLimit = 256 << 20

  let manifests: PluginManifestReader
  var libraries: LibraryResolver

  init(manifests: PluginManifestReader, environment: HostEnvironment) {
    self.manifests = manifests
    libraries = LibraryResolver(environment: environment)
  }

  /// The entry of a file before locks and other plugins are considered: unchecked or refused.
  mutating func entry(for path: String, in directory: PluginDirectory, isBuiltIn: Bool) -> PluginEntry {
    var entry = PluginEntry(
      name: FilePaths.stem(of: path), file: path, directory: directory, isBuiltIn: isBuiltIn, status: .unchecked)
    do {
      if let refusal = try examine(path, &entry) { entry.status = .refused(refusal) }
    } catch let error as PluginError {
      entry.status = .refused(.init(.unreadable, "it \(error.sentence)", fix: error.fix))
    } catch let problem as ElfFile.Problem {
      entry.status = .refused(Self.refusal(problem))
    } catch {
      entry.status = .refused(.init(.damaged, "\(error)"))
    }
    return entry
  }

  private mutating func examine(_ path: String, _ entry: inout PluginEntry) throws -> PluginRefusal? {
    if FilePaths.isDirectory(path) { return .init(.unreadable, "it is a directory") }
    if let problem = Self.sizeProblem(path) { return .init(.tooLarge, "it \(problem)", fix: "strip it, or remove it") }
    let elf = try ElfFile(path: path)
    let section = try elf.contents(ofSection: Self.section)
    let isExported = try elf.exports(Self.entrySymbol)
    guard let section else {
      guard isExported else {
        return .init(.notPlugin, "it is a library without \(Self.entrySymbol) and without a manifest: not a plugin")
      }
      return .init(
        .unsealed, "it is a plugin that is not sealed: it has no section \(Self.section)",
        fix: "write its manifest with TIDE_MANIFEST, or run tidemill plugin seal FILE if it describes itself in code")
    }
    let read = manifests.read(section: section)
    entry.manifest = read.manifest
    entry.document = read.document
    entry.problems = read.problems
    entry.unknown = read.unknown
    if let name = read.manifest?.name, ManifestRules.isName(name) { entry.name = name }
    if let later = read.laterAbi {
      return .init(
        .newerAbi, "it needs revision 1.\(later) of the plugin interface; this host has 1.\(manifests.hostMinor)",
        fix: "use a newer tidemill, or a plugin built for this one")
    }
    if let first = read.problems.first {
      let more = read.problems.count - 1
      return .init(
        .brokenManifest, "its manifest is broken: \(first)" + (more > 0 ? " (and \(more) more)" : ""),
        fix: "tidemill plugin inspect \(FilePaths.quoted(path)) shows all of it; correct it and build again")
    }
    guard isExported else {
      return .init(.noEntry, "it has a manifest and does not export \(Self.entrySymbol)", fix: "build it again")
    }
    return try missingLibrary(elf, path, read.manifest)
  }

  private mutating func missingLibrary(_ elf: ElfFile, _ path: String, _ manifest: PluginManifest?) throws -> PluginRefusal? {
    let directory = FilePaths.directory(of: path)
    let companions = manifest?.files ?? []
    if let file = companions.first(where: { !FilePaths.isFile(FilePaths.join(directory, $0)) }) {
      return .init(.missingLibrary, "its file \(file) is not beside it", fix: "put \(file) into \(directory)")
    }
    for file in companions {
      guard let problem = Self.sizeProblem(FilePaths.join(directory, file)) else { continue }
      return .init(.tooLarge, "its file \(file) \(problem)")
    }
    guard let missing = libraries.missing(for: try elf.dynamic(), in: directory, companions: companions) else { return nil }
    let way = missing.neededBy.map { " (by way of \($0))" } ?? ""
    let library = missing.library
    if FilePaths.isFile(FilePaths.join(directory, library)) {
      return .init(
        .missingLibrary, "it needs \(library)\(way), which lies beside it and is not among the manifest's files",
        fix: "list \(library) under files in the manifest and link with -rpath '$ORIGIN'")
    }
    return .init(
      .missingLibrary, "it needs \(library)\(way), which is not installed",
      fix: "install it; apt-file search \(library) names the package")
  }

  /// What is wrong with the size of a file of a plugin, continuing its name; nil when it may be read as a whole.
  static func sizeProblem(_ path: String) -> String? {
    guard let status = FilePaths.status(path), status.st_mode & S_IFMT == S_IFREG, status.st_size > byteLimit else {
      return nil
    }
    return "has \(status.st_size) bytes; a file of a plugin has at most \(byteLimit >> 20) MiB"
  }

  static func refusal(_ problem: ElfFile.Problem) -> PluginRefusal {
    switch problem {
    case .notElf: .init(.notPlugin, "it is no shared library: not a plugin")
    case .damaged(let why): .init(.damaged, "it is damaged: \(why)", fix: "copy or build it again")
    case .architecture(let other, let host):
      .init(.architecture, "it is for \(other); this host is \(host)", fix: "build it for \(host)")
    case .notShared(let what): .init(.notPlugin, "it is \(what), not a shared library", fix: "link it with cc -shared")
    }
  }
}
