import Formats
import Manifest
import PluginManifest
import Testing

/// Reads and resolves a manifest against the fixture catalog, as `p.yaml`.
func load(_ text: String, environment: [String: String] = environment) throws -> (plan: PipelinePlan?, says: [Diagnostic]) {
  try PipelinePlan.load(text: text, file: "p.yaml", environment: environment, catalog: FixtureCatalog())
}

/// The plan of a manifest without errors.
func plan(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> PipelinePlan {
  let (plan, says) = try load(text)
  let errors = says.filter { $0.severity == .error }.map(\.description)
  #expect(errors == [], sourceLocation: sourceLocation)
  return try #require(plan, sourceLocation: sourceLocation)
}

/// A plan as text: one line a node, one an edge.
func text(of plan: PipelinePlan) -> String {
  var lines = ["\(plan.name) \(plan.delivery.rawValue)" + (plan.maxMemoryBytes.map { " \($0)B" } ?? "")]
  for node in plan.nodes {
    var line =
      "\(node.index) \(node.kind.rawValue) \(node.name): \(node.reference.plugin)/\(node.reference.manifest.id) \(node.config.json)"
    if let watermark = node.watermark {
      line +=
        " watermark \(watermark.lag)" + (watermark.periodicNanoseconds.map { " every \($0)" } ?? "")
        + (watermark.idleNanoseconds.map { " idle \($0)" } ?? "")
    }
    if let state = node.state { line += " state \(state.bytes) \(state.keys.map { "\($0)" } ?? "any") \(state.whenFull)" }
    if node.onError.onError == .stop { line += " stop" }
    if let retry = node.onError.retry {
      line += " retry \(retry.limit) \(retry.backoffNanoseconds) \(retry.maxBackoffNanoseconds) \(retry.jitter)"
    }
    if let buffer = node.buffer { line += text(of: buffer) }
    if !node.outputPorts.isEmpty { line += " ports \(node.outputPorts.joined(separator: ","))" }
    if node.forwardsOnly { line += " forwards" }
    if let every = node.pollEveryNanoseconds { line += " polled \(every)" }
    if let records = node.recordPlan { line += " reads \(text(of: records))" }
    if let encode = node.encodePlan { line += " writes \(encode.format)" + (encode.verbatim ? " verbatim" : "") }
    lines.append(line)
  }
  for edge in plan.edges {
    let port =
      switch edge.outputPort {
      case .dead: "dead"
      case .index(let index): plan.nodes[edge.from].outputPorts[index]
      }
    let input = plan.nodes[edge.to].inputs[edge.inputPort].name
    lines.append(
      "\(plan.nodes[edge.from].name).\(port) -> \(plan.nodes[edge.to].name).\(input) @\(edge.location.line):\(edge.location.column)"
        + (edge.buffer.map { text(of: $0) } ?? ""))
  }
  return lines.joined(separator: "\n")
}

private func text(of buffer: EdgeBuffer) -> String {
  " buffer \(buffer.frames) \(buffer.bytes) \(buffer.whenFull)" + (buffer.sampleBy == .key ? " by key" : "")
    + (buffer.targetNanoseconds.map { " within \($0)" } ?? "")
}

/// A record plan as text: `name:type`, `!` where declared, `?` where exact, `#` where cells can be numbers, the part after `=`.
func text(of plan: RecordPlan) -> String {
  var parts = [plan.format.rawValue]
  for column in plan.columns {
    parts.append(
      "\(column.name):\(column.type.rawValue)\(column.declared ? "!" : "")\(column.isExact ? "?" : "")"
        + (column.hasNumbers ? "#" : "") + (column.role.map { "=\($0.rawValue)" } ?? ""))
  }
  if plan.rest { parts.append("rest") }
  if plan.verbatim { parts.append("verbatim") }
  return parts.joined(separator: " ")
}
