import Glibc
import TestSupport
import Testing

/// What the documents show is what happens: their files are written, their commands run, their outputs compared.
struct PipelineDocumentTests {
  @Test(arguments: ["README.md", "docs/getting-started.md", "docs/command-line.md", "docs/functions.md", "docs/expressions.md"])
  func `a reader who follows a document sees what it shows`(document: String) throws {
    try follow(document, Walk())
  }

  @Test(arguments: PipelineSample.all + ["relay"])
  func `a reader who follows a sample's README sees what it shows`(name: String) throws {
    try follow("samples/\(name)/README.md", Walk(sample: name))
  }

  private func follow(_ document: String, _ walk: Walk) throws {
    var shown = 0
    for block in Self.blocks(try Files.text(ProjectPaths.path(document))) {
      switch block.language {
      case "yaml", "c": try walk.directory.write(try #require(block.file, "a file without a name: \(block.text)"), block.text)
      case "sh" where !Self.concernsTheClone(block.text): try walk.run(block.text)
      case "":
        // What the page on the command line shows without a command comes from other runs, or is cut to what matters.
        if document == "docs/command-line.md", !block.text.hasPrefix("$ ") { continue }
        for line in block.text.split(separator: "\n") {
          if line.hasPrefix("$ ") {
            try walk.run(String(line.dropFirst(2)))
            continue
          }
          shown += 1
          #expect(walk.hasPrinted(line), "\(document): not printed: \(line)\n\(walk.printed)")
        }
      default: break
      }
    }
    #expect(shown > 8)
  }

  /// Building and installing, which whoever runs this test has done, and the way to a directory of one's own.
  private static func concernsTheClone(_ commands: String) -> Bool {
    let words = ["make ", "ln -s ", "swift build"]
    return commands.split(separator: "\n").contains { line in words.contains { line.hasPrefix($0) } }
  }

  struct Block {
    var language: String
    /// The file that the text before the block last named.
    var file: String?
    var text: String
  }

  static func blocks(_ document: String) -> [Block] {
    var blocks: [Block] = []
    var isInside = false
    var file: String?
    for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if !isInside { blocks.append(Block(language: String(line.dropFirst(3)), file: file, text: "")) }
        isInside.toggle()
      } else if isInside {
        blocks[blocks.count - 1].text += line + "\n"
      } else {
        let quoted = line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
        let named = quoted.last { $0.element.hasSuffix(".yaml") || $0.element.hasSuffix(".c") }
        if let named { file = String(named.element) }
      }
    }
    return blocks
  }
}

/// A reader's directory, with the clone's `include` and `samples` at hand and the command in PATH.
final class Walk {
  let directory: TemporaryDirectory
  /// Where the commands run.
  private let place: String
  /// With no plugins of the reader's own but those that the document drops there.
  private let home: TemporaryDirectory
  /// Everything that the commands printed so far.
  private(set) var printed = ""
  private var lines: Set<Substring> = []

  init() throws {
    home = try TemporaryDirectory()
    directory = try TemporaryDirectory()
    place = directory.path
    for name in ["include", "samples"] { symlink(ProjectPaths.path(name), directory.file(name)) }
  }

  /// In a sample's folder, where it stands in a clone, with nothing compiled and nothing written yet.
  init(sample name: String) throws {
    home = try TemporaryDirectory()
    directory = try TemporaryDirectory()
    symlink(ProjectPaths.path("include"), directory.file("include"))
    _ = try directory.directory("samples")
    place = try directory.directory("samples/\(name)")
    for folder in ["input", "out"] { try Files.makeDirectory("\(place)/\(folder)") }
    let original = ProjectPaths.path("samples/\(name)")
    for file in try Files.tree(original)
    where !file.hasPrefix("out/") && !file.hasPrefix("expected/") && !file.hasSuffix(".so")
      && !file.hasSuffix("Package.resolved")
    {
      var folder = place
      for name in file.split(separator: "/").dropLast() {
        folder += "/\(name)"
        try Files.makeDirectory(folder)
      }
      try Files.copy("\(original)/\(file)", "\(place)/\(file)")
    }
    if Files.isDirectory("\(original)/package") {
      for folder in ["package/.build", "package/.build/release"] { try Files.makeDirectory("\(place)/\(folder)") }
      try Files.copy(
        try SamplePackages.shared.library(of: name, in: original), "\(place)/package/.build/release/lib\(name).so")
    }
  }

  func run(_ commands: String) throws {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let shell = try Child(
      "/bin/sh", ["-c", "exec 2>&1\n" + commands], in: place,
      // The documents were written on a machine of two CPUs.
      environment: Tidemill.environment(home: home.path, ["PATH": "\(ProjectPaths.release):\(path)", "TIDEMILL_CPUS": "2"]))
    try shell.finish()
    printed += shell.outputText
    lines.formUnion(shell.outputText.split(separator: "\n"))
  }

  /// Whether a line was printed; of how long a run took, any time will do.
  func hasPrinted(_ line: Substring) -> Bool {
    if lines.contains(line) { return true }
    let timing = line.split(separator: " rows in ")
    guard timing.count == 2, let end = timing[1].split(separator: "; ").last else { return false }
    return lines.contains { $0.hasPrefix("\(timing[0]) rows in ") && $0.hasSuffix("; \(end)") }
  }
}
