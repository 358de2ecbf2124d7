import Engine
import Manifest
import PluginManifest

/// How many lanes the planner gives to the nodes that leave it to it, and why.
///
/// Each thread of a pipeline counts as a busy CPU, but for one that reads dead letters alone; what the machine has beyond that is
/// given away. Threads that decode for a source change no result and no order, so a source gets them unasked. Lanes of operators
/// change the order of rows of different keys, so those are for nodes with `lanes: auto` only. Nobody gets any where cores are so far
/// from each other that handing a record over costs half of what it costs to decode it.
public struct LaneChoice: Sendable, Equatable {
  /// For each node of the plan that leaves it to the planner.
  public private(set) var lanes: [Int: Int] = [:]
  /// The same nodes: a sentence.
  public private(set) var reasons: [Int: String] = [:]

  /// A source's thread cuts, sends on and runs what follows; with more threads than this it is what the others wait for.
  static let mostDecoders = 4
  /// What a record of JSON takes to decode, in ns: a round figure for records of a hundred bytes.
  static let recordNanoseconds: Int64 = 300
  /// Lines of a row's columns come over several at a time, so that a row of two lines takes this part of a round trip.
  static let roundTripsToRows: Int64 = 8

  /// `fits` says whether the memory of the pipeline allows the lanes.
  fileprivate init(_ plan: PipelinePlan, _ chains: ChainPlan, usable: Int, measure: () -> Cores, fits: ([Int: Int]) -> Bool) {
    let open = plan.nodes.filter(\.choosesLanes)
    for node in open {
      lanes[node.index] = 1
      reasons[node.index] = node.laneRefusal.map { "1 lane: \($0)" }
    }
    let candidates = open.filter { $0.laneRefusal == nil }
    guard !candidates.isEmpty else { return }
    let busy = Self.busyThreads(plan, chains)
    var free = usable - busy
    guard free > 0 else {
      say("1 lane: \(Quantities.count(usable, "CPU")), and \(Quantities.count(busy, "thread")) for them", candidates)
      return
    }
    guard let trip = measure().roundTripNanoseconds else {
      say("1 lane: no second core answered in time, so none is free", candidates)
      return
    }
    let cost = trip / Self.roundTripsToRows
    let measured = "a row takes about \(cost) ns to another core (\(trip) ns there and back)"
    guard 2 * cost <= Self.recordNanoseconds else {
      say("1 lane: \(measured), too much beside \(Self.recordNanoseconds) ns to decode it", candidates)
      return
    }
    var hasGiven = true
    while hasGiven, free > 0 {
      hasGiven = false
      for node in candidates.filter({ $0.kind == .source }) + candidates.filter({ $0.kind != .source }) {
        let now = lanes[node.index]!
        // The first further lane of an operator takes it off its thread, and so needs two.
        let price = node.kind != .source && now == 1 ? 2 : 1
        guard price <= free, now < (node.kind == .source ? Self.mostDecoders : LaneCount.most) else { continue }
        var more = lanes
        more[node.index] = now + 1
        guard fits(more) else { continue }
        lanes = more
        free -= price
        hasGiven = true
      }
    }
    let machine = "\(Quantities.count(usable, "CPU")), \(Quantities.count(busy, "thread")) without lanes"
    for node in candidates {
      let count = lanes[node.index]!
      let why =
        free == 0
        ? "the others are given away"
        : node.kind == .source || free > 1 ? "max_memory leaves no room" : "two lanes would need two threads more"
      reasons[node.index] = count > 1 ? "\(count) lanes: \(machine); \(measured)" : "1 lane: \(machine), and \(why)"
    }
  }

  private mutating func say(_ reason: String, _ nodes: [NodePlan]) { for node in nodes { reasons[node.index] = reason } }

  /// Threads that have something to do all along: not those that wait for rows that were refused.
  private static func busyThreads(_ plan: PipelinePlan, _ chains: ChainPlan) -> Int {
    let helpers = plan.nodes.reduce(0) { $0 + ($1.kind == .source ? $1.lanes - 1 : 0) }
    let waiting = chains.chains.count { members in
      let (head, _) = chains.node(members[0])
      let edges = plan.edges(into: head)
      return !edges.isEmpty && edges.allSatisfy { $0.outputPort == .dead }
    }
    return chains.chains.count - waiting + helpers
  }
}

extension GraphSpec {
  /// The graph with the lanes that were chosen; threads that decode for a source begin once it is busy.
  func with(_ lanes: [Int: Int]) -> GraphSpec {
    var graph = self
    for (index, count) in lanes where count > 1 {
      graph.nodes[index].lanes = count
      graph.nodes[index].lanesWhenBusy = graph.nodes[index].kind == .source
    }
    return graph
  }
}

extension ManifestLoader {
  /// Decides on the lanes that the manifest leaves open, for so many CPUs; without a number, for those of this machine.
  public func chooseLanes(_ graph: GraphSpec, _ plan: PipelinePlan, cpus: Int?) -> (graph: GraphSpec, choice: LaneChoice) {
    let usable = cpus ?? Cores.usable
    return chooseLanes(graph, plan, usable: usable) { Cores.measure(usable: usable) }
  }

  /// The same for a machine that was measured.
  package func chooseLanes(_ graph: GraphSpec, _ plan: PipelinePlan, _ cores: Cores) -> (graph: GraphSpec, choice: LaneChoice) {
    chooseLanes(graph, plan, usable: cores.usable) { cores }
  }

  private func chooseLanes(
    _ graph: GraphSpec, _ plan: PipelinePlan, usable: Int, measure: () -> Cores
  ) -> (graph: GraphSpec, choice: LaneChoice) {
    let choice = LaneChoice(plan, ChainPlan(graph), usable: usable, measure: measure) { lanes in
      guard let limit = graph.maxMemoryBytes else { return true }
      var unbounded = graph.with(lanes)
      unbounded.maxMemoryBytes = nil
      return ChainPlan(unbounded).boundBytes <= limit
    }
    return (graph.with(choice.lanes), choice)
  }
}
