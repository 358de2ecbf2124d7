import Glibc
import PluginManifest

/// All plugins that can be found, in search order. Made by reading files alone: no code of a plugin runs.
public struct PluginCatalog: Sendable {
  /// Where to look and what to believe.
  public struct Settings: Sendable {
    /// Values of `--plugins`, in order.
    public var directories: [String]
    public var environment: HostEnvironment
    /// `--dev`: changed files are used without asking.
    public var isDevelopment: Bool
    /// `--safe`: the host's own plugins alone.
    public var isSafe: Bool
    /// The options that the host adds to components with a codec, for whoever shows plugins.
    public var formatOptions: [ComponentManifest.Codec: [OptionSchema]]

    public init(
      directories: [String] = [], environment: HostEnvironment = .current(), isDevelopment: Bool = false,
      isSafe: Bool = false, formatOptions: [ComponentManifest.Codec: [OptionSchema]] = [:]
    ) {
      self.directories = directories
      self.environment = environment
      self.isDevelopment = isDevelopment
      self.isSafe = isSafe
      self.formatOptions = formatOptions
    }

    var manifests: PluginManifestReader { PluginManifestReader() }
  }

  public let settings: Settings
  /// The directories that were searched, in order, those that do not exist included.
  public let directories: [PluginDirectory]
  /// In the order of the directories, in each by file name.
  public internal(set) var entries: [PluginEntry]

  /// Looks through the search path. Never fails: what is wrong with a file or a directory stands in its entries.
  public static func scan(_ settings: Settings = Settings()) -> PluginCatalog {
    let environment = settings.environment
    var directories = PluginSearchPath.directories(options: settings.directories, environment: environment)
    let builtIn = Set(PluginSearchPath.builtIn(environment).map { FilePaths.resolved($0.path) ?? $0.path })
    if settings.isSafe { directories.removeAll { !builtIn.contains(FilePaths.resolved($0.path) ?? $0.path) } }
    var reader = PluginFileReader(manifests: settings.manifests, environment: environment)
    var locks = PluginLocks(environment: environment)
    var entries: [PluginEntry] = []
    for index in directories.indices {
      let directory = directories[index]
      guard let names = FilePaths.names(in: directory.path) else {
        let isNamed = directory.origin == .option || directory.origin == .environment
        if isNamed || FilePaths.status(directory.path) != nil {
          directories[index].problem = PluginSearchPath.problem(of: directory.path)
        }
        continue
      }
      let isHosts = builtIn.contains(FilePaths.resolved(directory.path) ?? directory.path)
      for name in names where name.hasSuffix(".so") && !name.hasPrefix(".") {
        let path = FilePaths.join(directory.path, name)
        let isBuiltIn = isHosts && name.hasPrefix("libtidemill-")
        if settings.isSafe && !isBuiltIn { continue }
        var entry = reader.entry(for: path, in: directory, isBuiltIn: isBuiltIn)
        // A library of the host's own that is something else.
        if isBuiltIn, case .refused(let refusal) = entry.status, refusal.reason == .notPlugin { continue }
        locks.judge(&entry, isDevelopment: settings.isDevelopment)
        entries.append(entry)
      }
    }
    var catalog = PluginCatalog(settings: settings, directories: directories, entries: entries)
    catalog.dropCompanions()
    catalog.shadow()
    catalog.noteClashes()
    return catalog
  }

  /// Looks at one file outside of the search path, for inspecting and sealing; it has no lock and shadows nothing.
  public static func examine(_ file: String, _ settings: Settings = Settings()) -> PluginEntry {
    let path = FilePaths.absolute(file)
    var reader = PluginFileReader(manifests: settings.manifests, environment: settings.environment)
    let directory = PluginDirectory(FilePaths.directory(of: path), .option)
    return reader.entry(for: path, in: directory, isBuiltIn: false)
  }

  /// The entries that a word on the command line means: a plugin's name, the name of a file, or a path.
  public func entries(named word: String) -> [PluginEntry] {
    if word.contains("/") {
      let path = FilePaths.resolved(word) ?? FilePaths.absolute(word)
      return entries.filter { (FilePaths.resolved($0.file) ?? $0.file) == path }
    }
    let byName = entries.filter { $0.name == word }
    return byName.isEmpty ? entries.filter { FilePaths.name(of: $0.file) == word } : byName
  }

  /// The entries that `plugin/id` means, the form that pipelines use where two plugins share an id.
  public func entries(qualified word: String) -> [PluginEntry] {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return [] }
    return entries.filter { entry in
      entry.name == parts[0] && entry.manifest?.components.contains { $0.id == parts[1] } ?? false
    }
  }

  /// The plugin of a name that a pipeline would use: the first in the search path.
  public func plugin(_ name: String) -> PluginEntry? { entries.first { $0.name == name && $0.manifest != nil } }

  /// Libraries that a plugin lists as its own files are a part of it, and no entries that need a reason.
  private mutating func dropCompanions() {
    var companions: Set<String> = []
    for entry in entries {
      let directory = FilePaths.directory(of: entry.file)
      for file in entry.manifest?.files ?? [] { companions.insert(FilePaths.join(directory, file)) }
    }
    entries.removeAll { $0.manifest == nil && companions.contains($0.file) }
  }

  /// A name taken by an earlier directory hides the later files of that name, whether or not the first can be used: a plugin
  /// must not change silently because another broke.
  private mutating func shadow() {
    var owners: [String: String] = [:]
    for index in entries.indices where entries[index].manifest != nil {
      let entry = entries[index]
      guard let owner = owners[entry.name] else {
        owners[entry.name] = entry.file
        continue
      }
      if case .refused = entry.status { continue }
      entries[index].status = .refused(
        .init(.shadowed, "another plugin '\(entry.name)' comes first: \(owner)", fix: "remove or rename one of them"))
    }
  }

  private mutating func noteClashes() {
    var owners: [String: [Int]] = [:]
    for (index, entry) in entries.enumerated() where entry.status.isUsable {
      for component in entry.manifest?.components ?? [] {
        owners["\(component.kind) \(component.id)", default: []].append(index)
      }
    }
    for (index, entry) in entries.enumerated() where entry.status.isUsable {
      entries[index].clashes = (entry.manifest?.components ?? []).compactMap { component in
        let others = (owners["\(component.kind) \(component.id)"] ?? []).filter { $0 != index }.map { entries[$0].name }
        return others.isEmpty ? nil : .init(kind: component.kind, id: component.id, others: others)
      }
    }
  }
}

extension PluginLocks {
  /// Applies what the lock files say about an entry to its status.
  mutating func judge(_ entry: inout PluginEntry, isDevelopment: Bool) {
    if case .refused = entry.status { return }
    if entry.isBuiltIn { entry.status = .enabled }
    do throws(PluginError) {
      guard let locked = try self.entry(for: entry.file) else { return }
      let hash = try Sha256.file(entry.file)
      entry.sha256 = hash
      if hash == locked.sha256 {
        entry.level = locked.level
        entry.trust = locked.trust
      }
      if !locked.enabled {
        entry.status = .disabled
      } else if hash == locked.sha256 {
        entry.status = .enabled
      } else if !entry.isBuiltIn && !isDevelopment && entry.directory.origin != .option {
        // The host's own plugins are replaced together with the host, and whoever could change them could change the host.
        entry.status = .refused(
          .init(
            .changed, "its content is not what was accepted: it has changed since \(FilePaths.name(of: entry.file)) was locked",
            fix: "tidemill plugin enable \(FilePaths.quoted(entry.name))"))
      }
    } catch {
      entry.status = .refused(.init(.brokenLock, error.sentence, fix: error.fix))
    }
  }
}
