import PluginKit

/// The table of `sort` for a host that puts it before a node, without a plugin's library.
public enum OrderComponent {
  private static let plugin = Plugin(name: "host", version: "1.0.0", doc: "What the host itself puts into a pipeline.") {
    SortOperator.self
  }

  private struct Table: @unchecked Sendable {
    let component: UnsafePointer<tide_component>
  }

  private static let entry = Table(component: plugin.table(UInt32(TIDE_ABI_MINOR))!.pointee.components[0]!)

  /// Stays as long as the process.
  public static var table: UnsafePointer<tide_component> { entry.component }
}
