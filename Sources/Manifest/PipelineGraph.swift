import PluginManifest

/// A plan as a picture: for terminals, Mermaid and Graphviz. The same plan gives the same text.
public struct PipelineGraph: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case text, mermaid, dot
  }

  public var plan: PipelinePlan

  public init(_ plan: PipelinePlan) {
    self.plan = plan
  }

  /// The picture, with a line end at its end.
  public func render(_ format: Format) -> String {
    switch format {
    case .text: text
    case .mermaid: mermaid
    case .dot: dot
    }
  }

  // MARK: Text

  /// One line a node in topological order, below it one line for each way out.
  private var text: String {
    var result = "\(plan.name)\n"
    let width = plan.nodes.map { $0.name.count }.max() ?? 0
    for node in plan.nodes {
      result += "  \(Self.padded(node.kind.rawValue, 8))  \(Self.padded(node.name, width))  \(Self.component(node))\n"
      for edge in plan.edges where edge.from == node.index {
        let port = portLabel(edge).map { ".\($0)" } ?? ""
        let input = inputLabel(edge).map { ".\($0)" } ?? ""
        result += "            \(port.isEmpty ? "" : port + " ")-> \(plan.nodes[edge.to].name)\(input)\n"
      }
    }
    return result
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  // MARK: Mermaid

  private var mermaid: String {
    var result = "flowchart LR\n"
    for node in plan.nodes {
      let label = "\"\(node.name)<br/>\(Self.escaped(Self.component(node)))\""
      let shape =
        switch node.kind {
        case .source: "([\(label)])"
        case .operator: "[\(label)]"
        case .sink: "[/\(label)/]"
        }
      result += "  n\(node.index)\(shape)\n"
    }
    for edge in plan.edges {
      let label = edgeLabel(edge).map { "|\($0)|" } ?? ""
      result += "  n\(edge.from) \(edge.outputPort == .dead ? "-.->" : "-->")\(label) n\(edge.to)\n"
    }
    return result
  }

  /// Ids come from plugins: nothing in them may end a label.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "#quot;"
      case "<": result += "#lt;"
      case ">": result += "#gt;"
      case "#": result += "#35;"
      case _ where scalar.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: Graphviz

  private var dot: String {
    var result = "digraph \(ConfigValue.quoted(plan.name)) {\n  rankdir=LR;\n"
    for node in plan.nodes {
      let shape =
        switch node.kind {
        case .source: "oval"
        case .operator: "box"
        case .sink: "parallelogram"
        }
      let label = ConfigValue.quoted("\(node.name)\n\(Self.component(node))")
      result += "  n\(node.index) [shape=\(shape), label=\(label)];\n"
    }
    for edge in plan.edges {
      var attributes = edgeLabel(edge).map { ["label=\(ConfigValue.quoted($0))"] } ?? []
      if edge.outputPort == .dead { attributes.append("style=dashed") }
      let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
      result += "  n\(edge.from) -> n\(edge.to)\(list);\n"
    }
    return result + "}\n"
  }

  // MARK: Labels

  private static func component(_ node: NodePlan) -> String {
    node.reference.plugin == node.reference.manifest.id
      ? node.reference.manifest.id : "\(node.reference.plugin)/\(node.reference.manifest.id)"
  }

  /// The output port, unless it is the node's first.
  private func portLabel(_ edge: EdgePlan) -> String? {
    switch edge.outputPort {
    case .dead: return "dead"
    case .index(0): return nil
    case .index(let index):
      let ports = plan.nodes[edge.from].outputPorts
      return ports.indices.contains(index) ? ports[index] : String(index)
    }
  }

  /// The input port, where the node has several.
  private func inputLabel(_ edge: EdgePlan) -> String? {
    let inputs = plan.nodes[edge.to].inputs
    return inputs.count > 1 ? inputs[edge.inputPort].name : nil
  }

  private func edgeLabel(_ edge: EdgePlan) -> String? {
    switch (portLabel(edge), inputLabel(edge)) {
    case (let port?, let input?): "\(port) to \(input)"
    case (let port?, nil): port
    case (nil, let input?): "to \(input)"
    case (nil, nil): nil
    }
  }
}
