/// The rows of a pipeline, counted where they pass: nothing is lost that is not in here.
public struct Books: Sendable, Equatable {
  /// Rows of one node: `in = taken + late + rejected + pending`.
  public struct Node: Sendable, Equatable {
    public var name: String
    /// Rows come from outside; what it rejects never became a row.
    public var isSource = false
    public var rowsIn: UInt64 = 0
    public var taken: UInt64 = 0
    public var late: UInt64 = 0
    /// Sent to the dead-letter port. For a source: records that never became a row.
    public var rejected: UInt64 = 0
    /// Handed to a call that has not returned.
    public var pending: UInt64 = 0
    /// Values that did not fit their column and stayed in the rest (sources).
    public var mismatches: UInt64 = 0
    /// Rows for which an expression erred; a row counts once for each.
    public var expressionErrors: UInt64 = 0
    /// Values that the component could not take, such as a text in a sum; one counts for each result that it is left out of.
    public var leftOut: UInt64 = 0
    /// Rows out, per port; the dead-letter port is last.
    public var out: [Port] = []
    /// Rows in of each lane; none where there are no lanes.
    public var laneRows: [UInt64] = []
    /// Instances that were made anew after a failure.
    public var restarts: UInt64 = 0
    /// Calls that were made again after a failure.
    public var retries: UInt64 = 0
    public init(name: String) { self.name = name }

    /// Share of the rows that were rejected, in percent of what came in (of what was read, for a source).
    public var errorPercent: Double {
      let seen = rowsIn + (rowsIn == 0 ? rejected + (out.first?.rows ?? 0) : 0)
      return seen == 0 ? 0 : Double(rejected) * 100 / Double(seen)
    }
  }
  public struct Port: Sendable, Equatable {
    public var name: String
    public var rows: UInt64
    public var frames: UInt64
  }
  /// Rows of one edge: `pushed = popped + dropped + queued`.
  public struct Edge: Sendable, Equatable {
    /// `node.port -> node.port`.
    public var name: String
    public var pushed: UInt64 = 0
    public var popped: UInt64 = 0
    public var dropped: UInt64 = 0
    public var queued: UInt64 = 0
    public var queuedFrames: UInt64 = 0
    public var capacityFrames: Int?
    /// Frames that the edge's policy dropped whole.
    public var droppedFrames: UInt64 = 0
    /// What happens when the edge is full; nil = it is a call.
    public var policy: String?
    /// Smallest share of its rows that a frame was sampled down to; nil = none was.
    public var leastShare: Double?
    /// Bytes that may wait now, where that changes.
    public var creditBytes: Int?
    /// Number of the node that it leaves, of its output port, and of the node that it leads to.
    public var from = 0, output = 0, to = 0
    public init(name: String) { self.name = name }

    /// Share of the rows that were dropped, in percent of what was pushed.
    public var droppedPercent: Double { pushed == 0 ? 0 : Double(dropped) * 100 / Double(pushed) }
  }
  public var nodes: [Node] = []
  public var edges: [Edge] = []
  /// No thread works any more: nothing may be queued or pending.
  public var hasEnded = false
  public init() {}

  /// What does not add up, a sentence each; empty when every row is accounted for. Exact once the pipeline has ended: while it
  /// runs the counters are read one after the other.
  public func discrepancies() -> [String] {
    var found: [String] = []
    for node in nodes where !node.isSource && node.rowsIn != node.taken + node.late + node.rejected + node.pending {
      found.append(
        "node \(node.name): in \(node.rowsIn) != taken \(node.taken) + late \(node.late) + rejected \(node.rejected)"
          + " + pending \(node.pending)")
    }
    for edge in edges where edge.pushed != edge.popped + edge.dropped + edge.queued {
      found.append(
        "edge \(edge.name): pushed \(edge.pushed) != popped \(edge.popped) + dropped \(edge.dropped) + queued \(edge.queued)")
    }
    return found + (hasEnded ? atTheEnd() : [])
  }

  /// An instance failed, and nothing reads the rows that went down with it.
  public var hasLostRows: Bool {
    nodes.enumerated().contains { index, node in
      node.restarts > 0 && node.rejected > 0 && !edges.contains { $0.from == index && $0.output == node.out.count - 1 }
    }
  }

  /// What has to hold besides when no thread works any more.
  private func atTheEnd() -> [String] {
    var found: [String] = []
    var arrived = [UInt64](repeating: 0, count: nodes.count)
    for edge in edges {
      arrived[edge.to] += edge.popped
      let sent = nodes[edge.from].out[edge.output].rows
      if edge.pushed != sent { found.append("edge \(edge.name): pushed \(edge.pushed) of the \(sent) rows of its port") }
      if edge.queued != 0 { found.append("edge \(edge.name): \(edge.queued) rows are still queued") }
    }
    for (node, rows) in zip(nodes, arrived) {
      if node.pending != 0 { found.append("node \(node.name): \(node.pending) rows are still pending") }
      if node.rowsIn != rows { found.append("node \(node.name): in \(node.rowsIn), but its edges brought \(rows)") }
    }
    return found
  }
}
