import Glibc
import TestSupport
import Testing

/// The language held against its specification's own tests and against another implementation.
struct LanguageSuiteTests {
  private static func run(_ arguments: [String]) throws -> Tidemill.Result {
    let child = try Child(arguments[0], Array(arguments.dropFirst()), environment: ["PYTHONUTF8": "1"])
    let end = try child.finish(limitSeconds: 300)
    return Tidemill.Result(end: end, output: child.outputText, errors: child.errorText)
  }

  /// Its files come in the source distribution of a package for Python. Those of the network extension are younger than that.
  @Test func `the conformance suite of the specification holds, but for messages and enums`() throws {
    let package = try PythonPackages.source(
      "cel-python", "0.5.0", sha256: "3eb0a619e8df0f338d0430cda01427a742e77e3c433a1c7c3ebd409cd804c45a")
    let directory = try TemporaryDirectory()
    let result = try Self.run([
      "python3", ProjectPaths.path("Tests/Expressions/conformance.py"), "\(package)/features", ProjectPaths.tidemill,
      directory.file("cases.jsonl"), "--strict",
    ])
    #expect(result.exitCode == 0, "\(result.output.suffix(8000))\(result.errors)")
    let last = try #require(result.output.split(separator: "\n").last)
    print("conformance suite: \(last)")
    #expect(last == "1456 hold, 0 do not, 682 are out")
  }

  /// `CEL_SEED` and `CEL_CASES` in the environment choose other ones.
  @Test func `another implementation agrees on random expressions`() throws {
    let seed = getenv("CEL_SEED").map { String(cString: $0) } ?? "20261122"
    let count = getenv("CEL_CASES").map { String(cString: $0) } ?? "6000"
    let directory = try TemporaryDirectory()
    let result = try Self.run([
      "python3", ProjectPaths.path("Tests/Expressions/differential.py"), ProjectPaths.tidemill,
      try PythonPackages.interpreter(), directory.file("cases.jsonl"), count, seed,
    ])
    print("random expressions: \(result.output.suffix(1000))")
    #expect(result.exitCode == 0, "seed \(seed): \(result.output.suffix(8000))\(result.errors)")
  }
}
