import PluginManifest
import Rings

/// Which nodes run on which thread, and which edges need a queue for it.
///
/// Nodes fuse: a node joins the chain of its inputs when all of them come from one chain. It starts a chain of its own, with a ring
/// on each input, only where it must: a source, inputs from several threads, a component that may block, a queue that the manifest
/// asks for. A call costs nanoseconds; handing an event to another core costs more than most operators do. Nodes with lanes stand in
/// here once for each lane: numbers of nodes and edges are those of the lanes, and `node`, `lane` and `buffer(ofEdge:)` lead back.
public struct ChainPlan: Sendable, Equatable {
  /// Calls nest along a chain; beyond this depth a ring is put in.
  public static let maxDepth = 256

  /// Node indices of each chain in topological order; the first is its head.
  public private(set) var chains: [[Int]] = []
  /// Chain of each node.
  public private(set) var chainOfNode: [Int] = []
  /// For each edge, the queue that it has between two threads; nil = a direct call.
  public private(set) var buffers: [EdgeBuffer?] = []
  /// Why each node does not share a chain with what feeds it; nil = it does.
  public private(set) var reasons: [String?] = []
  /// What all frames together may take.
  public private(set) var memory: MemoryPlan
  /// Chains that an adaptive edge leaves.
  private var adaptiveChains: Set<Int> = []
  /// For each chain, threads that decode for its source.
  private var helpers: [Int] = []
  /// Which lane is of which node.
  let map: LaneMap

  public init(_ graph: GraphSpec) { self.init(LaneSpread(graph)) }

  init(_ spread: LaneSpread) {
    let graph = spread.graph
    map = spread.map
    memory = MemoryPlan(.init(buffers: [], chains: []), limit: nil)
    var depth: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      let edges = graph.edges.filter { $0.to == index }
      let feeders = edges.map(\.from)
      let isDealt = edges.contains { $0.dealing != nil }
      let reason =
        isDealt
        ? "a lane of \(node.lanes), by key"
        : Self.reasonToSplit(node, feeders: feeders, chains: chainOfNode, depth: depth)
      reasons.append(reason)
      depth.append((feeders.map { depth[$0] }.max() ?? 0) + 1)
      if reason == nil, let first = feeders.first {
        chainOfNode.append(chainOfNode[first])
        chains[chainOfNode[first]].append(index)
      } else {
        depth[index] = 1
        chainOfNode.append(chains.count)
        chains.append([index])
      }
    }
    for edge in graph.edges {
      let direct = chainOfNode[edge.from] == chainOfNode[edge.to]
      buffers.append(direct ? nil : edge.buffer ?? graph.nodes[edge.to].buffer ?? EdgeBuffer())
      if buffers.last??.targetNanoseconds != nil { adaptiveChains.insert(chainOfNode[edge.from]) }
    }
    let demand = demand(of: graph)
    helpers = demand.chains.map(\.helpers)
    memory = MemoryPlan(demand, limit: graph.maxMemoryBytes)
    for (index, credit) in memory.credits.enumerated() { if let credit { buffers[index]?.bytes = credit } }
  }

  private func demand(of graph: GraphSpec) -> MemoryPlan.Demand {
    var demand = MemoryPlan.Demand(
      buffers: buffers, chains: chains.map { _ in (crossing: false, reads: false, makes: false, helpers: 0) })
    for (node, chain) in zip(graph.nodes, chainOfNode) where node.kind == .source && node.lanes > 1 {
      demand.chains[chain].helpers += node.lanes - 1
    }
    for (edge, buffer) in zip(graph.edges, buffers) {
      // Whoever has a reader at its dead-letter port makes frames for it; of the others, those that do not only forward.
      let from = graph.nodes[edge.from]
      if edge.output == EdgeSpec.dead || !from.forwardsOnly { demand.chains[chainOfNode[edge.from]].makes = true }
      guard buffer != nil else { continue }
      demand.chains[chainOfNode[edge.from]].crossing = true
      demand.chains[chainOfNode[edge.to]].reads = true
    }
    // Few rows of a frame that is forwarded to another thread are copied.
    for index in demand.chains.indices where demand.chains[index].crossing { demand.chains[index].makes = true }
    return demand
  }

  private static func reasonToSplit(_ node: NodeSpec, feeders: [Int], chains: [Int], depth: [Int]) -> String? {
    if feeders.isEmpty { return "source" }
    if node.blocking { return "may block" }
    if node.buffer != nil { return "buffer asked for" }
    if Set(feeders.map { chains[$0] }).count > 1 { return "inputs from several threads" }
    if feeders.contains(where: { depth[$0] >= maxDepth }) { return "chain of \(maxDepth) nodes" }
    return nil
  }

  /// Which node of the graph one of a chain is, and which lane of it.
  public func node(_ member: Int) -> (index: Int, lane: Int) { (map.node[member], member - map.first[map.node[member]]) }

  /// Lanes of a node of the graph.
  public func lanes(of node: Int) -> Int { map.lanes(of: node).count }

  /// The queues that an edge of the graph stands for: as many as there are lanes; none where it is a call.
  public func buffers(ofEdge edge: Int) -> [EdgeBuffer] { map.edges(of: edge).compactMap { buffers[$0] } }

  /// What may wait on all of them.
  public func bytes(ofEdge edge: Int) -> Int { map.edges(of: edge).reduce(0) { $0 + memory.edges[$1] } }

  /// Threads that make frames for a chain: its own, and those that decode for its source.
  func threads(ofChain chain: Int) -> Int { helpers[chain] + 1 }

  /// True when the frames that a node makes may go to an adaptive edge.
  func feedsAdaptiveEdge(_ node: Int) -> Bool { adaptiveChains.contains(chainOfNode[node]) }

  /// What frames may take at most; see `MemoryPlan`.
  public var boundBytes: Int { memory.boundBytes }
}
