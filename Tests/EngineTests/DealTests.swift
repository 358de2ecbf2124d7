import Glibc
import TestSupport
import Testing

/// Rows are dealt to lanes by the key groups of their key bytes, whatever way these are found.
struct DealTests {
  /// The program `Tests/Programs/deal.c` with the code that deals: `SEED=n` replays one of its cases.
  @Test func `rows of random columns, nulls, encodings and selections go where their key bytes say`() throws {
    let place = try TemporaryDirectory()
    let program = place.file("deal")
    let flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror"]
    let includes = ["include", "Sources/CLanes/include"].map { "-I" + ProjectPaths.path($0) }
    let sources = ["Tests/Programs/deal.c", "Sources/CLanes/deal.c"].map { ProjectPaths.path($0) }
    let compiler = try Child("cc", flags + includes + sources + ["-o", program])
    let compiled = try compiler.finish()
    try #require(compiled == .exit(0), "\(compiler.errorText)")
    let seed = getenv("SEED").map { [String(cString: $0)] } ?? []
    let child = try Child(program, seed)
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.outputText) \(child.errorText)")
  }
}
