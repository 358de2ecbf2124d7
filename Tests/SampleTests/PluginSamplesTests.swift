import FoundationEssentials
import TestSupport
import Testing

/// The sample plugins are built, found, shown and run as their READMEs say.
struct PluginSamplesTests {
  @Test func `the samples are there, each kind in C and an operator in Swift`() {
    #expect(PluginSample.inC == ["between", "changes", "counter", "deadband", "lines", "to-python"])
    #expect(PluginSample.inCxx == ["spikes"])
    #expect(
      PluginSample.all == [
        "between", "celsius", "changes", "counter", "deadband", "every-nth", "lines", "spikes", "to-python",
      ])
  }

  @Test(arguments: PluginSample.all)
  func `the build line is one command, and builds the library without a warning`(name: String) throws {
    let line = try PluginReadme(of: name).build
    let common = "-O2 -shared -fPIC"
    if PluginSample.inC.contains(name) {
      #expect(line == "cc \(common) -I../../../include \(name).c -o \(name).so\n")
    } else if PluginSample.inCxx.contains(name) {
      #expect(line == "c++ -std=c++17 \(common) -fvisibility=hidden -I../../../include \(name).cpp -o \(name).so\n")
    } else {
      #expect(line == "tidemill plugin build .\n")
    }
    #expect(try PluginSample(name: name).buildErrors == "")
  }

  @Test(arguments: PluginSample.all)
  func `a sample keeps every promise of the interface`(name: String) throws {
    let result = try Tidemill.run(["plugin", "check", "\(try PluginSample.dropped)/\(name).so"])
    #expect(result.exitCode == 0 && result.output.contains("level 10 of 10"), "\(result.output)\(result.errors)")
  }

  @Test(arguments: PluginSample.all)
  func `the pipeline prints what the README shows, and its books hold`(name: String) throws {
    let readme = try PluginReadme(of: name)
    let directory = try PluginSample(name: name).directory
    let result = try Shell.run(readme.run.text, in: directory)
    try #require(result.exitCode == 0, "\(result.errors)")
    #expect(result.output + Self.table(result.errors) == readme.run.shown)
    #expect(result.errors.contains("the books hold to the row"))
    for step in readme.further { #expect(try Shell.run(step.text, in: directory).output == step.shown) }
  }

  /// The lines of the books: from the heading to before the total, which tells the time.
  private static func table(_ text: String) -> String {
    let lines = text.split(separator: "\n")
    let rows = lines.drop { !$0.hasPrefix("node ") }.prefix { !$0.contains(" rows in ") }
    return rows.map { $0 + "\n" }.joined()
  }

  @Test(arguments: PluginSample.all)
  func `every frame is whole, and each node's rows add up`(name: String) throws {
    let directory = try PluginSample(name: name).directory
    let output = try TemporaryDirectory()
    let copy = try Self.copy(name, from: directory, into: output)
    let result = try Tidemill.run(
      ["run", "pipeline.yaml", "--dev", "--plugins", directory, "--books", "books.json"], in: copy,
      environment: Shell.packages)
    try #require(result.exitCode == 0, "\(result.errors)")
    let books = try JSONDecoder().decode(Books.self, from: Data(try Files.read("\(copy)/books.json")))
    #expect(books.balanced)
    for node in books.nodes where node.in > 0 {
      #expect(node.in == node.taken + node.late + node.rejected + node.pending, "\(node.name)")
    }
    for edge in books.edges { #expect(edge.pushed == edge.popped + edge.dropped + edge.queued, "\(edge.name)") }
  }

  private static func copy(_ name: String, from directory: String, into place: TemporaryDirectory) throws -> String {
    for file in ["pipeline.yaml", "input.jsonl"] where Files.exists("\(directory)/\(file)") {
      try Files.copy("\(directory)/\(file)", place.file(file))
    }
    return place.path
  }

  private struct Books: Decodable {
    struct Node: Decodable {
      var name: String
      var `in`, taken, late, rejected, pending: Int
    }
    struct Edge: Decodable {
      var name: String
      var pushed, popped, dropped, queued: Int
    }
    var balanced: Bool
    var nodes: [Node]
    var edges: [Edge]
  }

  // MARK: Found and shown

  @Test func `a library that is dropped into a directory is listed by the next command`() throws {
    let directory = try TemporaryDirectory()
    let empty = try Tidemill.run(["plugin", "list", "--plugins", directory.path])
    #expect(!empty.output.contains("--plugins"))
    for name in PluginSample.all { try Files.copy("\(try PluginSample.dropped)/\(name).so", directory.file("\(name).so")) }
    let listed = try Tidemill.run(["plugin", "list", "--plugins", directory.path])
    #expect(listed.exitCode == 0)
    let lines = listed.output.split(separator: "\n").filter { $0.hasSuffix("--plugins") }
    let words = lines.map { $0.split(separator: " ").prefix(5).joined(separator: " ") }
    #expect(
      words == [
        "between 1.0.0 unchecked - operator", "celsius 1.0.0 unchecked - operator", "changes 1.0.0 unchecked - operator",
        "counter 1.0.0 unchecked - source",
        "deadband 1.0.0 unchecked - operator", "every-nth 1.0.0 unchecked - operator", "lines 1.0.0 unchecked - sink",
        "spikes 1.0.0 unchecked - operator",
        "to-python 1.0.0 unchecked - sink",
      ])
  }

  @Test(arguments: PluginSample.all)
  func `inspect knows the plugin, and the example that it shows runs`(name: String) throws {
    let dropped = try PluginSample.dropped
    let result = try Tidemill.run(["plugin", "inspect", name, "--format", "json", "--plugins", dropped])
    #expect(result.exitCode == 0)
    let component = try JSONDecoder().decode(Inspection.self, from: Data(result.output.utf8)).manifest.components[0]
    #expect(component.id == name)
    #expect(!component.options.isEmpty && component.options.allSatisfy { !$0.doc.isEmpty })
    let directory = try TemporaryDirectory()
    try directory.write("example.yaml", component.example)
    let run = try Tidemill.run(["run", "example.yaml", "--dev", "--plugins", dropped], in: directory.path)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors.contains("the books hold to the row"))
    let made = try Files.names(directory.path).filter { $0 != "example.yaml" }.map { try Files.text(directory.file($0)) }
    #expect(!(run.output + made.joined()).isEmpty)
  }

  private struct Inspection: Decodable {
    struct Option: Decodable { var name, doc: String }
    struct Component: Decodable {
      var id, example: String
      var options: [Option]
    }
    struct Manifest: Decodable { var components: [Component] }
    var manifest: Manifest
  }

  @Test(arguments: PluginSample.inC + PluginSample.inCxx)
  func `plugin build makes the same plugin of the C or C++ file, without a warning`(name: String) throws {
    let directory = try TemporaryDirectory()
    let file = name + (PluginSample.inC.contains(name) ? ".c" : ".cpp")
    try Files.copy(ProjectPaths.path("samples/plugins/\(name)/\(file)"), directory.file(file))
    let built = try Tidemill.run(["plugin", "build", file], in: directory.path)
    #expect(built.exitCode == 0)
    #expect(built.errors == "")
    let mine = try Tidemill.run(["plugin", "inspect", directory.file("\(name).so")]).output
    let theirs = try Tidemill.run(["plugin", "inspect", "\(try PluginSample.dropped)/\(name).so"]).output
    #expect(Self.withoutFile(mine) == Self.withoutFile(theirs))
    #expect(mine.contains("Use        \(name)\n"))
  }

  private static func withoutFile(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { !$0.hasPrefix("  File ") }
  }

  // MARK: What goes wrong

  @Test func `options that contradict each other are an error at their place`() throws {
    let directory = try TemporaryDirectory()
    let manifest = try Files.text(ProjectPaths.path("samples/plugins/between/pipeline.yaml"))
    try directory.write("pipeline.yaml", manifest.replacing("low: 18", with: "low: 25"))
    let result = try Tidemill.run(["validate", "pipeline.yaml", "--plugins", try PluginSample.dropped], in: directory.path)
    #expect(result.exitCode == 78)
    #expect(
      result.errors.contains("pipeline.yaml:8:74: mild: `low` is above `high`: no number lies between"), "\(result.errors)")
  }

  @Test func `a file that cannot be opened fails the run with its path, at the option`() throws {
    let directory = try TemporaryDirectory()
    for file in ["pipeline.yaml", "input.jsonl"] {
      try Files.copy(ProjectPaths.path("samples/plugins/lines/\(file)"), directory.file(file))
    }
    let manifest = try Files.text(directory.file("pipeline.yaml"))
    try directory.write("pipeline.yaml", manifest.replacing("messages.txt", with: "no/messages.txt"))
    let result = try Tidemill.run(["run", "pipeline.yaml", "--plugins", try PluginSample.dropped], in: directory.path)
    #expect(result.exitCode == 1)
    #expect(
      result.errors.contains("pipeline.yaml:8:52: messages: no/messages.txt: No such file or directory"), "\(result.errors)")
  }

  @Test func `a file that cannot be written to has its rows rejected, with the system's reason`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      """
      sources: { lines: { use: stdin, with: { format: text } } }
      sinks:
        full: { use: lines, from: lines, with: { path: /dev/full, field: message } }
        dead: { use: stdout, from: "*.dead" }

      """)
    let result = try Tidemill.run(
      ["run", "pipeline.yaml", "--plugins", try PluginSample.dropped], in: directory.path, input: "one\ntwo\n")
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(result.output.contains("/dev/full: No space left on device"))
    #expect(result.errors.contains("the books hold to the row"))
  }

  @Test func `a source without an end is drained when it is stopped`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      """
      sources: { numbers: { use: counter, with: { every: 1ms } } }
      sinks: { out: { use: stdout, from: numbers } }

      """)
    let child = try Tidemill.start(["run", "pipeline.yaml", "--plugins", try PluginSample.dropped], in: directory.path)
    try child.wait { $0.outputText.contains("\"n\":20}\n") }
    child.signal(2)
    #expect(try child.finish() == .exit(0))
    let numbers = child.outputText.split(separator: "\n")
    #expect(numbers.indices.allSatisfy { numbers[$0].hasSuffix(",\"n\":\($0 + 1)}") })
    #expect(child.errorText.contains("the books hold to the row"))
  }

  @Test func `a million numbers pass a chain of all of them, to the row`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      """
      sources:
        numbers: { use: counter, with: { count: 1000000, every: 1ms, start: 0 }, watermark: monotonic }
      operators:
        middle: { use: between, from: numbers, with: { field: n, low: 1001, high: 901000 } }
        tenth: { use: every-nth, from: middle, with: { n: 100 } }
        apart: { use: deadband, from: tenth, with: { key: n, field: n, by: 250 } }
      sinks:
        out: { use: stdout, from: apart }

      """)
    let result = try Tidemill.run(
      ["run", "pipeline.yaml", "--dev", "--plugins", try PluginSample.dropped], in: directory.path)
    try #require(result.exitCode == 0, "\(result.errors)")
    let rows = result.output.split(separator: "\n")
    #expect(rows.count == 9000)
    #expect(rows.indices.allSatisfy { rows[$0].hasSuffix(",\"n\":\(1001 + 100 * $0)}") })
    #expect(result.errors.contains("1,000,000 rows in") && result.errors.contains("the books hold to the row"))
  }
}
