import CTidemill
import Manifest
import PluginManifest

/// One component under check: what its manifest says, and a configuration that should work.
struct Subject: Sendable {
  let file: String
  let plugin: PluginManifest
  /// In the plugin's table.
  let index: Int
  /// The component in a pipeline that has been resolved as any other would be, or why there is none.
  let node: Result<NodePlan, CaseEnd>
  let seed: UInt64

  var component: ComponentManifest { plugin.components[index] }

  /// Names of the output ports; those of the manifest where there is no configuration.
  var outputs: [String] {
    if case .success(let node) = node { return node.outputPorts }
    return []
  }
  var inputCount: Int { component.kind == .source ? 0 : max(component.ports?.in?.count ?? 1, 1) }
}

/// Paths of a pipeline that stand in the directory of the case.
enum CaseFiles {
  static let input = "input.records"
  static let output = "output.records"
}
