import TestSupport
import Testing

/// The manifests of `samples/`, those of `make demo` among them, with the plugins that they name.
struct PipelineDemoTests {
  /// Compiles the demo's plugin in C, as `scripts/demo` does.
  static func compileBetween(into directory: TemporaryDirectory) throws {
    let source = ProjectPaths.path("samples/plugins/between/between.c")
    let headers = ProjectPaths.path("include")
    let compiler = try Child("cc", ["-shared", "-fPIC", "-O2", "-I", headers, "-o", directory.file("between.so"), source])
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
  }

  /// Compiles the demo's plugin in Swift, as `scripts/demo` does.
  static func buildCelsius(into directory: TemporaryDirectory) throws {
    let folder = try directory.directory("celsius")
    let original = ProjectPaths.path("samples/plugins/celsius")
    for file in try Files.names(original) where file.hasSuffix(".swift") {
      try Files.copy("\(original)/\(file)", "\(folder)/\(file)")
    }
    let built = try Tidemill.run(["plugin", "build", "."], in: folder)
    try #require(built.exitCode == 0, "\(built.errors)")
    try Files.copy("\(folder)/celsius.so", directory.file("celsius.so"))
  }

  @Test func `events pass both plugins of the demo, and the books account for every one`() throws {
    let directory = try TemporaryDirectory()
    try Self.compileBetween(into: directory)
    try Self.buildCelsius(into: directory)
    let environment: [String: String?] = ["DEMO": directory.path]
    let events = ["generate", "--sources", "1", "--count", "20000", "--seed", "7", "--start", "2026-05-04T08:00:00Z"]
    let made = try Tidemill.run(events + ["-o", directory.file("events.jsonl")])
    try #require(made.exitCode == 0, "\(made.errors)")
    let result = try Tidemill.run(
      ["run", ProjectPaths.path("samples/demo/events.yaml"), "--plugins", directory.path, "--books", "books.json"],
      in: directory.path, environment: environment)
    #expect(result.exitCode == 0, "\(result.errors)")
    let lines = try Files.text(directory.file("celsius.jsonl")).split(separator: "\n")
    // One in a thousand is an outlier; the rest is plausible.
    #expect((19900..<20000).contains(lines.count))
    #expect(lines.first == "{\"time\":\"2026-05-04T08:00:00Z\",\"celsius\":-5.772222222222222}")
    let books = try Files.text(directory.file("books.json"))
    #expect(books.contains("\"rows_read\":20000,") && books.contains("\"balanced\":true"), "\(books)")
    #expect(books.contains("{\"name\":\"out\",\"in\":\(lines.count),"), "\(books)")
  }

  @Test func `live readings reach standard output, and those that are not zero a file`() throws {
    let directory = try TemporaryDirectory()
    try Self.compileBetween(into: directory)
    // Nine rounds half a second apart in the demo; three, close together, here.
    let manifest = try Files.text(ProjectPaths.path("samples/demo/live.yaml"))
      .replacing("every: 500ms, count: 9", with: "every: 100ms, count: 3")
    try directory.write("live.yaml", manifest)
    let result = try Tidemill.run(
      ["run", "live.yaml", "--plugins", "."], in: directory.path, environment: ["DEMO": directory.path])
    #expect(result.exitCode == 0, "\(result.errors)")
    let readings = result.output.split(separator: "\n")
    #expect(readings.count { $0.contains("\"type\":\"cpu\",\"name\":\"total\",\"metric\":\"busy\"") } == 3)
    let busy = try Files.text(directory.file("busy.jsonl")).split(separator: "\n")
    #expect(busy.count > 3 && busy.allSatisfy { readings.contains($0) })
  }

  @Test func `every manifest of the samples validates, plans and can be drawn`() throws {
    let plugins = try TemporaryDirectory()
    try Self.compileBetween(into: plugins)
    try Self.buildCelsius(into: plugins)
    #expect(PipelineSample.manifests.count >= 5)
    for manifest in PipelineSample.manifests {
      let folder = String(manifest.split(separator: "/")[0])
      let copy = try PipelineSample(name: folder).copy()
      let file = String(manifest.dropFirst(folder.utf8.count + 1))
      let options = ["--plugins", ".", "--plugins", plugins.path]
      let environment: [String: String?] = ["DEMO": plugins.path]
      for command in [["validate", file, "--deny-warnings"], ["plan", file], ["graph", file, "--format", "mermaid"]] {
        let result = try Tidemill.run(command + options, in: copy.path, environment: environment)
        #expect(result.exitCode == 0, "\(manifest): \(command[0]): \(result.errors)")
      }
    }
  }
}
