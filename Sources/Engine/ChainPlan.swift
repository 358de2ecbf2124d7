import Rings

/// Which nodes run on which thread, and which edges need a queue for it.
///
/// Nodes fuse: a node joins the chain of its inputs when all of them come from one chain. It starts a chain of its own, with a ring
/// on each input, only where it must: a source, inputs from several threads, a component that may block, a queue that the manifest
/// asks for. A call costs nanoseconds; handing an event to another core costs more than most operators do.
public struct ChainPlan: Sendable, Equatable {
  /// Calls nest along a chain; beyond this depth a ring is put in.
  public static let maxDepth = 256

  /// Node indices of each chain in topological order; the first is its head.
  public private(set) var chains: [[Int]] = []
  /// Chain of each node.
  public private(set) var chainOfNode: [Int] = []
  /// For each edge, the queue that it has between two threads; nil = a direct call.
  public private(set) var buffers: [NodeSpec.Buffer?] = []
  /// Why each node does not share a chain with what feeds it; nil = it does.
  public private(set) var reasons: [String?] = []

  public init(_ graph: GraphSpec) {
    var depth: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      let feeders = graph.edges.filter { $0.to == index }.map(\.from)
      let reason = Self.reasonToSplit(node, feeders: feeders, chains: chainOfNode, depth: depth)
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
      buffers.append(direct ? nil : graph.nodes[edge.to].buffer ?? NodeSpec.Buffer())
    }
    if let limit = graph.maxMemoryBytes { shrink(to: limit) }
  }

  private static func reasonToSplit(_ node: NodeSpec, feeders: [Int], chains: [Int], depth: [Int]) -> String? {
    if feeders.isEmpty { return "source" }
    if node.blocking { return "may block" }
    if node.buffer != nil { return "buffer asked for" }
    if Set(feeders.map { chains[$0] }).count > 1 { return "inputs from several threads" }
    if feeders.contains(where: { depth[$0] >= maxDepth }) { return "chain of \(maxDepth) nodes" }
    return nil
  }

  /// Least byte credit that an edge is shrunk to.
  public static let leastBufferBytes = 64 << 10

  /// Bytes that the queues hold at most, what a call in progress may push beyond its credit included.
  public var boundBytes: Int { buffers.reduce(0) { $0 + ($1.map { $0.bytes + FrameRing.overdraftBytes } ?? 0) } }

  /// Gives every edge its least credit and its share of what is left of `limit`, when together they ask for more. What does not
  /// fit even so stays too much: compare `boundBytes`.
  private mutating func shrink(to limit: Int) {
    let least = buffers.reduce(0) { $0 + ($1.map { min($0.bytes, Self.leastBufferBytes) + FrameRing.overdraftBytes } ?? 0) }
    let asked = boundBytes - least
    let free = max(limit - least, 0)
    guard asked > free else { return }
    for index in buffers.indices {
      guard let bytes = buffers[index]?.bytes else { continue }
      let base = min(bytes, Self.leastBufferBytes)
      buffers[index]?.bytes = base + Int(Double(bytes - base) / Double(asked) * Double(free))
    }
  }
}
