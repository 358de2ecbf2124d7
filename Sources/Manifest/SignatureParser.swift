import PluginManifest

/// Reads a signature.
///
/// ```
/// signature = [ "batch" ] type "(" [ types ] [ ";" types ] ")"
/// types     = type { "," type }
/// type      = "i32" | "i64" | "u64" | "f32" | "f64" | "str"
/// ```
/// Behind the semicolon stand the constants. Blanks may stand anywhere between words.
struct SignatureParser {
  struct Problem: Error, Equatable {
    /// Continues "the signature '…' ".
    var what: String
    var fix: String?
  }

  private enum Token: Equatable {
    case word(String)
    case mark(Character)
    case end

    var described: String {
      switch self {
      case .word(let word): "'\(SourceValue.shortened(word))'"
      case .mark(let mark): "'\(SourceValue.shortened(String(mark)))'"
      case .end: "its end"
      }
    }
  }

  private var rest: Substring
  private var token = Token.end

  /// The types by the names that people know them by.
  private static let synonyms: [String: FunctionSignature.ValueType] = [
    "double": .f64, "float": .f32, "int": .i32, "int32_t": .i32, "int64_t": .i64, "uint64_t": .u64, "long": .i64,
    "size_t": .u64,
    "string": .str, "text": .str, "char*": .str, "float64": .f64, "float32": .f32, "int64": .i64, "int32": .i32, "uint64": .u64,
    "u32": .u64, "i16": .i32, "u16": .i32, "i8": .i32, "u8": .i32, "bool": .i32,
  ]
  private static let example = "for example \"f64(f64,f64)\""

  static func parse(_ text: String) throws(Problem) -> FunctionSignature {
    var parser = SignatureParser(rest: text[...])
    return try parser.signature()
  }

  private init(rest: Substring) {
    self.rest = rest
    advance()
  }

  private mutating func advance() {
    rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
    guard let first = rest.first else {
      token = .end
      return
    }
    if "(),;".contains(first) {
      token = .mark(rest.removeFirst())
      return
    }
    let word = rest.prefix { !"(),; \t\n".contains($0) }
    rest = rest[word.endIndex...]
    token = .word(String(word))
  }

  private mutating func signature() throws(Problem) -> FunctionSignature {
    var form = FunctionSignature.Form.scalar
    if token == .word("batch") {
      form = .batch
      advance()
    }
    let result = try type()
    try take("(")
    var columns: [FunctionSignature.ValueType] = []
    var constants: [FunctionSignature.ValueType] = []
    if token != .mark(")"), token != .mark(";") { columns = try types() }
    if token == .mark(";") {
      advance()
      constants = try types()
    }
    try take(")")
    guard token == .end else { throw Problem(what: "goes on behind its ')' with \(token.described)", fix: "remove that") }
    let signature = FunctionSignature(form: form, result: result, columns: columns, constants: constants)
    try check(signature)
    return signature
  }

  private mutating func types() throws(Problem) -> [FunctionSignature.ValueType] {
    var types = [try type()]
    while token == .mark(",") {
      advance()
      types.append(try type())
    }
    return types
  }

  private mutating func type() throws(Problem) -> FunctionSignature.ValueType {
    guard case .word(let word) = token else {
      throw Problem(what: "has \(token.described) where a type belongs", fix: Self.example)
    }
    guard let type = FunctionSignature.ValueType(rawValue: word) else {
      if word == "void" {
        throw Problem(what: "gives nothing back", fix: "write the type of what the rows get, as in \"batch f64(f64)\"")
      }
      let names = FunctionSignature.ValueType.allCases.map(\.rawValue)
      let near = Self.synonyms[word]?.rawValue ?? Spelling.nearest(to: word, in: names)
      throw Problem(
        what: "has \(token.described), which is no type",
        fix: near.map { "did you mean '\($0)'?" } ?? "one of: \(names.joined(separator: ", "))")
    }
    advance()
    return type
  }

  private mutating func take(_ mark: Character) throws(Problem) {
    guard token == .mark(mark) else {
      throw Problem(what: "has \(token.described) where '\(mark)' belongs", fix: Self.example)
    }
    advance()
  }

  private func check(_ signature: FunctionSignature) throws(Problem) {
    let count = signature.columns.count + signature.constants.count
    guard count <= FunctionSignature.mostParameters else {
      throw Problem(what: "has \(count) parameters; there are \(FunctionSignature.mostParameters) at most", fix: nil)
    }
    guard signature.form == .batch else { return }
    if (signature.columns + [signature.result]).contains(.str) {
      throw Problem(
        what: "has texts in a batch, which takes columns of numbers",
        fix: "leave 'batch' out: texts go to a function row by row")
    }
  }
}
