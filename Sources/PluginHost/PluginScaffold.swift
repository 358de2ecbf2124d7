import Glibc

/// Begins a plugin: a folder that builds, tests and checks itself, made from a template of the SDK.
public struct PluginScaffold: Sendable {
  public enum Language: String, CaseIterable, Sendable {
    case swift, c
  }

  public enum Kind: String, CaseIterable, Sendable {
    case `operator`, source, sink
  }

  /// Templates compile as they stand: these are the names in them, each stands for that of the plugin.
  private static let templateName = "my-plugin"
  private static let templateType = "MyPlugin"
  /// What every folder has.
  private static let common = "common"
  private static let depthLimit = 4
  /// Names of files that a template may not bear itself, lest git and others take them for their own.
  private static let renamed = ["gitignore": ".gitignore"]
  public var environment: HostEnvironment

  public init(environment: HostEnvironment) { self.environment = environment }

  /// Makes the folder `directory/name`, which must not be there; gives its path. What was made stays when writing fails.
  ///
  /// - Parameter taken: names of plugins that it would hide, and that its own test would miss.
  public func make(
    _ name: String, _ language: Language, _ kind: Kind, taken: Set<String> = [], in directory: String = "."
  ) throws(PluginError) -> String {
    if taken.contains(name) { throw PluginError("'\(name)' comes with tidemill", fix: "choose another name") }
    guard ManifestRules.isName(name), name.last != "-", name.last != "_" else {
      throw PluginError("'\(name)' cannot be a plugin's name", fix: "use \(ManifestRules.nameRule)")
    }
    let sdk = try PluginSDK.find(environment)
    let template = FilePaths.join(sdk.templates, "\(language.rawValue)-\(kind.rawValue)")
    guard FilePaths.isDirectory(template) else {
      throw PluginError("the SDK in \(sdk.path) has no template for this: it lacks \(template)", fix: "run scripts/make-sdk")
    }
    let folder = FilePaths.join(directory, name)
    guard FilePaths.isDirectory(directory) else { throw PluginError("\(directory) is no directory") }
    guard mkdir(folder, 0o777) == 0 else {
      let code = errno
      throw PluginError(
        "cannot make \(folder): \(FilePaths.systemMessage(code))", fix: code == EEXIST ? "choose another name" : nil)
    }
    let names = Names(plugin: name, type: Self.typeName(of: name, kind))
    for part in [FilePaths.join(sdk.templates, Self.common), template] { try copy(part, to: folder, named: names, depth: 0) }
    return folder
  }

  /// What to do next, in the folder: names the command where `tidemill` alone would be another one, or none.
  public func nextSteps() -> String {
    let found = ChildProcess.find("tidemill", in: environment).flatMap { FilePaths.resolved($0) }
    let variable = found == environment.executable ? "" : " TIDEMILL=\(FilePaths.quoted(environment.executable))"
    return ["", " test", " check"].map { "make\(variable)\($0)" }.joined(separator: " && ")
  }

  /// "deep-freeze", an operator, gives "DeepFreezeOperator": no type of the kit or of Swift is called like that.
  static func typeName(of name: String, _ kind: Kind) -> String {
    let words = name.split { $0 == "-" || $0 == "_" } + [Substring(kind.rawValue)]
    return words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private func copy(_ template: String, to folder: String, named names: Names, depth: Int) throws(PluginError) {
    guard depth < Self.depthLimit else { throw PluginError("\(template) is nested too deep") }
    for entry in FilePaths.names(in: template) ?? [] {
      let from = FilePaths.join(template, entry)
      let to = FilePaths.join(folder, Self.renamed[entry] ?? names.filled(entry))
      guard let status = FilePaths.status(from) else { throw PluginError("cannot read \(from)") }
      if FilePaths.isDirectory(from) {
        guard mkdir(to, 0o777) == 0 || errno == EEXIST else {
          throw PluginError("cannot make \(to): \(FilePaths.systemMessage(errno))")
        }
        try copy(from, to: to, named: names, depth: depth + 1)
      } else {
        let file = try FileBytes(path: from)
        guard let bytes = file.bytes(at: 0, count: file.count) else { throw PluginError("cannot read \(from)") }
        let text = names.filled(String(decoding: bytes, as: UTF8.self))
        try FileWrites.replace(to, with: Array(text.utf8), mode: status.st_mode & 0o100 == 0 ? 0o644 : 0o755)
      }
    }
  }

  /// What stands in a template for the plugin's own names.
  private struct Names {
    var plugin: String
    var type: String

    func filled(_ text: String) -> String { text.replacing(templateName, with: plugin).replacing(templateType, with: type) }
  }
}
