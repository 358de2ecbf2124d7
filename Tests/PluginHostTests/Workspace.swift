import FoundationEssentials
import Glibc
import PluginHost

/// A directory of a test's own, removed with it, laid out like a user's machine: `home`, `bin` with an executable, directories
/// of plugins.
final class Workspace {
  let path: String

  init() throws {
    path = "/tmp/tidemill-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Makes a directory below and gives its path.
  @discardableResult
  func directory(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    return path + "/" + name
  }

  /// Writes a file, with the directories above it, and gives its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    if let slash = file.lastIndex(of: "/") {
      try FileManager.default.createDirectory(atPath: String(file[..<slash]), withIntermediateDirectories: true)
    }
    // A new file each time: another test may have the old one mapped.
    unlink(file)
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// Copies a compiled fixture here.
  @discardableResult
  func put(_ fixture: String, as name: String) throws -> String { try write(name, Self.bytes(fixture)) }

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  func environment(_ variables: [String: String] = [:], isPrivileged: Bool = false) -> HostEnvironment {
    var all = ["PATH": String(cString: getenv("PATH")), "XDG_CACHE_HOME": path + "/cache", "XDG_STATE_HOME": path + "/state"]
    all.merge(variables) { $1 }
    return HostEnvironment(
      variables: all, executable: path + "/bin/tidemill", home: path + "/user", isPrivileged: isPrivileged)
  }

  /// The user's plugin directory.
  var user: String { "user/.local/share/tidemill/plugins" }

  func settings(
    _ variables: [String: String] = [:], directories: [String] = [], isDevelopment: Bool = false, isSafe: Bool = false
  ) -> PluginCatalog.Settings {
    PluginCatalog.Settings(
      directories: directories, environment: environment(variables), isDevelopment: isDevelopment, isSafe: isSafe)
  }

  func scan(_ variables: [String: String] = [:]) -> PluginCatalog { PluginCatalog.scan(settings(variables)) }
}
