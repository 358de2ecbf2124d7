import PluginManifest

/// The functions that pipelines may call, for people and for programs.
public enum FunctionListing {
  /// A table, one line a function.
  public static func text(_ functions: [PluginCatalog.AllowedFunctions]) -> String {
    guard !functions.isEmpty else { return "no functions are allowed: tidemill function allow LIBRARY SYMBOL\n" }
    var table = TextTable(["FUNCTION", "STATUS", "LIBRARY"])
    for library in functions {
      for symbol in library.symbols { table.add([symbol, library.problem ?? "allowed", library.library]) }
    }
    return table.text
  }

  /// One JSON array: a library with its functions an element.
  public static func json(_ functions: [PluginCatalog.AllowedFunctions]) -> String {
    ConfigValue.list(
      functions.map { library in
        .map([
          .init("library", .string(library.library)), .init("status", .string(library.problem ?? "allowed")),
          .init("functions", .list(library.symbols.map { .string($0) })), .init("lock", .string(library.lock)),
        ])
      }
    ).json
  }
}
