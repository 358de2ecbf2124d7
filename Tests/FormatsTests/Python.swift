import TestSupport
import Testing

/// Runs programs in Python, as implementations that have nothing in common with ours.
enum Python {
  /// The lines that the program writes.
  static func run(_ program: String, _ input: [UInt8]) throws -> [String] {
    let directory = try TemporaryDirectory()
    let file = try directory.write("input", input)
    let script = try directory.write("program.py", program)
    let child = try Child("python3", [script], environment: ["PYTHONUTF8": "1"], input: .file(file))
    let end = try child.finish()
    #expect(end == .exit(0), "\(child.errorText)")
    return child.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
}
