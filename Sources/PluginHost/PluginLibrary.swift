import CTidemill
import Glibc
import PluginManifest
import Synchronization

/// A plugin that is loaded into this process, for as long as the process lives.
///
/// Loading the same content again gives the same object. Nothing is ever unloaded: a Swift host that closes a Swift library
/// crashes in its next conformance look-up.
public final class PluginLibrary: @unchecked Sendable {
  public let manifest: PluginManifest
  /// Where the file was found.
  public let file: String
  /// Of that file.
  public let sha256: String
  /// The table, in the plugin's static storage; its components agree with the manifest in number, order and ids.
  public let table: UnsafePointer<tide_plugin>
  /// In the order of the manifest.
  public let components: [UnsafePointer<tide_component>]

  private init(
    manifest: PluginManifest, file: String, sha256: String, table: UnsafePointer<tide_plugin>,
    components: [UnsafePointer<tide_component>]
  ) {
    self.manifest = manifest
    self.file = file
    self.sha256 = sha256
    self.table = table
    self.components = components
  }

  /// The component of a kind and id, nil when the plugin has none.
  public func component(_ id: String, kind: ComponentManifest.Kind) -> UnsafePointer<tide_component>? {
    manifest.components.firstIndex { $0.kind == kind && $0.id == id }.map { components[$0] }
  }

  private static let loaded = Mutex<[String: PluginLibrary]>([:])

  /// Loads a plugin from a private copy and checks its table against the manifest. [control]
  ///
  /// - Parameter settings: those of the catalog that the entry comes from.
  public static func load(_ entry: PluginEntry, _ settings: PluginCatalog.Settings) throws(PluginError) -> PluginLibrary {
    guard let manifest = entry.manifest, entry.status.isUsable else { throw unusable(entry) }
    let copy = try PluginCopies(environment: settings.environment).copy(entry.file, companions: manifest.files ?? [])
    if let expected = entry.sha256, expected != copy.sha256 {
      throw PluginError("\(entry.file) changed while it was being loaded", fix: "run the command again")
    }
    let result = loaded.withLock { loaded -> Result<PluginLibrary, PluginError> in
      if let library = loaded[copy.key] { return .success(library) }
      do throws(PluginError) {
        let library = try open(copy, entry, settings)
        loaded[copy.key] = library
        return .success(library)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private static func unusable(_ entry: PluginEntry) -> PluginError {
    if case .refused(let refusal) = entry.status {
      return PluginError("plugin \(entry.name) (\(entry.file)) cannot be used: \(refusal.sentence)", fix: refusal.fix)
    }
    return PluginError("plugin \(entry.name) is disabled", fix: "tidemill plugin enable \(FilePaths.quoted(entry.name))")
  }

  private static func open(
    _ copy: PluginCopies.Copy, _ entry: PluginEntry, _ settings: PluginCatalog.Settings
  ) throws(PluginError) -> PluginLibrary {
    // The manifest of what is loaded, not of what a listing saw: the file may have been replaced in between.
    let fresh = PluginCatalog.examine(copy.library, settings)
    guard let manifest = fresh.manifest, fresh.problems.isEmpty, manifest == entry.manifest else {
      throw PluginError("\(entry.file) changed while it was being loaded", fix: "run the command again")
    }
    guard let handle = dlopen(copy.library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw PluginError(
        "plugin \(entry.name) (\(entry.file)) cannot be loaded: \(loaderMessage())", fix: "build it again on this system")
    }
    let table = try PluginTable.entry(handle, entry.file)
    let components = try PluginTable.components(of: table, manifest: manifest, file: entry.file)
    return PluginLibrary(
      manifest: manifest, file: entry.file, sha256: copy.sha256, table: table, components: components)
  }

  static func loaderMessage() -> String { dlerror().map { String(cString: $0) } ?? "the loader gives no reason" }
}
