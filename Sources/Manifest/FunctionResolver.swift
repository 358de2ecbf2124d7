import Formats
import PluginManifest

/// Finds the function that a node names; what keeps it from being used is reported at the word that names it.
struct FunctionResolver {
  /// The manifest's file: paths of libraries count from its directory.
  let file: String
  let diagnostics: DiagnosticList

  /// A plan even where the function cannot be used, which has been reported: its fields are checked all the same.
  func resolve(_ source: FunctionSource, in catalog: some ComponentCatalog) -> FunctionPlan? {
    guard let library = source.library, let symbol = source.symbol else { return nil }
    let reference = find(symbol, library, in: catalog)
    guard let signature = source.signature, let inputs = source.inputs, let constants = source.constants,
      let output = source.output
    else { return nil }
    return FunctionPlan(
      reference: reference, signature: signature.value, inputs: inputs, constants: constants, output: output.value,
      rejectsNulls: source.rejectsNulls)
  }

  private func find(
    _ symbol: Located<String>, _ library: Located<String>, in catalog: some ComponentCatalog
  ) -> FunctionReference {
    switch catalog.lookup(function: symbol.value, library: library.value, directory: directory) {
    case .found(let reference): return reference
    case .noLibrary(let reason, let fix): diagnostics.error(library.location, reason, fix)
    case .noSymbol(let reason, let fix), .refused(let reason, let fix): diagnostics.error(symbol.location, reason, fix)
    }
    return FunctionReference(file: library.value, sha256: "", symbol: symbol.value)
  }

  private var directory: String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }
}

extension FunctionPlan {
  /// The fields that are read, and as what.
  var fieldUses: [FieldUse] {
    zip(inputs, signature.columns).map { field, type in
      FieldUse(
        name: field.value, type: type.wanted, also: type == .i64 ? .time : nil, location: field.location, isRequired: true,
        option: "in")
    }
  }
}

extension FunctionSignature.ValueType {
  fileprivate var wanted: RecordPlan.ColumnType {
    switch self {
    case .i32, .i64, .u64: .int
    case .f32, .f64: .double
    case .str: .string
    }
  }
}
