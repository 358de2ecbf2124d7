import Conformance
import TestSupport
import Testing

/// docs/plugins/checking.md, held against the registry and the library.
@Suite struct DocumentTests {
  private func page() throws -> String { try Files.text(ProjectPaths.path("docs/plugins/checking.md")) }

  /// What stands behind each place where a mark stands.
  private static func pieces(of text: String, after mark: String) -> [String] {
    var pieces: [String] = []
    var rest = text[...]
    while let range = rest.firstRange(of: mark) {
      rest = rest[range.upperBound...]
      pieces.append(String(rest))
    }
    return pieces
  }

  @Test func `the page lists every case with its sentence, under its level, and no other`() throws {
    let page = try page()
    for level in Level.allCases {
      let parts = Self.pieces(of: page, after: "### Level \(level.rawValue): \(level.title)\n")
      let section = try #require(parts.first, "no heading for level \(level.rawValue)")
      let rows = section.split(separator: "\n").prefix { !$0.hasPrefix("#") && !$0.hasPrefix("<!--") }
        .filter { $0.hasPrefix("| `") }
      let cases = CaseRegistry.all.filter { $0.level == level }.map { "| `\($0.id)` | \($0.sentence) |" }
      #expect(rows.map(String.init) == cases, "level \(level.rawValue)")
      #expect(page.contains("\n| \(level.rawValue) | \(level.title) |"))
    }
  }

  @Test func `the example of the library is code that compiles and works`() throws {
    let page = try page()
    let example = try Files.text(ProjectPaths.path("Tests/ConformanceTests/Example.swift"))
    let blocks = Self.pieces(of: page, after: "```swift\n").map { text in
      text.firstRange(of: "```\n").map { String(text[..<$0.lowerBound]) } ?? text
    }
    #expect(blocks == [example])
    let file = ProjectPaths.release + "/libtidemill-threshold.so"
    #expect(try check(file, worker: ProjectPaths.release + "/tidemill-worker"))
  }
}
