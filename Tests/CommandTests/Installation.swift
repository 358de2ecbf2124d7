import TestSupport

/// What `make install` puts in place from the finished build, in a directory that goes away with the value.
final class Installation {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A whole file system's top: `DESTDIR`.
  let root: TemporaryDirectory
  /// As the installed files would see it.
  let prefix: String

  /// Where the files are.
  var path: String { root.path + prefix }
  var tidemill: String { path + "/bin/tidemill" }

  init(prefix: String = "/opt/tidemill") throws {
    root = try TemporaryDirectory()
    self.prefix = prefix
    try install()
  }

  /// Installs over what is there.
  func install() throws { try script("install") }

  func uninstall() throws { try script("uninstall") }

  private func script(_ name: String) throws {
    try Self.output("scripts/\(name)", [ProjectPaths.path("scripts/\(name)")], ["PREFIX": prefix, "DESTDIR": root.path])
  }

  /// Runs the installed command with nothing of the developer's own; gives its standard output.
  @discardableResult
  func run(_ arguments: String..., environment: [String: String?] = [:], in directory: String? = nil) throws -> String {
    let home = try root.directory("user")
    return try Self.output(
      "tidemill", [tidemill] + arguments, Tidemill.environment(home: home, environment), in: directory ?? home)
  }

  /// The installed files as paths from the prefix, without the list that the installation keeps of itself.
  func files() throws -> [String] { try Files.tree(path).filter { $0 != "lib/tidemill/installed-files" } }

  /// Programs and libraries among them.
  func executables() throws -> [String] {
    try files().filter { file in
      guard file.hasPrefix("bin/") || file.contains(".so") || file.hasSuffix("-worker") else { return false }
      return try Files.read(path + "/" + file).starts(with: [0x7F, 0x45, 0x4C, 0x46])
    }
  }

  /// Runs a program that must succeed; gives its standard output.
  @discardableResult
  static func output(
    _ what: String, _ words: [String], _ environment: [String: String?] = [:], in directory: String? = nil
  ) throws -> String {
    let child = try Child(words[0], Array(words.dropFirst()), in: directory, environment: environment)
    let end = try child.finish(limitSeconds: 300)
    guard end == .exit(0) else {
      throw Failure(description: "\(what): \(end)\n\(child.errorText)\(child.outputText)")
    }
    return child.outputText
  }
}
