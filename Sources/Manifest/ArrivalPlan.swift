import PluginManifest

/// The nodes of a plan whose results depend on when rows arrive, and not on the rows of each partition alone.
///
/// What makes them so are the host's clock (`periodic`, `idle`, processing time), edges that drop rows, and, over several partitions,
/// operators that take rows in the order in which they meet, and aggregates in which that order shows. All that is below such a
/// node is like it.
public struct ArrivalPlan: Sendable {
  /// Why a node is among them.
  private enum Why {
    /// Itself, or an edge before it; `partitions`: only where this one source has several.
    case own(String, partitions: String?)
    /// What it reads: the node that is the cause.
    case above(Int, partitions: String?)
    case drops
  }

  private let plan: PipelinePlan
  private var reasons: [Int: Why] = [:]

  /// - Parameters:
  ///   - lanes: of nodes, by number, for which the planner decided on them.
  ///   - drops: true for the edges, by number, that may drop rows.
  public init(_ plan: PipelinePlan, lanes: [Int: Int] = [:], drops: (Int) -> Bool) {
    self.plan = plan
    /// Per node, the sources whose rows reach it.
    var sources: [Set<Int>] = plan.nodes.map { $0.kind == .source ? [$0.index] : [] }
    for node in plan.nodes {
      var inherited: Why?
      for (index, edge) in plan.edges.enumerated() where edge.to == node.index {
        sources[node.index].formUnion(sources[edge.from])
        // Results of several lanes meet as rows of several sources do; those of a source are put in order again.
        let from = plan.nodes[edge.from]
        if from.kind != .source, lanes[edge.from] ?? from.lanes > 1 { sources[node.index].insert(-1 - edge.from) }
        let why: Why? = drops(index) ? .drops : below(edge.from)
        if rank(why) > rank(inherited) { inherited = why }
      }
      let own = self.own(node, sources[node.index])
      if let why = rank(own) >= rank(inherited) ? own : inherited { reasons[node.index] = why }
    }
  }

  /// A sentence about a node's results; nil when they depend on the rows alone.
  public func sentence(of node: Int) -> String? {
    switch reasons[node] {
    case .own(let reason, nil): "results depend on arrival: \(reason)"
    case .own(let reason, let source?): "over several partitions of '\(source)' results depend on arrival: \(reason)"
    case .above(let cause, nil): "results depend on arrival: those of '\(plan.nodes[cause].name)' do"
    case .above(let cause, let source?):
      "over several partitions of '\(source)' results depend on arrival: those of '\(plan.nodes[cause].name)' do"
    case .drops: "results depend on arrival: an edge before it may drop rows"
    case nil: nil
    }
  }

  // MARK: Reasons

  private func below(_ node: Int) -> Why? {
    switch reasons[node] {
    case .own(_, let partitions): .above(node, partitions: partitions)
    case let why: why
    }
  }

  /// What is always so says more than what may be.
  private func rank(_ why: Why?) -> Int {
    switch why {
    case nil: 0
    case .own(_, _?), .above(_, _?): 1
    case .above(_, nil): 2
    case .own(_, nil): 3
    case .drops: 4
    }
  }

  private func own(_ node: NodePlan, _ sources: Set<Int>) -> Why? {
    if node.kind == .source { return Self.clock(node.watermark).map { .own($0, partitions: nil) } }
    var found: Why?
    // What is taken in the order of event times meets in one order however it comes; of several inputs each has its own.
    let isOrdered = node.order != nil && node.inputs.count == 1
    func add(_ reason: String, overPartitions: Bool) {
      if overPartitions, isOrdered { return }
      let isOne = overPartitions && sources.count == 1
      let why = Why.own(reason, partitions: isOne ? sources.first.map { plan.nodes[max($0, -1 - $0)].name } : nil)
      if !overPartitions || !sources.isEmpty, rank(why) > rank(found) { found = why }
    }
    for arrival in node.reference.manifest.arrival ?? [] where arrival.condition.holds(in: node.config) {
      add(arrival.reason, overPartitions: arrival.partitions == true)
    }
    func functions(_ order: AggregateFunction.Order) -> String? {
      let names = node.orderedAggregates.filter { $0.order == order }.map(\.function)
      return names.isEmpty ? nil : names.joined(separator: ", ")
    }
    if let names = functions(.rows) { add("the last place of \(names) is by the order of rows", overPartitions: true) }
    if let names = functions(.ties), sources.contains(where: { $0 >= 0 && !numbersRows(plan.nodes[$0]) }) {
      add("the order of rows with equal time and id shows in \(names)", overPartitions: true)
    }
    return found
  }

  /// The host gives each row of the source an id of its own.
  private func numbersRows(_ source: NodePlan) -> Bool {
    source.recordPlan.map { $0.format != .frame && !$0.columns.contains { $0.role == .id } } ?? false
  }

  private static func clock(_ watermark: WatermarkPolicy?) -> String? {
    if watermark?.periodicNanoseconds != nil { return "its watermark moves by the clock (periodic)" }
    if watermark?.idleNanoseconds != nil { return "the clock tells when its watermark stops waiting for a partition (idle)" }
    return nil
  }
}
