import Glibc
import PluginManifest

/// Loads a function that was found and allowed. From here on code of its library runs.
public enum FunctionLoader {
  /// The function's address, for as long as the process lives: nothing is ever unloaded. [control]
  ///
  /// A library that the process has already is used as it is, one of the system from where it stands, any other from a private copy.
  public static func load(
    _ function: FunctionReference, _ settings: PluginCatalog.Settings
  ) throws(PluginError) -> UnsafeMutableRawPointer {
    let library = try library(of: function, settings.environment)
    guard try library.contentHash() == function.sha256 else { throw changed(function) }
    let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE
    let handle: UnsafeMutableRawPointer?
    if let known = dlopen(function.file, flags | RTLD_NOLOAD) {
      handle = known
    } else if isSystems(function.file, settings.environment) {
      handle = dlopen(function.file, flags)
    } else {
      handle = dlopen(try copy(function, library, settings.environment), flags)
    }
    guard let handle else {
      throw PluginError(
        "\(function.file) cannot be loaded: \(PluginLibrary.loaderMessage())", fix: "build it again on this system")
    }
    guard let symbol = dlsym(handle, function.symbol) else {
      throw PluginError("\(function.file) has no '\(function.symbol)': \(PluginLibrary.loaderMessage())")
    }
    return symbol
  }

  /// Packages replace such a file by another and never write into it.
  private static func isSystems(_ file: String, _ environment: HostEnvironment) -> Bool {
    var resolver = LibraryResolver(environment: environment)
    let directory = FilePaths.directory(of: file)
    return resolver.systemDirectories.contains { (FilePaths.resolved($0) ?? $0) == directory }
  }

  private static func library(
    of function: FunctionReference, _ environment: HostEnvironment
  ) throws(PluginError) -> FunctionLibrary {
    do throws(FunctionLibrary.Problem) {
      return try FunctionLibrary(function.file, from: ".", environment)
    } catch {
      throw PluginError(error.reason, fix: error.fix)
    }
  }

  private static func copy(
    _ function: FunctionReference, _ library: FunctionLibrary, _ environment: HostEnvironment
  ) throws(PluginError) -> String {
    let copy = try PluginCopies(environment: environment).copy(function.file, companions: library.companions())
    guard copy.key == function.sha256 else { throw changed(function) }
    return copy.library
  }

  private static func changed(_ function: FunctionReference) -> PluginError {
    PluginError("\(function.file) changed while it was being loaded", fix: "run the command again")
  }
}
