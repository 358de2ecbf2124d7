import Glibc

/// A directory that is searched for plugins, and why.
public struct PluginDirectory: Sendable, Equatable {
  /// In the order in which they are searched.
  public enum Origin: String, Sendable, CaseIterable {
    /// `--plugins DIR`
    case option
    /// `TIDEMILL_PLUGINS`
    case environment
    /// `$XDG_DATA_HOME/tidemill/plugins`
    case user
    /// The executable's own directory: a build tree.
    case executable
    /// `../lib/tidemill` beside the executable: an installation.
    case installed
    /// `/usr/local/lib/tidemill/plugins`, `/usr/lib/tidemill/plugins`
    case system

    /// For listings.
    public var label: String {
      switch self {
      case .option: "--plugins"
      case .environment: "TIDEMILL_PLUGINS"
      case .user: "user"
      case .executable: "build tree"
      case .installed: "installed"
      case .system: "system"
      }
    }
  }

  public var path: String
  public var origin: Origin
  /// Why it could not be searched, continuing its name: "does not exist". Nil also for a standard place that is not there.
  public var problem: String?

  public init(_ path: String, _ origin: Origin) {
    self.path = path
    self.origin = origin
  }
}

/// Where plugins are looked for.
public enum PluginSearchPath {
  static let system = ["/usr/local/lib/tidemill/plugins", "/usr/lib/tidemill/plugins"]

  /// The directories in the order in which they are searched, those that do not exist included; a directory that comes twice,
  /// also by another name, stands at its first place.
  ///
  /// - Parameter options: the values of `--plugins`, in the order given.
  public static func directories(options: [String] = [], environment: HostEnvironment) -> [PluginDirectory] {
    var directories = options.map { PluginDirectory(FilePaths.absolute($0), .option) }
    let listed = environment.variables["TIDEMILL_PLUGINS"] ?? ""
    directories += listed.split(separator: ":").map { PluginDirectory(FilePaths.absolute(String($0)), .environment) }
    if let data = environment.dataHome { directories.append(PluginDirectory(FilePaths.join(data, "tidemill/plugins"), .user)) }
    directories += builtIn(environment)
    directories += system.map { PluginDirectory($0, .system) }
    var seen: Set<String> = []
    return directories.filter { seen.insert(FilePaths.resolved($0.path) ?? $0.path).inserted }
  }

  /// Why a directory cannot be searched, continuing its name; nil when it can.
  public static func problem(of path: String) -> String? {
    guard let stream = opendir(path) else {
      let code = errno
      switch code {
      case ENOENT: return "does not exist"
      case ENOTDIR: return "is not a directory"
      default: return "cannot be read: \(FilePaths.systemMessage(code))"
      }
    }
    closedir(stream)
    return nil
  }

  /// The directories that the host's own plugins come from: the executable's and `../lib/tidemill` beside it.
  public static func builtIn(_ environment: HostEnvironment) -> [PluginDirectory] {
    guard let directory = environment.executableDirectory else { return [] }
    return [
      PluginDirectory(directory, .executable),
      PluginDirectory(FilePaths.join(FilePaths.directory(of: directory), "lib/tidemill"), .installed),
    ]
  }
}
