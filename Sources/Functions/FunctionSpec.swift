import CFunction
import PluginManifest

/// What a node calls, and which fields that concerns.
public struct FunctionSpec: Sendable {
  public var symbol: String
  public var signature: FunctionSignature
  /// One for each parameter that differs from row to row.
  public var inputs: [String]
  public var constants: [FunctionSignature.Constant]
  /// The field that the result becomes.
  public var output: String
  /// A row with a null argument is rejected; else its result is null.
  public var rejectsNulls: Bool

  public init(
    symbol: String, signature: FunctionSignature, inputs: [String], constants: [FunctionSignature.Constant] = [],
    output: String,
    rejectsNulls: Bool = false
  ) {
    precondition(inputs.count == signature.columns.count, "a function has a field for each parameter")
    precondition(constants.count == signature.constants.count, "a function has a value for each constant")
    self.symbol = symbol
    self.signature = signature
    self.inputs = inputs
    self.constants = constants
    self.output = output
    self.rejectsNulls = rejectsNulls
  }
}

/// Why a function could not be loaded.
public struct FunctionFailure: Error, Sendable {
  public var message: String

  public init(_ message: String) { self.message = message }
}

extension FunctionSignature {
  /// As C takes it.
  var native: tide_fn_signature {
    var native = tide_fn_signature()
    native.batch = form == .batch ? 1 : 0
    native.result = result.native
    native.columns = UInt8(columns.count)
    native.constants = UInt8(constants.count)
    withUnsafeMutableBytes(of: &native.types) { types in
      for (index, type) in (columns + constants).enumerated() { types[index] = type.native }
    }
    return native
  }
}

extension FunctionSignature.ValueType {
  fileprivate var native: UInt8 {
    switch self {
    case .i32: UInt8(TIDE_FN_I32)
    case .i64: UInt8(TIDE_FN_I64)
    case .u64: UInt8(TIDE_FN_U64)
    case .f32: UInt8(TIDE_FN_F32)
    case .f64: UInt8(TIDE_FN_F64)
    case .str: UInt8(TIDE_FN_STR)
    }
  }
}
