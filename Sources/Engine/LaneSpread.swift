/// A graph in which every node with lanes stands as many times as it has lanes, and which of its nodes and edges came from which.
///
/// Lane i of a node is fed by an exchange, which deals rows by their keys; or by lane i of the node before, where that has as many
/// lanes by the same key and passes rows on as they are.
struct LaneSpread {
  private(set) var graph: GraphSpec
  private(set) var map = LaneMap()

  init(_ whole: GraphSpec) {
    graph = whole
    graph.nodes.removeAll()
    graph.edges.removeAll()
    for (index, node) in whole.nodes.enumerated() {
      map.first.append(graph.nodes.count)
      for lane in 0..<Self.instances(node) {
        var one = node
        one.lane = lane
        graph.nodes.append(one)
        map.node.append(index)
      }
    }
    for edge in whole.edges { spread(edge, whole) }
  }

  /// The lanes of a source are threads that work for one instance.
  private static func instances(_ node: NodeSpec) -> Int { node.kind == .source ? 1 : max(node.lanes, 1) }

  private mutating func spread(_ edge: EdgeSpec, _ whole: GraphSpec) {
    map.edges.append([])
    let (from, to) = (whole.nodes[edge.from], whole.nodes[edge.to])
    let isAligned = Self.areAligned(from, to, edge)
    for source in 0..<Self.instances(from) {
      for target in isAligned ? source..<source + 1 : 0..<Self.instances(to) {
        var one = edge
        one.from = map.first[edge.from] + source
        one.to = map.first[edge.to] + target
        one.dealing = isAligned || to.lanes <= 1 ? nil : to.laneKeys[edge.input]
        map.edges[map.edges.count - 1].append(graph.edges.count)
        graph.edges.append(one)
      }
    }
  }

  /// True when the rows of a lane are all of the same lane of the next node.
  private static func areAligned(_ from: NodeSpec, _ to: NodeSpec, _ edge: EdgeSpec) -> Bool {
    guard instances(from) > 1, from.lanes == to.lanes, from.forwardsOnly, edge.output != EdgeSpec.dead else { return false }
    return Set(from.laneKeys) == [to.laneKeys[edge.input]]
  }
}

/// Which node and edge of a graph each of its spread form came from. Numbers are places in the lists of the graphs.
struct LaneMap: Sendable, Equatable {
  /// For each node with all of its lanes: the first of them.
  fileprivate(set) var first: [Int] = []
  /// For each lane of a node: the node.
  fileprivate(set) var node: [Int] = []

  /// For each edge: those between lanes that it stands for.
  fileprivate(set) var edges: [[Int]] = []

  /// The lanes of a node.
  func lanes(of node: Int) -> Range<Int> { first[node]..<(node + 1 < first.count ? first[node + 1] : self.node.count) }
  /// The edges between lanes that an edge stands for.
  func edges(of edge: Int) -> [Int] { edges[edge] }
}

extension Int {
  /// What each of `parts` gets where all of them together get at least this much.
  func dividedRoundingUp(by parts: Int) -> Int { (self - 1) / parts + 1 }
}
