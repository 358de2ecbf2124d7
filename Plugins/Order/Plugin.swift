import Ordering
import PluginKit

private let plugin = Plugin(
  name: "order", version: "0.1.0", doc: "Event time in order: rows sorted by it, and rows where some are missing."
) {
  SortOperator.self
  FillOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
