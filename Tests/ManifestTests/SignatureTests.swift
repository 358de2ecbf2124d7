import Manifest
import PluginManifest
import Testing

/// Signatures of functions: what they say, and what is said of those that say nothing.
struct SignatureTests {
  typealias ValueType = FunctionSignature.ValueType

  static let good: [(text: String, signature: FunctionSignature, declaration: String)] = [
    ("f64(f64)", .init(result: .f64, columns: [.f64]), "double f(double)"),
    ("f64(f64,f64)", .init(result: .f64, columns: [.f64, .f64]), "double f(double, double)"),
    (" i64 ( i32 ,\tu64 ) ", .init(result: .i64, columns: [.i32, .u64]), "int64_t f(int32_t, uint64_t)"),
    ("f32()", .init(result: .f32, columns: []), "float f(void)"),
    ("u64(str)", .init(result: .u64, columns: [.str]), "uint64_t f(const char *, uint64_t)"),
    (
      "str(str, i32)", .init(result: .str, columns: [.str, .i32]),
      "uint64_t f(const char *, uint64_t, int32_t, char *, uint64_t)"
    ),
    ("f64(f64; i32)", .init(result: .f64, columns: [.f64], constants: [.i32]), "double f(double, int32_t)"),
    ("f64(;f64)", .init(result: .f64, columns: [], constants: [.f64]), "double f(double)"),
    (
      "batch f64(f64,i32; f64, str)",
      .init(form: .batch, result: .f64, columns: [.f64, .i32], constants: [.f64, .str]),
      "void f(const double *, const int32_t *, double *, uint64_t, double, const char *, uint64_t)"
    ),
    ("batch u64()", .init(form: .batch, result: .u64, columns: []), "void f(uint64_t *, uint64_t)"),
    (
      "f64(\(Array(repeating: "f64", count: 16).joined(separator: ",")))",
      .init(result: .f64, columns: Array(repeating: .f64, count: 16)),
      "double f(\(Array(repeating: "double", count: 16).joined(separator: ", ")))"
    ),
  ]

  @Test(arguments: good)
  func `a signature says its form, its types and its constants`(
    text: String, signature: FunctionSignature, declaration: String
  ) throws {
    let (source, says) = function(text)
    #expect(says.filter { $0.message.contains("signature '") } == [])
    #expect(source?.signature?.value == signature)
    #expect(signature.declaration(of: "f") == declaration)
  }

  static let bad: [(text: String, says: String)] = [
    ("", "the signature '' has its end where a type belongs; for example \"f64(f64,f64)\""),
    ("f64", "the signature 'f64' has its end where '(' belongs; for example \"f64(f64,f64)\""),
    ("f64(f46)", "the signature 'f64(f46)' has 'f46', which is no type; did you mean 'f64'?"),
    ("double(double)", "the signature 'double(double)' has 'double', which is no type; did you mean 'f64'?"),
    ("f64(uint64_t)", "the signature 'f64(uint64_t)' has 'uint64_t', which is no type; did you mean 'u64'?"),
    ("f64(complex)", "the signature 'f64(complex)' has 'complex', which is no type; one of: i32, i64, u64, f32, f64, str"),
    (
      "void(f64)", "the signature 'void(f64)' gives nothing back; write the type of what the rows get, as in \"batch f64(f64)\""
    ),
    ("f64(f64,)", "the signature 'f64(f64,)' has ')' where a type belongs; for example \"f64(f64,f64)\""),
    ("f64(f64;)", "the signature 'f64(f64;)' has ')' where a type belongs; for example \"f64(f64,f64)\""),
    ("f64(,f64)", "the signature 'f64(,f64)' has ',' where a type belongs; for example \"f64(f64,f64)\""),
    ("f64(f64", "the signature 'f64(f64' has its end where ')' belongs; for example \"f64(f64,f64)\""),
    ("f64(f64 f64)", "the signature 'f64(f64 f64)' has 'f64' where ')' belongs; for example \"f64(f64,f64)\""),
    ("f64(f64;f64;f64)", "the signature 'f64(f64;f64;f64)' has ';' where ')' belongs; for example \"f64(f64,f64)\""),
    ("f64(f64))", "the signature 'f64(f64))' goes on behind its ')' with ')'; remove that"),
    ("f64(f64) const", "the signature 'f64(f64) const' goes on behind its ')' with 'const'; remove that"),
    ("batch", "the signature 'batch' has its end where a type belongs; for example \"f64(f64,f64)\""),
    (
      "batch u64(str)",
      "the signature 'batch u64(str)' has texts in a batch, which takes columns of numbers; leave 'batch' out: texts go to a function "
        + "row by row"
    ),
    (
      "batch str(i64)",
      "the signature 'batch str(i64)' has texts in a batch, which takes columns of numbers; leave 'batch' out: texts go to a function "
        + "row by row"
    ),
    (
      "i64(i64,i64,i64,i64,i64,i64,i64,i64; i64,i64,i64,i64,i64,i64,i64,i64,i64)",
      "the signature 'i64(i64,i64,i64,i64,i64,i64,i64,i64; i64,i64,i64,i64,i64,i64,...' has 17 parameters; there are 16 at most"
    ),
  ]

  @Test(arguments: bad)
  func `a signature that says nothing is refused with the word at fault`(text: String, says: String) {
    let (source, problems) = function(text)
    #expect(source?.signature == nil)
    #expect(problems.map { $0.message + ($0.fix.map { "; \($0)" } ?? "") } == [says])
    #expect(problems.allSatisfy { $0.location.line == 3 && $0.location.column > 15 })
  }

  /// What is read of a manifest with a function of that signature, which names fields and constants enough.
  private func function(_ signature: String) -> (FunctionSource?, [Diagnostic]) {
    let columns = signature.prefix { $0 != ";" }.split(separator: ",").count
    let manifest = """
      sources: { s: { use: stdin } }
      operators: { o: { from: s, function: { library: libm.so.6, symbol: f, out: r, in: [\((0..<columns).map { "f\($0)" }.joined(separator: ","))],
                signature: "\(signature)" } } }
      sinks: { out: { use: stdout, from: o } }
      """
    let (source, says) = PipelineSource.parse(text: manifest, file: "p.yaml", environment: [:])
    let relevant = says.filter { $0.message.contains("signature '") }
    return (source?.nodes.first { $0.name == "o" }?.function, relevant)
  }
}
