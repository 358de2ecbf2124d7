import CMd
import Glibc

/// What the plugin host reads of the process it runs in: environment variables, the executable, the home directory.
///
/// A value, so that tests and embedders give their own. With elevated privileges (AT_SECURE, as for secure_getenv) the
/// variables are empty and the home directory is the one of the user database.
public struct HostEnvironment: Sendable {
  public var variables: [String: String]
  /// Absolute path of the running `tidemill`, symbolic links resolved; empty when it is not known.
  public var executable: String
  public var home: String
  public var isPrivileged: Bool

  public init(variables: [String: String] = [:], executable: String = "", home: String = "", isPrivileged: Bool = false) {
    self.variables = isPrivileged ? [:] : variables
    self.executable = executable
    self.home = home
    self.isPrivileged = isPrivileged
  }

  /// The environment of this process.
  public static func current() -> HostEnvironment {
    let isPrivileged = getauxval(UInt(AT_SECURE)) != 0
    var variables: [String: String] = [:]
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      entry += 1
    }
    var home = isPrivileged ? "" : variables["HOME"] ?? ""
    if !home.hasPrefix("/"), let user = getpwuid(getuid()) { home = String(cString: user.pointee.pw_dir) }
    return HostEnvironment(
      variables: variables, executable: FilePaths.resolved("/proc/self/exe") ?? "", home: home, isPrivileged: isPrivileged)
  }

  var executableDirectory: String? { executable.hasPrefix("/") ? FilePaths.directory(of: executable) : nil }
  var dataHome: String? { base("XDG_DATA_HOME", under: ".local/share") }
  var stateHome: String? { base("XDG_STATE_HOME", under: ".local/state") }
  var cacheHome: String? { base("XDG_CACHE_HOME", under: ".cache") }

  /// A directory of the XDG Base Directory Specification: the variable when it is an absolute path, else the place in the home
  /// directory.
  private func base(_ variable: String, under place: String) -> String? {
    if let value = variables[variable], value.hasPrefix("/") { return value }
    return home.hasPrefix("/") ? FilePaths.join(home, place) : nil
  }
}
