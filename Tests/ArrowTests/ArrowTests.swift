import TestSupport
import Testing

/// `Sources/CArrow` in programs of C and Python: every type, under sanitizers and by another implementation of Arrow.
struct ArrowTests {
  /// Compiles files of C with the library's own ones.
  private static func compile(_ files: [String], _ flags: [String], to program: String) throws {
    let sources = try ["Sources/CArrow"].flatMap { folder in
      try Files.names(ProjectPaths.path(folder)).filter { $0.hasSuffix(".c") }.map { ProjectPaths.path("\(folder)/\($0)") }
    }
    let includes = ["include", "Sources/CArrow/include", "Sources/CHost/include", "Tests/Arrow"].map {
      "-I\(ProjectPaths.path($0))"
    }
    let child = try Child(
      "clang",
      ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fuse-ld=lld"] + flags + includes + sources
        + files.map { ProjectPaths.path($0) } + ["-o", program])
    let end = try child.finish()
    try #require(end == .exit(0), "\(child.errorText)")
  }

  private static let shared = ["Tests/Arrow/arrow_check.c", "Tests/Arrow/arrow_frames.c"]

  @Test func `every value of every type comes back, and every order of release frees all memory once`() throws {
    let directory = try TemporaryDirectory()
    let host = try Files.names(ProjectPaths.path("Sources/CHost")).filter { name in
      name.hasSuffix(".c") && ["validate", "envelope", "utf8", "vector", "crc32c", "schema"].contains { name.hasPrefix($0) }
    }
    try Self.compile(
      Self.shared + ["Tests/Arrow/arrow_test.c"] + host.map { "Sources/CHost/\($0)" },
      ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"], to: directory.file("arrow_test"))
    let child = try Child(directory.file("arrow_test"), ["30"], environment: ["ASAN_OPTIONS": "detect_leaks=1"])
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.errorText)")
    #expect(child.outputText == "30 seeds, every promise kept\n")
  }

  @Test func `nanoarrow reads the same values from the frame's own memory`() throws {
    let directory = try TemporaryDirectory()
    try Self.compile(
      Self.shared + ["Tests/Arrow/arrow_library.c"], ["-shared", "-fPIC"], to: directory.file("arrow.so"))
    let child = try Child(
      try PythonPackages.interpreter(), [ProjectPaths.path("Tests/Arrow/check_nanoarrow.py"), directory.file("arrow.so")])
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.errorText)")
    #expect(child.outputText.hasPrefix("28 exports read by nanoarrow "))
  }

  @Test func `what the page shows in Swift compiles`() throws {
    let page = try Files.text(ProjectPaths.path("docs/plugins/arrow.md"))
    let block = try #require(page.components(between: "```swift\n", and: "```"))
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      "page.swift",
      """
      import PluginKit

      struct Library { func take(_ array: UnsafeMutablePointer<ArrowArray>, _ schema: UnsafeMutablePointer<ArrowSchema>) throws {} }

      func show(_ batch: Batch, _ host: Host, _ library: Library) throws {
      \(block)
      }
      """)
    let sdk = ProjectPaths.release + "/sdk"
    let child = try Child("swiftc", ["-swift-version", "6", "-typecheck", "-I", "\(sdk)/swift", "-I", "\(sdk)/include", file])
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.errorText)")
  }

  @Test func `what the page shows in C compiles`() throws {
    let page = try Files.text(ProjectPaths.path("docs/plugins/arrow.md"))
    let block = try #require(page.components(between: "```c\n", and: "```"))
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      "page.c",
      """
      #include <tidemill/ext/arrow.h>
      tide_status show(const tide_host *host, const tide_batch *in);
      tide_status show(const tide_host *host, const tide_batch *in) {
      \(block)
      array.release(&array);
      schema.release(&schema);
      return status;
      }
      """)
    let child = try Child(
      "clang",
      ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-I\(ProjectPaths.path("include"))", file])
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.errorText)")
  }
}

extension String {
  /// What stands between two marks, the first time.
  fileprivate func components(between begin: String, and end: String) -> Substring? {
    guard let from = firstRange(of: begin)?.upperBound, let to = self[from...].firstRange(of: end)?.lowerBound else {
      return nil
    }
    return self[from..<to]
  }
}
