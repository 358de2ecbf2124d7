import TestSupport

/// A folder of `samples/` with a pipeline, its input and what is expected of it.
struct PipelineSample {
  /// The folder's name.
  let name: String

  /// Every sample of one pipeline that says what is expected of it.
  static let all: [String] = folders.filter {
    Files.isDirectory(path($0) + "/expected") && Files.exists(path($0) + "/pipeline.yaml")
  }

  /// Every manifest of a pipeline, as paths below `samples/`.
  static let manifests: [String] = folders.flatMap { folder in
    ((try? Files.names(path(folder))) ?? []).filter { $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }
  }

  private static let folders = ((try? Files.names(ProjectPaths.path("samples"))) ?? []).filter {
    $0 != "plugins" && Files.isDirectory(path($0))
  }

  private static func path(_ name: String) -> String { ProjectPaths.path("samples/\(name)") }

  private var folder: String { Self.path(name) }

  /// Makes a copy that runs, as the sample's README says: input, manifests, plugins compiled from C or built from a package, and
  /// `out/`.
  func copy() throws -> TemporaryDirectory {
    let copy = try TemporaryDirectory()
    _ = try copy.directory("out")
    for file in try Files.names(folder) where file.hasSuffix(".yaml") {
      try Files.copy("\(folder)/\(file)", copy.file(file))
    }
    for file in try Files.names(folder) where file.hasSuffix(".c") {
      try compile("\(folder)/\(file)", into: copy.file("\(file.dropLast(2)).so"))
    }
    if Files.isDirectory("\(folder)/package") {
      try Files.copy(try SamplePackages.shared.library(of: name, in: folder), copy.file("\(name).so"))
    }
    if Files.isDirectory("\(folder)/input") {
      _ = try copy.directory("input")
      for file in try Files.names("\(folder)/input") { try Files.copy("\(folder)/input/\(file)", copy.file("input/\(file)")) }
    }
    try allowFunctions(in: copy)
    return copy
  }

  /// Runs the lines of the README that allow functions of C.
  private func allowFunctions(in copy: TemporaryDirectory) throws {
    for line in try Files.text("\(folder)/README.md").split(separator: "\n") where line.hasPrefix("tidemill function allow ") {
      let result = try Tidemill.run(line.split(separator: " ").dropFirst().map(String.init), in: copy.path)
      guard result.exitCode == 0 else { throw Failure(description: result.errors) }
    }
  }

  private func compile(_ source: String, into library: String) throws {
    let compiler = try Child("cc", ["-shared", "-fPIC", "-O2", "-I", ProjectPaths.path("include"), "-o", library, source])
    guard try compiler.finish() == .exit(0) else { throw Failure(description: compiler.errorText) }
  }

  /// Lines of all input files; those of CSV are tables, which no source reads.
  func inputLines() throws -> Int {
    try Files.names("\(folder)/input").filter { !$0.hasSuffix(".csv") }.reduce(0) { lines, file in
      lines + (try Files.read("\(folder)/input/\(file)").count { $0 == UInt8(ascii: "\n") })
    }
  }

  /// Names and texts of the expected files.
  func expected() throws -> [(name: String, text: String)] {
    try Files.names("\(folder)/expected").map { ($0, try Files.text("\(folder)/expected/\($0)")) }
  }

  /// What a run wrote to a file. Dead letters say when they were refused, which no two runs agree on: that is left out.
  func written(_ name: String, in copy: TemporaryDirectory) throws -> String {
    let text = try Files.text(copy.file("out/\(name)"))
    guard name == "refused.jsonl" else { return text }
    return text.split(separator: "\n").map { line in
      guard line.hasPrefix("{\"time\":"), let comma = line.firstIndex(of: ",") else { return line + "\n" }
      return "{" + line[line.index(after: comma)...] + "\n"
    }.joined()
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
