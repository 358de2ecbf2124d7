import Engine
import Manifest
import PluginHost

/// How a pipeline would run: chains, threads, edges, what buffers may hold, and what becomes of records.
public enum PlanReport {
  public static func text(_ plan: PipelinePlan, chains: ChainPlan, choice: LaneChoice) -> String {
    var text =
      "pipeline \(plan.name): \(Quantities.count(plan.nodes.count, "node")), \(Quantities.count(chains.chains.count, "thread"))\n"
    let arrival = ArrivalPlan(plan, lanes: choice.lanes) { chains.buffers(ofEdge: $0).contains(where: \.drops) }
    for (index, members) in chains.chains.enumerated() {
      let names = members.map { name(of: $0, plan, chains) }.joined(separator: " -> ")
      text += "\nthread \(index + 1): \(names)\n"
      if let reason = chains.reasons[members[0]], reason != "source" {
        text += "  its own thread because: \(reason)\n"
      }
      for member in members {
        let (node, lane) = chains.node(member)
        guard lane == 0 else { continue }
        text += describe(plan.nodes[node], choice)
        if let sentence = arrival.sentence(of: node) { text += "    \(sentence)\n" }
      }
    }
    return text + "\n" + edges(plan, chains)
  }

  /// A node's name, with the number of the lane where there are several.
  private static func name(of member: Int, _ plan: PipelinePlan, _ chains: ChainPlan) -> String {
    let (node, lane) = chains.node(member)
    let lanes = chains.lanes(of: node)
    return plan.nodes[node].name + (lanes > 1 ? "[\(lane + 1)/\(lanes)]" : "")
  }

  private static func describe(_ function: FunctionPlan) -> String {
    let arguments = function.inputs.map(\.value) + function.constants.map(\.description)
    let call = "\(function.output) = \(function.reference.symbol)(\(arguments.joined(separator: ", ")))"
    let how = function.signature.form == .batch ? "once a batch" : "for each row"
    let nulls = function.rejectsNulls ? "a null argument rejects the row" : "a null argument gives null"
    return """
      function \(function.reference.symbol) of \(function.reference.file), in this process
          \(function.signature.declaration(of: function.reference.symbol)); called \(how)
          \(call); \(nulls)
      """
  }

  private static func describe(_ node: NodePlan, _ choice: LaneChoice) -> String {
    var text = "  \(node.kind.rawValue) \(node.name): "
    if let function = node.function {
      text += describe(function)
    } else if node.isOrdering {
      text += "order: event_time, rows wait for the watermark and leave by event time and id"
    } else {
      text += "\(node.reference.plugin)/\(node.reference.manifest.id)"
    }
    text += node.forwardsOnly && !node.isOrdering ? ", forwards rows as they are\n" : "\n"
    if let watermark = node.watermark {
      text += "    watermark: greatest event time - \(Quantities.duration(nanoseconds: watermark.delayNanoseconds))"
      if let every = watermark.periodicNanoseconds { text += ", moved every \(Quantities.duration(nanoseconds: every))" }
      if let idle = watermark.idleNanoseconds {
        text += "; it does not wait for a partition that is silent for \(Quantities.duration(nanoseconds: idle))"
      }
      text += "\n"
    }
    if let state = node.state {
      let keys = state.keys.map { " of \(Quantities.count($0, "key"))" } ?? ""
      text += "    state: \(Quantities.bytes(state.bytes))\(keys) at most, then \(state.whenFull.rawValue)\n"
    }
    let lanes = choice.lanes[node.index] ?? node.lanes
    if lanes > 1, node.kind == .source {
      let when = node.choosesLanes ? " once there is much to do" : ""
      text += "    \(lanes) threads decode its records\(when), this one among them; their order stays\n"
    } else if lanes > 1 {
      let keys = Set(node.laneKeys.map { $0.map { "'\($0.joined(separator: "', '"))'" } ?? "the event's key" }).sorted()
      text += "    \(lanes) lanes: rows are dealt by \(keys.joined(separator: " and "))\n"
    }
    if let reason = choice.reasons[node.index] { text += "    \(reason)\n" }
    if let port = node.reference.manifest.latePort { text += "    late rows leave by the port '\(port)'\n" }
    if let records = node.recordPlan, records.format == .frame {
      text += "    frames; columns: those that they come with\n"
    } else if let records = node.recordPlan {
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
    for (index, edge) in plan.edges.enumerated() {
      let from = plan.nodes[edge.from]
      let port =
        switch edge.outputPort {
        case .dead: ".dead"
        case .index(let number): from.outputPorts.count > 1 ? ".\(from.outputPorts[number])" : ""
        }
      let name = "\(from.name)\(port) -> \(plan.nodes[edge.to].name)"
      let buffers = chains.buffers(ofEdge: index)
      if let buffer = buffers.first {
        let bytes = Quantities.bytes(buffer.bytes)
        let target = buffer.targetNanoseconds.map { ", adaptive to \(Quantities.duration(nanoseconds: $0))" } ?? ""
        let credit = "\(Quantities.count(buffer.frames, "frame")) or \(bytes)\(target), then \(buffer.fallback)"
        let ring = buffers.count > 1 ? "\(buffers.count) rings" : "ring"
        table.add([name, ring + (buffer.drops ? ", arrival" : ""), credit, Quantities.bytes(chains.bytes(ofEdge: index))])
      } else {
        table.add([name, "call", "", "0 B"])
      }
    }
    return table.text + memory(chains.memory, limit: plan.maxMemoryBytes)
  }

  private static func memory(_ memory: MemoryPlan, limit: Int64?) -> String {
    let parts = [
      ("edges", memory.edges.reduce(0, +)), ("calls", memory.calls.reduce(0, +)), ("free frames", memory.pools.reduce(0, +)),
      ("retained batches", memory.retained),
    ]
    let sum = parts.map { "\($0.0) \(Quantities.bytes($0.1))" }.joined(separator: ", ")
    var text = "buffers hold \(Quantities.bytes(memory.boundBytes)) at most"
    text += limit.map { " (max_memory: \(Quantities.bytes(Int($0))))" } ?? ""
    text += ": \(sum)\n"
    if memory.largestFrameBytes < MemoryPlan.frameBytes {
      text += "to fit, a frame has \(Quantities.bytes(memory.largestFrameBytes)) at most and a record a quarter of that\n"
    }
    return text
  }
}
