import PluginManifest

/// `function` as written: grammar and types are checked, no library has been looked at.
public struct FunctionSource: Sendable, Equatable {
  /// Place of the map.
  public var location: SourceLocation
  /// A part that is missing or wrong is nil, which has been reported.
  public var library: Located<String>?
  public var symbol: Located<String>?
  public var signature: Located<FunctionSignature>?
  /// Fields, one for each parameter that is no constant.
  public var inputs: [Located<String>]?
  /// One for each constant of the signature.
  public var constants: [FunctionSignature.Constant]?
  public var output: Located<String>?
  public var rejectsNulls = false
  /// Places by path: `symbol`, `in[0]`; the empty path is that of the map.
  public var locations: [String: SourceLocation] = [:]

  public init(at location: SourceLocation) {
    self.location = location
    locations[""] = location
  }
}

/// A function as resolved: its library found, its symbol there and allowed.
public struct FunctionPlan: Sendable, Equatable {
  public var reference: FunctionReference
  public var signature: FunctionSignature
  public var inputs: [Located<String>]
  public var constants: [FunctionSignature.Constant]
  /// The field that the result becomes.
  public var output: String
  public var rejectsNulls: Bool

  /// How the rest of a plan sees it: an operator of a plugin that is named as the library.
  var component: ComponentReference {
    ComponentReference(
      plugin: reference.library, index: 0, manifest: .function(reference.symbol, signature, output: output))
  }
}
