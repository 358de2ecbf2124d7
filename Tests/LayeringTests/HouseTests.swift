import TestSupport
import Testing

/// The rules of the house that a machine can hold.
struct HouseTests {
  static let directories = ["Sources", "Plugins", "Tests", "samples", "include", "docs", "scripts"]
  static let topLevel = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Package.swift"]

  static func files() throws -> [SourceFile] {
    try SourceFile.all(in: directories) + topLevel.map { try SourceFile.file($0) }
  }

  @Test func `every plugin and every sample says in a README what it is`() throws {
    let samples = try Files.names(ProjectPaths.path("samples")).filter { $0 != "plugins" }.map { "samples/\($0)" }
    let copies = try Files.names(ProjectPaths.path("samples/plugins")).map { "samples/plugins/\($0)" }
    let plugins = try Files.names(ProjectPaths.path("Plugins")).map { "Plugins/\($0)" }
    for folder in samples + copies + plugins where Files.isDirectory(ProjectPaths.path(folder)) {
      let readme = ProjectPaths.path("\(folder)/README.md")
      try #require(Files.exists(readme), "\(folder) has no README.md")
      let text = try Files.text(readme)
      #expect(text.utf8.count > 200, "\(folder)/README.md says nothing")
    }
  }

  @Test func `a file is one idea: no source file is longer than 450 lines`() throws {
    for file in try Self.files() where file.isSwift || file.isC || file.path.hasPrefix("scripts/") {
      #expect(file.lines.count <= 450, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test func `nothing is left for later, and nothing points at somebody's machine`() throws {
    let words = ["TO" + "DO", "FIX" + "ME", "/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/"]
    for file in try Self.files() {
      for (number, line) in file.lines.enumerated() {
        for word in words {
          #expect(!line.contains(word), "\(file.path):\(number + 1) contains \(word)")
        }
      }
    }
  }

  @Test func `links between documents lead somewhere`() throws {
    for file in try Self.files() where file.path.hasSuffix(".md") {
      let folder = file.path.contains("/") ? file.path.split(separator: "/").dropLast().joined(separator: "/") : "."
      for target in Self.links(file.lines) {
        #expect(Files.exists(ProjectPaths.path("\(folder)/\(target)")), "\(file.path) links to \(target), which is not there")
      }
    }
  }

  /// Relative targets of Markdown links outside of code blocks, without their anchors.
  private static func links(_ lines: [Substring]) -> [String] {
    var isCode = false
    return lines.flatMap { line -> [String] in
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode else { return [] }
      return String(line).components(after: "](").compactMap { rest in
        let target = rest.prefix { $0 != ")" && $0 != "#" }
        return target.isEmpty || target.contains("://") || target.contains(" ") ? nil : String(target)
      }
    }
  }

  @Test func `every decision is listed, numbered without gaps, and has its four parts`() throws {
    let folder = ProjectPaths.path("docs/decisions")
    let list = try Files.text("\(folder)/README.md")
    let names = try Files.names(folder).filter { $0 != "README.md" }
    for (index, name) in names.enumerated() {
      let number = String(index + 1)
      #expect(name.hasPrefix(String(repeating: "0", count: 4 - number.count) + number + "-"), "\(name) is out of turn")
      #expect(list.contains("](\(name))"), "\(name) is not listed")
      let text = try Files.text("\(folder)/\(name)")
      for part in ["**Context.**", "**Decision.**", "**Alternatives.**", "**Consequences.**"] {
        #expect(text.contains(part), "\(name) has no \(part)")
      }
    }
  }
}
