import Engine
import PluginHost
import PluginManifest

/// The books of a run, for people and for programs.
public struct BooksReport {
  public let pipeline: String
  public let books: Books
  public let elapsedNanoseconds: Int64
  public let cpuNanoseconds: Int64

  /// Rows that sources sent and records that they rejected: what was read.
  public var rowsRead: UInt64 {
    books.nodes.filter { $0.rowsIn == 0 }.reduce(0) { $0 + ($1.out.first?.rows ?? 0) + $1.rejected }
  }

  /// A table of nodes, what was dropped on edges, and the line that says whether the books hold.
  public var text: String {
    var table = TextTable(["node", "in", "taken", "late", "rejected", "error %", "out"], right: [1, 2, 3, 4, 5])
    for node in books.nodes {
      let outs = node.out.filter { $0.rows > 0 || $0.name == "out" }.map { "\($0.name) \(Quantities.grouped($0.rows))" }
      table.add([
        node.name, Quantities.grouped(node.rowsIn), Quantities.grouped(node.taken), Quantities.grouped(node.late),
        Quantities.grouped(node.rejected), Quantities.fixed(node.errorPercent, 2), outs.joined(separator: ", "),
      ])
    }
    return table.text + lines.filter { $0.node == nil }.map { $0.text + "\n" }.joined()
  }

  /// The same as lines of a log: one a node, then what was dropped on edges, then whether the books hold.
  public var lines: [(node: String?, text: String)] {
    var lines: [(node: String?, text: String)] = books.nodes.map { node in
      let outs = node.out.map { ", \($0.name) \($0.rows)" }.joined()
      return (node.name, "in \(node.rowsIn), taken \(node.taken), late \(node.late), rejected \(node.rejected)\(outs)")
    }
    for edge in books.edges where edge.dropped + edge.queued > 0 {
      lines.append((nil, Self.losses(edge)))
    }
    for node in books.nodes where node.mismatches > 0 {
      let what = node.mismatches == 1 ? "value did not fit its column" : "values did not fit their column"
      lines.append((nil, "\(node.name): \(Quantities.grouped(node.mismatches)) \(what) and stayed in the rest"))
    }
    for node in books.nodes where node.expressionErrors > 0 {
      let rows = Quantities.count(Int(clamping: node.expressionErrors), "row")
      lines.append((nil, "\(node.name): expressions erred for \(rows)"))
    }
    for node in books.nodes where node.leftOut > 0 {
      let values = Quantities.count(Int(clamping: node.leftOut), "value")
      lines.append((nil, "\(node.name): results leave out \(values) that they cannot take"))
    }
    for node in books.nodes where node.retries + node.restarts > 0 {
      let calls = "\(Quantities.grouped(node.retries)) \(node.retries == 1 ? "call" : "calls") repeated"
      lines.append((nil, "\(node.name): \(calls), \(node.restarts) \(node.restarts == 1 ? "restart" : "restarts")"))
    }
    let seconds = Double(elapsedNanoseconds) / 1e9
    let rate = seconds > 0 ? Double(rowsRead) / seconds : 0
    let read = "\(Quantities.grouped(rowsRead)) \(rowsRead == 1 ? "row" : "rows")"
    let times = "\(Quantities.short(rate))/s, \(Quantities.duration(nanoseconds: cpuNanoseconds)) of CPU"
    let wrong = books.discrepancies()
    let verdict = wrong.isEmpty ? "the books hold to the row" : "THE BOOKS ARE OFF:"
    lines.append((nil, "\(read) in \(Quantities.duration(nanoseconds: elapsedNanoseconds)) (\(times)); \(verdict)"))
    return lines + wrong.map { (nil, "  \($0)") }
  }

  /// What an edge dropped: rows with their share, frames that were dropped whole, how thin a sample became.
  private static func losses(_ edge: Books.Edge) -> String {
    let percent = Quantities.fixed(edge.droppedPercent, 2)
    var text =
      "\(edge.name): dropped \(Quantities.grouped(edge.dropped)) of \(Quantities.grouped(edge.pushed)) rows (\(percent) %)"
    if edge.droppedFrames > 0 { text += ", \(Quantities.count(Int(clamping: edge.droppedFrames), "frame")) whole" }
    if let share = edge.leastShare { text += ", sampled down to \(Quantities.fixed(share * 100, 2)) %" }
    return text + (edge.queued > 0 ? ", queued \(Quantities.grouped(edge.queued))" : "")
  }

  /// One JSON object on one line.
  public var json: String {
    func number(_ value: UInt64) -> ConfigValue { .int(Int64(clamping: value)) }
    let nodes = books.nodes.map { node in
      var entries: [ConfigValue.Entry] = [
        .init("name", .string(node.name)), .init("in", number(node.rowsIn)), .init("taken", number(node.taken)),
        .init("late", number(node.late)), .init("rejected", number(node.rejected)), .init("pending", number(node.pending)),
        .init("mismatches", number(node.mismatches)), .init("expression_errors", number(node.expressionErrors)),
        .init("left_out", number(node.leftOut)), .init("restarts", number(node.restarts)),
        .init("retries", number(node.retries)),
        .init("error_percent", .double((node.errorPercent * 100).rounded() / 100)),
        .init("out", .map(node.out.map { .init($0.name, number($0.rows)) })),
      ]
      if !node.laneRows.isEmpty { entries.append(.init("lanes", .list(node.laneRows.map(number)))) }
      return ConfigValue.map(entries)
    }
    let edges = books.edges.map { edge in
      var entries: [ConfigValue.Entry] = [
        .init("name", .string(edge.name)), .init("pushed", number(edge.pushed)), .init("popped", number(edge.popped)),
        .init("dropped", number(edge.dropped)), .init("queued", number(edge.queued)),
      ]
      if let policy = edge.policy { entries.append(.init("when_full", .string(policy))) }
      if edge.dropped > 0 {
        entries.append(.init("dropped_frames", number(edge.droppedFrames)))
        entries.append(.init("dropped_percent", .double(edge.droppedPercent)))
      }
      if let share = edge.leastShare { entries.append(.init("least_share", .double(share))) }
      if let credit = edge.creditBytes { entries.append(.init("credit_bytes", .int(Int64(credit)))) }
      return ConfigValue.map(entries)
    }
    return ConfigValue.map([
      .init("pipeline", .string(pipeline)), .init("rows_read", number(rowsRead)),
      .init("elapsed_seconds", .double(Double(elapsedNanoseconds) / 1e9)),
      .init("cpu_seconds", .double(Double(cpuNanoseconds) / 1e9)),
      .init("balanced", .bool(books.discrepancies().isEmpty)), .init("nodes", .list(nodes)), .init("edges", .list(edges)),
    ]).json
  }
}
