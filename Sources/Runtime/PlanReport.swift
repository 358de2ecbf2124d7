import Engine
import Manifest
import PluginHost
import Rings

/// How a pipeline would run: chains, threads, edges, what buffers may hold, and what becomes of records.
public enum PlanReport {
  public static func text(_ plan: PipelinePlan, chains: ChainPlan) -> String {
    var text =
      "pipeline \(plan.name): \(Quantities.count(plan.nodes.count, "node")), \(Quantities.count(chains.chains.count, "thread"))\n"
    for (index, members) in chains.chains.enumerated() {
      let names = members.map { plan.nodes[$0].name }.joined(separator: " -> ")
      text += "\nthread \(index + 1): \(names)\n"
      if let reason = chains.reasons[members[0]], reason != "source" {
        text += "  its own thread because: \(reason)\n"
      }
      for member in members { text += describe(plan.nodes[member]) }
    }
    return text + "\n" + edges(plan, chains)
  }

  private static func describe(_ node: NodePlan) -> String {
    var text = "  \(node.kind.rawValue) \(node.name): \(node.reference.plugin)/\(node.reference.manifest.id)"
    text += node.forwardsOnly ? ", forwards rows as they are\n" : "\n"
    if let watermark = node.watermark {
      text += "    watermark: greatest event time - \(Quantities.duration(nanoseconds: watermark.delayNanoseconds))\n"
    }
    if let records = node.recordPlan {
      let columns = records.columns.map { column in
        "\(column.name): \(column.type.rawValue)" + (column.role.map { " (\($0.rawValue))" } ?? "")
      }
      text += "    \(records.format.rawValue) records; columns: \(columns.isEmpty ? "none" : columns.joined(separator: ", "))\n"
      text += "    other fields: \(records.rest ? "kept as a variant" : "not decoded, nothing reads them")"
      text += records.verbatim ? "; the record's own bytes travel along\n" : "\n"
    }
    if let encode = node.encodePlan {
      text += "    writes \(encode.format.rawValue)\(encode.verbatim ? ", unchanged records from their own bytes" : "")\n"
    }
    return text
  }

  private static func edges(_ plan: PipelinePlan, _ chains: ChainPlan) -> String {
    var table = TextTable(["edge", "", "credit", "bytes at most"], right: [3])
    var total = 0
    for (index, edge) in plan.edges.enumerated() {
      let from = plan.nodes[edge.from]
      let port =
        switch edge.outputPort {
        case .dead: ".dead"
        case .index(let number): from.outputPorts.count > 1 ? ".\(from.outputPorts[number])" : ""
        }
      let name = "\(from.name)\(port) -> \(plan.nodes[edge.to].name)"
      if let buffer = chains.buffers[index] {
        let bound = buffer.bytes + FrameRing.overdraftBytes
        total += bound
        table.add([
          name, "ring", "\(buffer.frames) frames or \(Quantities.bytes(buffer.bytes)), then block", Quantities.bytes(bound),
        ])
      } else {
        table.add([name, "call", "", "0 B"])
      }
    }
    return table.text + "buffers hold \(Quantities.bytes(total)) at most"
      + (plan.maxMemoryBytes.map { " (max_memory: \(Quantities.bytes(Int($0))))" } ?? "") + "\n"
  }
}
