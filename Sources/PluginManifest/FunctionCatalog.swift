/// A function of a shared library, found and allowed.
public struct FunctionReference: Sendable, Equatable {
  /// Absolute path of the library, links resolved.
  public var file: String
  /// Of that file, or over it and the libraries that come along with it.
  public var sha256: String
  public var symbol: String

  public init(file: String, sha256: String, symbol: String) {
    self.file = file
    self.sha256 = sha256
    self.symbol = symbol
  }

  /// Name of the library's file.
  public var library: String { file.split(separator: "/").last.map(String.init) ?? file }
}

/// The answer to a look-up of a function. Each reason is a sentence, each fix says what to do.
public enum FunctionLookup: Sendable, Equatable {
  case found(FunctionReference)
  /// The library is not there, or is none.
  case noLibrary(reason: String, fix: String?)
  /// The library has no such function.
  case noSymbol(reason: String, fix: String?)
  /// It is there, and nobody has allowed it.
  case refused(reason: String, fix: String?)
}

extension ComponentCatalog {
  /// A catalog of plugins alone knows no libraries.
  public func lookup(function symbol: String, library: String, directory: String) -> FunctionLookup {
    .noLibrary(reason: "no libraries are known here", fix: nil)
  }
}
