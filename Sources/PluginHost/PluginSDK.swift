/// What plugins are built against: the contract's headers, and PluginKit as a module and an archive.
public struct PluginSDK: Sendable, Equatable {
  public var path: String

  public var headers: String { FilePaths.join(path, "include") }
  public var modules: String { FilePaths.join(path, "swift") }
  public var templates: String { FilePaths.join(path, "templates") }
  public var archive: String { FilePaths.join(path, "lib/libTidemillPluginKit.a") }

  /// Finds it: `TIDEMILL_SDK`, `sdk/` beside the executable (a build tree), `../lib/tidemill/sdk` (an installation).
  public static func find(_ environment: HostEnvironment) throws(PluginError) -> PluginSDK {
    var candidates: [String] = []
    if let given = environment.variables["TIDEMILL_SDK"], !given.isEmpty { candidates.append(FilePaths.absolute(given)) }
    candidates += PluginSearchPath.builtIn(environment).map { FilePaths.join($0.path, "sdk") }
    guard let found = candidates.first(where: { FilePaths.isFile(FilePaths.join($0, "include/tidemill/plugin.h")) }) else {
      throw PluginError(
        "the plugin SDK is not there; looked in \(candidates.joined(separator: ", "))",
        fix: "in a build tree run scripts/make-sdk; elsewhere set TIDEMILL_SDK")
    }
    return PluginSDK(path: found)
  }
}
