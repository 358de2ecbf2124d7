/// A plugin: a name and its components.
///
/// ```swift
/// import PluginKit
///
/// private let plugin = Plugin(name: "acme", version: "1.0.0", doc: "What Acme's sensors need.") {
///   AcmeSource.self
///   AcmeFilter.self
/// }
///
/// @c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
/// ```
public final class Plugin: Sendable {
  /// Where the table of the contract stands, for as long as the process lives.
  private struct Table: @unchecked Sendable {
    let pointer: UnsafePointer<tide_plugin>
  }

  /// The manifest as JSON: what `tidemill plugin seal` writes into the library.
  public let manifest: String
  private let table: Table

  public init(
    name: String, version: String, doc: String, license: String? = nil, files: [String]? = nil,
    @ComponentListBuilder _ components: () -> ComponentList
  ) {
    let calls = components().calls
    let manifest = JSONText.object {
      $0.add("abi", UInt32(TIDE_ABI_MINOR))
      $0.add("name", name)
      $0.add("version", version)
      $0.add("license", license)
      $0.add("doc", doc)
      $0.add("files", json: files.map { JSONText.array($0.map(JSONText.quoted)) })
      $0.add("components", json: JSONText.array(calls.map { $0.component.manifest($0.kind, stateVersion: $0.stateVersion) }))
    }
    self.manifest = manifest
    table = Table(pointer: Self.makeTable(calls.map { Self.makeComponent($0) }))
  }

  /// What the plugin's one export returns; nil refuses a host that is older than this kit.
  public func table(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? {
    guard hostMinor >= UInt32(TIDE_ABI_MINOR) else { return nil }
    SelfDescription.publish(manifest)
    return table.pointer
  }

  private static func makeTable(_ components: [UnsafePointer<tide_component>?]) -> UnsafePointer<tide_plugin> {
    let list = UnsafeMutableBufferPointer<UnsafePointer<tide_component>?>.allocate(capacity: components.count)
    _ = list.initialize(from: components)
    let table = UnsafeMutablePointer<tide_plugin>.allocate(capacity: 1)
    table.initialize(
      to: tide_plugin(
        size: UInt32(MemoryLayout<tide_plugin>.size), count: UInt32(components.count),
        components: UnsafePointer(list.baseAddress)))
    return UnsafePointer(table)
  }

  private static func makeComponent(_ calls: Calls) -> UnsafePointer<tide_component>? {
    let entry = UnsafeMutablePointer<tide_component>.allocate(capacity: 1)
    entry.initialize(to: tide_component())
    entry.pointee.size = UInt32(MemoryLayout<tide_component>.size)
    entry.pointee.state_version = calls.stateVersion ?? 0
    entry.pointee.user = UnsafeRawPointer(Unmanaged.passRetained(LoadedComponent(calls)).toOpaque())
    entry.pointee.id = StaticText.cString(calls.component.id)
    entry.pointee.create = Trampolines.create
    entry.pointee.destroy = Trampolines.destroy
    entry.pointee.open = Trampolines.open
    entry.pointee.close = Trampolines.close
    entry.pointee.flush = Trampolines.flush
    entry.pointee.extension = SelfDescription.extension
    if calls.process != nil { entry.pointee.process = Trampolines.process }
    if calls.poll != nil { entry.pointee.poll = Trampolines.poll }
    if calls.onWatermark != nil { entry.pointee.on_watermark = Trampolines.onWatermark }
    if calls.onTimer != nil { entry.pointee.on_timer = Trampolines.onTimer }
    if calls.snapshot != nil { entry.pointee.snapshot = Trampolines.snapshot }
    if calls.restore != nil { entry.pointee.restore = Trampolines.restore }
    if calls.reconfigure != nil { entry.pointee.reconfigure = Trampolines.reconfigure }
    return UnsafePointer(entry)
  }
}

/// Text that lives as long as the process.
enum StaticText {
  static func cString(_ text: String) -> UnsafePointer<CChar> {
    let units = text.utf8CString
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: units.count)
    _ = copy.initialize(from: units)
    return UnsafePointer(copy.baseAddress!)
  }
}
