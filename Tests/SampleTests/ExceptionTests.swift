import TestSupport
import Testing

/// What a plugin in C++ throws reaches the user as an error of its node, and no row is lost from the books.
struct ExceptionTests {
  /// A directory with `throws.so`, built once.
  private static let place = Result {
    let place = try TemporaryDirectory()
    let source = ProjectPaths.path("Tests/Programs/throws.cpp")
    let warnings = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror"]
    let library = ["-shared", "-fPIC", "-fvisibility=hidden", "-I" + ProjectPaths.path("include")]
    let compiler = try Child("c++", warnings + library + [source, "-o", place.file("throws.so")])
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    return place
  }

  private func run(_ node: String, source: String? = nil) throws -> Tidemill.Result { try run("run", node, source: source) }

  private func run(_ command: String, _ node: String, source: String? = nil) throws -> Tidemill.Result {
    let place = try TemporaryDirectory()
    let readings = source ?? "{ use: generate, with: { count: 100, paced: false, seed: 7 } }"
    try place.write(
      "pipeline.yaml",
      """
      sources: { readings: \(readings) }
      operators: { bad: \(node) }
      sinks:
        out: { use: stdout, from: bad }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    return try Tidemill.run([command, "pipeline.yaml", "--plugins", try Self.place.get().path], in: place.path)
  }

  @Test(arguments: [
    ("error", "thrown in create"), ("number", "something was thrown that is no std::exception"),
    ("memory", "memory ran out"), ("code", "not this way"),
  ])
  func `a constructor that throws is an error of validate, at the node or the option`(what: String, text: String) throws {
    let result = try run("validate", "{ use: throws, from: readings, with: { in: create, what: \(what) } }")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("pipeline.yaml:2:") && result.errors.contains(": bad: \(text)\n"), "\(result.errors)")
  }

  @Test func `an open that throws fails the run with its text`() throws {
    let result = try run("{ use: throws, from: readings, with: { in: open } }")
    #expect(result.exitCode == 1)
    #expect(result.errors.contains(": bad: thrown in open\n"), "\(result.errors)")
  }

  @Test(arguments: [
    ("error", "thrown in process"), ("number", "something was thrown that is no std::exception"), ("memory", "memory ran out"),
  ])
  func `a process that throws loses no row from the books`(what: String, text: String) throws {
    let result = try run("{ use: throws, from: readings, with: { in: process, what: \(what) } }")
    #expect(result.errors.contains("[bad] \(text)"), "\(result.errors)")
    #expect(result.errors.contains("the books hold to the row"), "\(result.errors)")
    #expect(result.output == "")
  }

  @Test func `a flush that throws is told, and what was sent before it stays`() throws {
    let result = try run("{ use: throws, from: readings, with: { in: flush } }")
    #expect(result.errors.contains("[bad] thrown in flush"), "\(result.errors)")
    #expect(result.errors.contains("the books hold to the row"))
    #expect(result.output.split(separator: "\n").count == 100)
  }

  @Test func `a poll that throws ends its source with its text`() throws {
    let result = try run("{ use: throws, from: readings }", source: "{ use: throws }")
    #expect(result.exitCode != 0)
    #expect(result.errors.contains("[readings] thrown in poll"), "\(result.errors)")
    #expect(result.errors.contains("the books hold to the row"))
  }

  @Test func `the library exports its entry, and no other name that is not one of C++`() throws {
    let child = try Child("nm", ["-D", "-g", "--defined-only", try Self.place.get().file("throws.so")])
    #expect(try child.finish() == .exit(0))
    let names = child.outputText.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names.filter { !$0.hasPrefix("_Z") } == ["tidemill_plugin_1"])
  }
}
