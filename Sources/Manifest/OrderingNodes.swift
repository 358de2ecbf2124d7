import FoundationEssentials
import PluginManifest

/// Nodes that the host puts before those whose input has an order.
extension PipelinePlan {
  /// The plan with a node `NODE.order` before each input of the nodes that say `order`, or `NODE.PORT.order` where they have several:
  /// it holds rows until the watermark has passed them. What waits before the node waits before that one.
  func withOrderingNodes() -> PipelinePlan {
    guard nodes.contains(where: { $0.order != nil }) else { return self }
    var plan = self
    plan.nodes = []
    /// Per node its new number, and those of the nodes before its inputs.
    var places: [Int] = []
    var ordering: [[Int?]] = []
    for node in nodes {
      ordering.append(
        node.inputs.map { input in
          guard node.order != nil, !input.edges.isEmpty else { return nil }
          plan.nodes.append(.ordering(input, of: node, index: plan.nodes.count))
          return plan.nodes.count - 1
        })
      places.append(plan.nodes.count)
      var node = node
      node.index = plan.nodes.count
      if node.order != nil { node.buffer = nil }
      plan.nodes.append(node)
    }
    plan.edges = edges.map { edge in
      var edge = edge
      edge.from = places[edge.from]
      if let before = ordering[edge.to][edge.inputPort] {
        (edge.to, edge.inputPort) = (before, 0)
      } else {
        edge.to = places[edge.to]
      }
      return edge
    }
    for (old, before) in ordering.enumerated() {
      for (port, index) in before.enumerated() {
        guard let index else { continue }
        plan.edges.append(
          EdgePlan(
            from: index, outputPort: .index(0), to: places[old], inputPort: port, location: plan.nodes[index].location))
      }
    }
    plan.edges.sort { $0.sortKey < $1.sortKey }
    for index in plan.nodes.indices {
      for port in plan.nodes[index].inputs.indices { plan.nodes[index].inputs[port].edges = [] }
    }
    for (number, edge) in plan.edges.enumerated() { plan.nodes[edge.to].inputs[edge.inputPort].edges.append(number) }
    return plan
  }
}

extension NodePlan {
  fileprivate static func ordering(_ input: InputPortPlan, of node: NodePlan, index: Int) -> NodePlan {
    let port = node.inputs.count > 1 ? ".\(input.name)" : ""
    return NodePlan(
      index: index, name: "\(node.name)\(port).order", kind: .operator,
      reference: ComponentReference(plugin: "host", index: 0, manifest: OrderingNode.manifest),
      config: .map([.init("late", .string("pass"))]), onError: ErrorPolicy(.deadLetter), buffer: node.buffer,
      state: StateLimits(),
      lanes: 1, isOrdering: true, inputs: [InputPortPlan(name: "in", edges: [])], outputPorts: ["out"], forwardsOnly: true,
      location: node.location, useLocation: node.useLocation, configLocations: [:])
  }
}

/// What a node that the host puts in says of itself.
enum OrderingNode {
  static let manifest: ComponentManifest = {
    let text = """
      {
        "id": "order", "kind": "operator", "doc": "Hold rows until the watermark has passed them, and send them by event time and id.",
        "concurrency": "single", "keyed_state": true, "outputs": { "same": true, "merged": true }
      }
      """
    do {
      return try JSONDecoder().decode(ComponentManifest.self, from: Data(text.utf8))
    } catch {
      preconditionFailure("the host's own component has a manifest: \(error)")
    }
  }()
}
