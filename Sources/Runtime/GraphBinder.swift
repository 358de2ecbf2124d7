import CTidemill
import Engine
import Manifest
import PluginManifest

/// The table of a component, and what it lives in: nil for a plugin, which stays.
struct LoadedComponent {
  var table: UnsafePointer<tide_component>
  var owner: AnyObject?
}

/// Joins a plan with the tables of its components into what the engine runs.
enum GraphBinder {
  /// `component` gives the loaded component of a node, and what that lives in.
  static func graph(of plan: PipelinePlan, component: (NodePlan) -> LoadedComponent) -> GraphSpec {
    let nodes = plan.nodes.map { spec(of: $0, component: component($0)) }
    let edges = plan.edges.map { edge in
      let output =
        switch edge.outputPort {
        case .dead: EdgeSpec.dead
        case .index(let index): index
        }
      return EdgeSpec(
        from: edge.from, output: output, to: edge.to, input: edge.inputPort, buffer: edge.buffer)
    }
    return GraphSpec(name: plan.name, nodes: nodes, edges: edges, maxMemoryBytes: plan.maxMemoryBytes.map { Int($0) })
  }

  private static func spec(of node: NodePlan, component: LoadedComponent) -> NodeSpec {
    var spec = NodeSpec(
      name: node.name, kind: node.kind, componentName: "\(node.reference.plugin)/\(node.reference.manifest.id)",
      component: component.table)
    spec.owner = component.owner
    spec.config = node.config
    spec.inputs = node.inputs.map(\.name)
    spec.outputs = node.outputPorts
    spec.latePort = node.reference.manifest.latePort.flatMap { node.outputPorts.firstIndex(of: $0) }
    spec.blocking = node.reference.manifest.blocking ?? false
    spec.forwardsOnly = node.forwardsOnly
    spec.merges = node.reference.manifest.outputs?.merged ?? false
    spec.ordersRows = node.isOrdering
    spec.watermarkDelayNanoseconds = node.watermark?.delayNanoseconds
    spec.watermarkEveryNanoseconds = node.watermark?.periodicNanoseconds
    spec.idleAfterNanoseconds = node.watermark?.idleNanoseconds
    if let state = node.state { spec.state = state }
    spec.onError = node.onError.onError == .stop ? .stop : .deadLetter
    if let retry = node.onError.retry { spec.retry = retry }
    spec.buffer = node.buffer
    spec.lanes = node.lanes
    spec.laneKeys = node.laneKeys.map { $0.map(LaneKey.fields) ?? .role }
    spec.recordPlan = node.recordPlan
    spec.encodePlan = node.encodePlan
    spec.pollEveryNanoseconds = node.pollEveryNanoseconds
    return spec
  }
}

extension ComponentManifest {
  /// Output port whose rows were late.
  var latePort: String? { ports?.out?.first(where: \.isLate)?.name }
}
