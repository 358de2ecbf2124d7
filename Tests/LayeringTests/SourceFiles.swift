import TestSupport

/// A text file of the project, with its lines.
struct SourceFile {
  /// From the root of the package.
  var path: String
  var lines: [Substring]

  /// The folder below Sources or Plugins.
  var module: String { String(path.split(separator: "/")[1]) }
  var isSwift: Bool { path.hasSuffix(".swift") }
  var isC: Bool { [".c", ".h", ".cpp", ".hpp"].contains { path.hasSuffix($0) } }

  /// Modules that a Swift file imports.
  var imports: [String] {
    guard isSwift else { return [] }
    return lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy({ Self.modifiers.contains($0) })
      else { return nil }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let named = words[(at + 1)...].first { !kinds.contains($0) }
      return named.map { String($0.prefix { $0 != "." }) }
    }
  }

  private static let modifiers: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private", "@_exported", "@testable", "@preconcurrency",
    "@_implementationOnly",
  ]

  /// Files that a C or C++ file includes, as written between the quotes or brackets.
  var includes: [String] {
    guard isC else { return [] }
    return lines.compactMap { line in
      let text = line.filter { $0 != " " }
      guard text.hasPrefix("#include"), let name = text.dropFirst(9).split(whereSeparator: { "\">".contains($0) }).first
      else { return nil }
      return String(name)
    }
  }

  private static let endings = [".swift", ".c", ".h", ".cpp", ".hpp", ".md", ".yaml", ".sh", ".modulemap"]

  /// The text files below directories of the project; inputs and expected outputs of samples are data, not text.
  static func all(in directories: [String]) throws -> [SourceFile] {
    try directories.flatMap { directory in
      try Files.tree(ProjectPaths.path(directory))
        .filter { name in endings.contains { name.hasSuffix($0) } || !name.contains(".") && directory == "scripts" }
        .map { try file("\(directory)/\($0)") }
    }
  }

  static func file(_ path: String) throws -> SourceFile {
    let text = try Files.text(ProjectPaths.path(path))
    return SourceFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
  }
}
