import PluginManifest

/// `plugins.lock`: what was decided about the plugins of a directory, as JSON.
///
/// It stands in the plugins' directory and names them by file name; where that directory is read-only, in the user's state
/// directory, one for all, where it names them by absolute path. A plugin that it does not name is enabled and unchecked. The one in the
/// user's state directory also lists the functions of libraries that pipelines may call; one that it does not list may not be called.
public struct PluginLock: Sendable, Equatable {
  /// Why the content of a file is accepted.
  public enum Trust: String, Sendable, Codable, CaseIterable {
    /// Somebody enabled it by hand.
    case accepted
    /// `plugin check` passed at the level noted.
    case checked
  }

  /// One plugin file.
  public struct Entry: Sendable, Equatable, Codable {
    public var file: String
    /// The plugin's name at the time, for readers of the file.
    public var plugin: String?
    public var sha256: String
    public var enabled: Bool
    /// The level of `plugin check` that this content passed, 0 = never checked.
    public var level: Int
    public var trust: Trust?

    public init(
      file: String, plugin: String? = nil, sha256: String, enabled: Bool, level: Int = 0, trust: Trust? = nil
    ) {
      self.file = file
      self.plugin = plugin
      self.sha256 = sha256
      self.enabled = enabled
      self.level = level
      self.trust = trust
    }
  }

  /// Functions of one library that pipelines may call.
  public struct FunctionEntry: Sendable, Equatable, Codable {
    /// Absolute path, links resolved.
    public var library: String
    /// The content that was accepted.
    public var sha256: String
    /// Sorted.
    public var symbols: [String]

    public init(library: String, sha256: String, symbols: [String]) {
      self.library = library
      self.sha256 = sha256
      self.symbols = symbols
    }
  }

  private struct Document: Codable {
    var version: Int
    var plugins: [Entry]
    var functions: [FunctionEntry]?
  }

  static let fileName = "plugins.lock"
  static let byteLimit = 8 << 20

  /// Sorted by file; a file stands in it once.
  public private(set) var entries: [Entry]
  /// Sorted by library; a library stands in it once.
  public private(set) var functions: [FunctionEntry]

  public init(_ entries: [Entry] = [], functions: [FunctionEntry] = []) {
    self.entries = entries.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    self.functions = functions.sorted { $0.library.utf8.lexicographicallyPrecedes($1.library.utf8) }
  }

  public subscript(file: String) -> Entry? { entries.first { $0.file == file } }

  /// Puts an entry in, in place of one of the same file.
  public mutating func set(_ entry: Entry) {
    self = PluginLock(entries.filter { $0.file != entry.file } + [entry], functions: functions)
  }

  /// Forgets a file.
  public mutating func remove(_ file: String) { entries.removeAll { $0.file == file } }

  public subscript(library library: String) -> FunctionEntry? { functions.first { $0.library == library } }

  /// Puts an entry in, in place of one of the same library; one without symbols is left out.
  public mutating func set(_ entry: FunctionEntry) {
    let others = functions.filter { $0.library != entry.library }
    var entry = entry
    entry.symbols = Set(entry.symbols).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    self = PluginLock(entries, functions: entry.symbols.isEmpty ? others : others + [entry])
  }

  /// Reads a lock file; one that does not exist is empty. The error names the file and the place in it.
  public static func read(_ path: String) throws(PluginError) -> PluginLock {
    guard FilePaths.status(path) != nil else { return PluginLock() }
    let bytes: [UInt8]
    do throws(PluginError) {
      guard let all = try FileBytes(path: path).all(limit: byteLimit) else {
        throw PluginError("is longer than \(byteLimit) bytes")
      }
      bytes = all
    } catch {
      throw broken(path, error.sentence)
    }
    do {
      let document = try ConfigDecoder().decode(Document.self, from: try JsonReader.read(bytes))
      guard document.version == 1 else { throw ManifestProblem("version", "\(document.version) is not known here") }
      for entry in document.plugins where entry.sha256.utf8.count != 64 {
        throw ManifestProblem("plugins", "the sha256 of \(entry.file) has not 64 digits")
      }
      for entry in document.functions ?? [] where entry.sha256.utf8.count != 64 {
        throw ManifestProblem("functions", "the sha256 of \(entry.library) has not 64 digits")
      }
      let lock = PluginLock(document.plugins, functions: document.functions ?? [])
      for (one, next) in zip(lock.functions, lock.functions.dropFirst()) where one.library == next.library {
        throw ManifestProblem("functions", "\(one.library) stands there twice")
      }
      for (one, next) in zip(lock.entries, lock.entries.dropFirst()) where one.file == next.file {
        throw ManifestProblem("plugins", "\(one.file) stands there twice")
      }
      return lock
    } catch let error as DecodingError {
      throw broken(path, "\(PluginManifestReader.problem(error))")
    } catch {
      throw broken(path, "\(error)")
    }
  }

  private static func broken(_ path: String, _ why: String) -> PluginError {
    PluginError(
      "the lock file \(path) cannot be read: \(why)", fix: "repair it, or delete it to start anew: rm \(FilePaths.quoted(path))"
    )
  }

  /// The text of the lock file.
  public var json: String {
    var text = "{\n  \"version\": 1,\n  \"plugins\": ["
    for (index, entry) in entries.enumerated() {
      text += index == 0 ? "\n" : ",\n"
      text += "    { \"file\": \(ConfigValue.quoted(entry.file))"
      if let plugin = entry.plugin { text += ", \"plugin\": \(ConfigValue.quoted(plugin))" }
      text += ", \"sha256\": \"\(entry.sha256)\", \"enabled\": \(entry.enabled), \"level\": \(entry.level)"
      if let trust = entry.trust { text += ", \"trust\": \"\(trust.rawValue)\"" }
      text += " }"
    }
    text += entries.isEmpty ? "]" : "\n  ]"
    for (index, entry) in functions.enumerated() {
      let symbols = entry.symbols.map(ConfigValue.quoted).joined(separator: ", ")
      text += index == 0 ? ",\n  \"functions\": [\n" : ",\n"
      text += "    { \"library\": \(ConfigValue.quoted(entry.library)), \"sha256\": \"\(entry.sha256)\", "
      text += "\"symbols\": [\(symbols)] }"
    }
    return text + (functions.isEmpty ? "\n}\n" : "\n  ]\n}\n")
  }
}
