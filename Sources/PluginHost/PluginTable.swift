import CTidemill
import Glibc
import PluginManifest

/// Checks of what `tidemill_plugin_1` returns. Structs that cross the border may be shorter than this host's, so only fields
/// that `size` covers are read, and never a whole struct.
package enum PluginTable {
  typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?

  /// More components than this are taken for a broken table.
  static let componentLimit: UInt32 = 4096

  /// Calls the entry function of a loaded library.
  static func entry(_ handle: UnsafeMutableRawPointer, _ file: String) throws(PluginError) -> UnsafePointer<tide_plugin> {
    guard let symbol = dlsym(handle, PluginFileReader.entrySymbol) else {
      throw PluginError("\(file) does not export \(PluginFileReader.entrySymbol)", fix: "build it again")
    }
    guard let table = unsafeBitCast(symbol, to: Entry.self)(UInt32(TIDE_ABI_MINOR)) else {
      throw PluginError(
        "\(file) refuses this host, whose plugin interface is 1.\(TIDE_ABI_MINOR)",
        fix: "use a newer tidemill, or a plugin built for this one")
    }
    let size = table.pointer(to: \.size)!.pointee
    guard size >= UInt32(MemoryLayout<tide_plugin>.size) else {
      throw broken(file, "has a table of \(size) bytes, fewer than \(MemoryLayout<tide_plugin>.size)")
    }
    return table
  }

  /// The components of a table, each checked by itself.
  static func components(
    of table: UnsafePointer<tide_plugin>, file: String
  ) throws(PluginError) -> [UnsafePointer<tide_component>] {
    let count = table.pointer(to: \.count)!.pointee
    guard count > 0, count <= componentLimit, let list = table.pointer(to: \.components)!.pointee else {
      throw broken(file, "has a table with \(count) components and \(count == 0 ? "no" : "a missing or too long") list of them")
    }
    var components: [UnsafePointer<tide_component>] = []
    for index in 0..<Int(count) {
      guard let component = list[index] else { throw broken(file, "has NULL for component \(index)") }
      let size = component.pointer(to: \.size)!.pointee
      // The first revision ends behind `destroy` at the least: what comes later may be absent.
      let least = MemoryLayout<tide_component>.offset(of: \.destroy)! + MemoryLayout<UnsafeRawPointer>.size
      guard Int(size) >= least else { throw broken(file, "has \(size) bytes for component \(index), fewer than \(least)") }
      guard component.pointer(to: \.id)!.pointee != nil else { throw broken(file, "has no id for component \(index)") }
      components.append(component)
    }
    return components
  }

  /// The components of a table, checked against the manifest.
  static func components(
    of table: UnsafePointer<tide_plugin>, manifest: PluginManifest, file: String
  ) throws(PluginError) -> [UnsafePointer<tide_component>] {
    let components = try components(of: table, file: file)
    guard components.count == manifest.components.count else {
      throw broken(file, "has \(components.count) components, its manifest \(manifest.components.count)")
    }
    for (index, (component, described)) in zip(components, manifest.components).enumerated() {
      let id = id(of: component)
      guard id == described.id else {
        throw broken(file, "has '\(id)' as component \(index), its manifest '\(described.id)'")
      }
      let what = "has a \(described.kind.rawValue) '\(id)' without"
      if tide_has_create(component) == 0 { throw broken(file, "\(what) create") }
      if tide_has_destroy(component) == 0 { throw broken(file, "\(what) destroy") }
      if described.kind == .source {
        if tide_has_poll(component) == 0 { throw broken(file, "\(what) poll") }
      } else if tide_has_process(component) == 0 {
        throw broken(file, "\(what) process")
      }
      let version = component.pointer(to: \.state_version)!.pointee
      if let stated = described.stateVersion, stated != version {
        throw broken(file, "has state version \(version) for '\(id)', its manifest \(stated)")
      }
    }
    return components
  }

  static func id(of component: UnsafePointer<tide_component>) -> String {
    component.pointer(to: \.id)!.pointee.map { String(cString: $0) } ?? ""
  }

  private static func broken(_ file: String, _ what: String) -> PluginError {
    PluginError("\(file) \(what)", fix: "its table and its manifest must agree; build it again")
  }
}
