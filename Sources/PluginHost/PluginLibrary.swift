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

  /// What is loaded, by content, and by the file as it stood when it was loaded.
  private struct Loaded {
    var byContent: [String: PluginLibrary] = [:]
    var byFile: [FileIdentity: PluginLibrary] = [:]
  }

  private static let loaded = Mutex(Loaded())

  /// Loads a plugin from a private copy and checks its table against the manifest. [control]
  ///
  /// - Parameter settings: those of the catalog that the entry comes from.
  public static func load(_ entry: PluginEntry, _ settings: PluginCatalog.Settings) throws(PluginError) -> PluginLibrary {
    guard let manifest = entry.manifest, entry.status.isUsable else { throw unusable(entry) }
    // Many nodes may use one plugin; a file that did not change since is not read again for each.
    let identity = FileIdentity(entry.file)
    if let identity, let library = loaded.withLock({ $0.byFile[identity] }), library.manifest == manifest { return library }
    let copy = try PluginCopies(environment: settings.environment).copy(entry.file, companions: manifest.files ?? [])
    if let expected = entry.sha256, expected != copy.sha256 {
      throw PluginError("\(entry.file) changed while it was being loaded", fix: "run the command again")
    }
    let result = loaded.withLock { loaded -> Result<PluginLibrary, PluginError> in
      do throws(PluginError) {
        let library: PluginLibrary
        if let known = loaded.byContent[copy.key] { library = known } else { library = try open(copy, entry, settings) }
        loaded.byContent[copy.key] = library
        if let identity { loaded.byFile[identity] = library }
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

/// A file as it stands: which it is, how long, and when it was last written.
private struct FileIdentity: Hashable {
  var device: UInt64
  var inode: UInt64
  var size: Int
  var seconds: Int
  var nanoseconds: Int

  init?(_ path: String) {
    guard let status = FilePaths.status(path) else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
