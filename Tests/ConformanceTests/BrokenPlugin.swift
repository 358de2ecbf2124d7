import Glibc
import PluginHost
import TestSupport
import Testing

/// A folder of `Tests/Broken`: a plugin that breaks one promise, whose first line names the case that has to say so.
struct BrokenPlugin: Sendable, CustomTestStringConvertible {
  let name: String
  /// The source file.
  let source: String
  /// The id of the case, and the word of its verdict.
  let test: String
  let verdict: String

  var testDescription: String { name }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let all: [BrokenPlugin] = (try? Files.names(folder).compactMap { try BrokenPlugin($0) }) ?? []
  private static let folder = ProjectPaths.path("Tests/Broken")

  private init?(_ name: String) throws {
    self.name = name
    let folder = Self.folder + "/" + name
    guard Files.isDirectory(folder) else { return nil }
    let endings = [".c", ".cpp", ".swift"]
    guard let file = try Files.names(folder).first(where: { name in endings.contains { name.hasSuffix($0) } }) else {
      throw Failure(description: "\(name) has no source")
    }
    source = folder + "/" + file
    let first = try Files.text(source).split(separator: "\n").first ?? ""
    let words = first.split(separator: " ").map(String.init)
    guard words.count >= 4, words[1] == "Expect:" else { throw Failure(description: "\(source) begins with no 'Expect:'") }
    (test, verdict) = (words[2], words[3])
  }

  /// Builds it into a directory that all plugins share, and gives the library.
  func build() throws -> String {
    let place = try Self.workshop.get()
    let product = place.file("\(name).so")
    let include = ProjectPaths.path("include")
    if source.hasSuffix(".swift") {
      let folder = try place.directory(name)
      try Files.copy(source, "\(folder)/Plugin.swift")
      let built = try Tidemill.run(["plugin", "build", name], in: place.path)
      guard built.exitCode == 0 else { throw Failure(description: built.errors) }
      return "\(folder)/\(name).so"
    }
    let isC = source.hasSuffix(".c")
    let words = (isC ? ["-std=c11"] : ["-std=c++17"]) + ["-shared", "-fPIC", "-O1", "-w", "-pthread", "-I", include]
    let compiler = try Child(isC ? "cc" : "c++", words + [source, "-o", product], in: place.path)
    guard try compiler.finish() == .exit(0) else { throw Failure(description: compiler.errorText) }
    return product
  }

  private static let workshop = Result {
    let place = try TemporaryDirectory()
    leftover = place.path
    atexit { if let leftover { Files.remove(leftover) } }
    return place
  }
  nonisolated(unsafe) private static var leftover: String?
}
