import TestSupport
import Testing

/// The reference pages, held against what they describe.
struct DocumentTests {
  /// The pages for users: README.md and docs/*.md.
  static func pages() throws -> [SourceFile] {
    let names = try Files.names(ProjectPaths.path("docs")).filter { $0.hasSuffix(".md") }
    return try (["README.md"] + names.map { "docs/\($0)" }).map { try SourceFile.file($0) }
  }

  /// Pages whose every step SampleTests runs, with plugins that they build on the way.
  static let walks = [
    "README.md", "docs/getting-started.md", "docs/functions.md", "docs/command-line.md", "docs/expressions.md",
  ]

  /// A block of a reference page that is YAML and begins with the key `name` is a whole manifest.
  @Test func `every whole manifest of a reference page validates without a warning`() throws {
    let directory = try TemporaryDirectory()
    var count = 0
    for page in try Self.pages() where !Self.walks.contains(page.path) {
      for block in page.blocks(of: "yaml") where block.text.hasPrefix("name:") {
        try directory.write("pipeline.yaml", block.text)
        let result = try Tidemill.run(["validate", "pipeline.yaml", "--deny-warnings"], in: directory.path)
        #expect(result.exitCode == 0, "\(page.path):\(block.line): \(result.errors)")
        count += 1
      }
    }
    #expect(count > 0, "no page shows a manifest")
  }

  @Test func `links to a heading find it`() throws {
    for page in try Self.pages() {
      let folder = page.path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
      for (path, anchor) in page.anchors {
        let target = try path.isEmpty ? page : SourceFile.file(folder + path)
        #expect(target.headings.contains(anchor), "\(page.path) links to \(path)#\(anchor), and there is no such heading")
      }
    }
  }

  /// What takes too long for a test, or is this test: their commands are there.
  @Test(arguments: ["CONTRIBUTING.md", "docs/PERFORMANCE.md"])
  func `targets and scripts that a page tells to run are there`(page: String) throws {
    let makefile = try Files.text(ProjectPaths.path("Makefile"))
    var count = 0
    for block in try SourceFile.file(page).blocks(of: "sh") {
      for line in block.text.split(separator: "\n") {
        let words = line.prefix { $0 != "#" }.split(separator: " ").drop { $0.contains("=") || $0.hasSuffix("\"") }
        guard let program = words.first else { continue }
        count += 1
        switch program {
        case "make": #expect(makefile.contains("\n\(try #require(words.dropFirst().first)):"), "\(page): \(line)")
        case "swift": break
        default: #expect(Files.exists(ProjectPaths.path(String(program))), "\(page): \(line)")
        }
      }
    }
    #expect(count > 0)
  }

  @Test func `every key and word of the grammar stands in the page on manifests`() throws {
    let page = try Files.text(ProjectPaths.path("docs/manifest.md"))
    let grammar = try Files.text(ProjectPaths.path("Sources/Manifest/Grammar.swift"))
    let words = ["Key(\"", "Word(name: \""].flatMap { grammar.components(after: $0).map { $0.prefix { $0 != "\"" } } }
    #expect(words.count > 30, "the grammar was not found")
    for word in words {
      let isShown = ["`", " "].contains { page.contains("\($0)\(word)`") || page.contains("\($0)\(word):") }
      #expect(isShown, "docs/manifest.md says nothing of '\(word)'")
    }
  }

  @Test func `every reason for a dead record stands in the page on formats`() throws {
    let page = try Files.text(ProjectPaths.path("docs/formats.md"))
    let header = try Files.text(ProjectPaths.path("Sources/CRecords/include/CRecords.h"))
    let reasons = header.components(after: "#define RECORD_DEAD_").map { $0.prefix { $0 != "u" } }
    #expect(!reasons.isEmpty, "the reasons were not found")
    for reason in reasons {
      let parts = reason.split(separator: " ")
      #expect(page.contains("| `\(parts[0].lowercased())` | `RECORD_DEAD_\(parts[0])` \(parts[1]) |"), "no row for \(reason)")
    }
  }

  @Test func `every command, option and variable stands in the page on the command line`() throws {
    let page = try Files.text(ProjectPaths.path("docs/command-line.md"))
    var open = [[String]()]
    while let command = open.popLast() {
      let help = try Tidemill.run(command + ["--help"]).output
      for option in Self.options(help) where option != "--help" {
        #expect(page.contains("`\(option)") || page.contains("[\(option)"), "\(command): no word on \(option)")
      }
      for name in Self.subcommands(help) {
        #expect(page.contains("`\(name)"), "no word on the command \((command + [name]).joined(separator: " "))")
        open.append(command + [name])
      }
    }
    for file in try SourceFile.all(in: ["Sources"]) where file.isSwift {
      for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for rest in String(line).components(after: "\"TIDEMILL_") {
          let name = "TIDEMILL_" + rest.prefix { $0.isUppercase || $0 == "_" }
          #expect(page.contains("`\(name)`"), "\(file.path): no word on \(name)")
        }
      }
    }
  }

  /// The options that a help text explains.
  private static func options(_ help: String) -> [String] {
    help.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
      line.split(separator: " ").filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 == "-" || $0.isLetter }) }
    }
  }

  private static func subcommands(_ help: String) -> [String] {
    guard let list = help.components(after: "SUBCOMMANDS:\n").first else { return [] }
    return list.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
  }
}

extension SourceFile {
  /// A fenced block of Markdown, with the line of its fence, from 1.
  struct Block {
    var line: Int
    var text: String
  }

  /// The blocks that are marked with a language.
  func blocks(of language: String) -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for (number, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open = open == nil && line == "```\(language)" ? Block(line: number + 1, text: "") : nil
      } else {
        open?.text += line + "\n"
      }
    }
    return blocks
  }

  /// Lines that are not in a block.
  private var prose: [Substring] {
    var isCode = false
    return lines.filter { line in
      if line.hasPrefix("```") { isCode.toggle() }
      return !isCode
    }
  }

  /// Targets of links with an anchor, as path and anchor; the path is empty for one in the page itself.
  var anchors: [(path: String, anchor: String)] {
    prose.flatMap { line in
      String(line).components(after: "](").compactMap { rest in
        let target = rest.prefix { $0 != ")" }
        guard !target.contains("://"), let hash = target.firstIndex(of: "#") else { return nil }
        return (String(target[..<hash]), String(target[target.index(after: hash)...]))
      }
    }
  }

  /// Headings as anchors: lower case, blanks as hyphens, letters, digits, hyphens and underscores alone.
  var headings: [String] {
    prose.filter { $0.hasPrefix("#") }.map { line in
      line.drop { $0 == "#" }.dropFirst().lowercased().map { $0 == " " ? "-" : $0 }
        .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }.reduce(into: "") { $0.append($1) }
    }
  }
}
