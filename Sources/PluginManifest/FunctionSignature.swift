/// What a C function takes and gives back. A symbol of a library does not say it: the manifest of a pipeline does, as
/// `f64(f64,f64)`.
public struct FunctionSignature: Sendable, Equatable {
  /// Types of parameters and results, as they are written.
  public enum ValueType: String, Sendable, CaseIterable {
    case i32, i64, u64, f32, f64
    /// A text: two parameters, `const char *` and `uint64_t`.
    case str
  }

  public enum Form: String, Sendable, CaseIterable {
    /// `R f(T, …)`, called for each row.
    case scalar
    /// `void f(const T *, …, R *, uint64_t n, …)`, called once for all rows of a batch.
    case batch
  }

  /// The value of a parameter that is the same for all rows; the parameter's type says which case it is.
  public enum Constant: Sendable, Equatable {
    case integer(Int64)
    case natural(UInt64)
    case number(Double)
    case text(String)
  }

  /// Parameters that a function may have, constants among them.
  public static let mostParameters = 16

  public var form: Form
  public var result: ValueType
  /// Types of the parameters that differ from row to row.
  public var columns: [ValueType]
  /// Types of the parameters behind them that do not.
  public var constants: [ValueType]

  public init(form: Form = .scalar, result: ValueType, columns: [ValueType], constants: [ValueType] = []) {
    self.form = form
    self.result = result
    self.columns = columns
    self.constants = constants
  }

  /// The declaration in C that such a function has.
  public func declaration(of symbol: String) -> String {
    let constants = constants.map(\.parameter)
    switch form {
    case .scalar:
      let room = result == .str ? ["char *", "uint64_t"] : []
      let parameters = columns.map(\.parameter) + constants + room
      let list = parameters.isEmpty ? "void" : parameters.joined(separator: ", ")
      return "\(result == .str ? "uint64_t" : result.name) \(symbol)(\(list))"
    case .batch:
      let parameters = columns.map { "const \($0.name) *" } + ["\(result.name) *", "uint64_t"] + constants
      return "void \(symbol)(\(parameters.joined(separator: ", ")))"
    }
  }
}

extension FunctionSignature.ValueType {
  /// The type in C.
  var name: String {
    switch self {
    case .i32: "int32_t"
    case .i64: "int64_t"
    case .u64: "uint64_t"
    case .f32: "float"
    case .f64: "double"
    case .str: "char *"
    }
  }

  /// What stands for it in a list of parameters.
  var parameter: String { self == .str ? "const char *, uint64_t" : name }

  /// The column type that a result becomes, as manifests of plugins write it. Unsigned integers have none that says all of them.
  var column: String {
    switch self {
    case .i32, .i64: "int"
    case .u64: "uint64"
    case .f32, .f64: "double"
    case .str: "string"
    }
  }
}

extension FunctionSignature.Constant: CustomStringConvertible {
  /// As it would be written.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .natural(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): ConfigValue.quoted(value)
    }
  }
}

extension ComponentManifest {
  /// A function as the operator that it is in a pipeline: it keeps the fields of its input and adds one.
  public static func function(_ symbol: String, _ signature: FunctionSignature, output: String) -> ComponentManifest {
    ComponentManifest(
      id: symbol, kind: .operator, doc: signature.declaration(of: symbol), concurrency: .stateless,
      outputs: Outputs(same: true, fields: [OutputField(name: output, type: signature.result.column)]))
  }
}
