/// Where event time stands in a pipeline: the watermarks of its nodes, and of all that they are made of.
public struct EventTimes: Sendable, Equatable {
  /// What part an input or a partition has in the minimum.
  public enum Standing: Int, Sendable {
    /// It counts.
    case busy
    /// It counts from its next row or watermark on.
    case idle
    case ended
  }

  public struct Partition: Sendable, Equatable {
    public var number: UInt32
    /// A file, a peer, as the source says it.
    public var name: String?
    /// Nanoseconds since the epoch; nil = none yet.
    public var watermark: Int64?
    public var standing: Standing
    /// Rows that were behind it.
    public var lateRows: UInt64

    public init(number: UInt32, name: String? = nil, watermark: Int64?, standing: Standing, lateRows: UInt64 = 0) {
      self.number = number
      self.name = name
      self.watermark = watermark
      self.standing = standing
      self.lateRows = lateRows
    }
  }

  public struct Input: Sendable, Equatable {
    /// Number of the node that it comes from.
    public var from: Int
    public var watermark: Int64?
    public var standing: Standing

    public init(from: Int, watermark: Int64?, standing: Standing) {
      self.from = from
      self.watermark = watermark
      self.standing = standing
    }
  }

  /// Of a source's late rows.
  public struct Lateness: Sendable, Equatable {
    public var rows: UInt64 = 0
    /// Nanoseconds; at most 25 % above the true ones.
    public var p50: Int64 = 0, p99: Int64 = 0
    public var greatest: Int64 = 0
  }

  public struct Node: Sendable, Equatable {
    public var name: String
    public var isSource = false
    /// What it was sent; of a source what it has sent.
    public var watermark: Int64?
    /// What it has sent on: less than what it was sent where it holds rows back.
    public var sent: Int64?
    public var hasEnded = false
    public var inputs: [Input] = []
    /// Those of a source that have had a row, or that it named.
    public var partitions: [Partition] = []
    public var lateness = Lateness()
    public init(name: String) { self.name = name }
  }

  public var nodes: [Node] = []
  public init(nodes: [Node] = []) { self.nodes = nodes }

  /// A time in a counter; the least one stands for none.
  static func time(_ word: UInt64) -> Int64? {
    let time = Int64(bitPattern: word)
    return time == .min ? nil : time
  }
}

extension EventTimes {
  /// Who holds a node's watermark where it is.
  public struct Hold: Sendable, Equatable, Hashable {
    /// The node at fault: a source, or an operator that holds its output back.
    public var node: Int
    /// Number among the partitions of the source; nil = the source has none yet, or it is an operator.
    public var partition: Int?

    public init(node: Int, partition: Int? = nil) {
      self.node = node
      self.partition = partition
    }
  }

  /// What a watermark waits for.
  public struct Why: Sendable, Equatable {
    public var hold: Hold
    /// Where it stands; nil = nowhere yet.
    public var watermark: Int64?
    /// How far the foremost of those that also count is ahead of it; nil = there is none, or one of both stands nowhere yet.
    public var behind: Int64?
    /// Others count in the minimum beside it, and are further.
    public var holdsOthers: Bool

    public init(hold: Hold, watermark: Int64? = nil, behind: Int64? = nil, holdsOthers: Bool = false) {
      self.hold = hold
      self.watermark = watermark
      self.behind = behind
      self.holdsOthers = holdsOthers
    }
  }

  /// Why the watermark of a node is not further: the least input's least input, and so on to the partition. nil = all are idle or
  /// have ended.
  public func why(node start: Int) -> Why? {
    var at = start
    var foremost: Int64?
    var holdsOthers = false
    func pass<T>(_ all: [T], _ watermark: (T) -> Int64?, _ counts: (T) -> Bool) -> Int? {
      let counting = all.indices.filter { counts(all[$0]) }
      guard let least = counting.min(by: { watermark(all[$0]) ?? .min < watermark(all[$1]) ?? .min }) else { return nil }
      let others = counting.filter { watermark(all[$0]) ?? .min > watermark(all[least]) ?? .min }
      if let best = others.compactMap({ watermark(all[$0]) }).max() {
        foremost = max(foremost ?? .min, best)
        holdsOthers = true
      }
      return least
    }
    func found(_ hold: Hold, _ watermark: Int64?) -> Why {
      let behind = foremost.flatMap { best in watermark.map { best.subtractingReportingOverflow($0) } }
      return Why(
        hold: hold, watermark: watermark, behind: behind.map { $0.overflow ? .max : max($0.partialValue, 0) },
        holdsOthers: holdsOthers)
    }
    while true {
      let node = nodes[at]
      if node.isSource {
        guard !node.partitions.isEmpty else { return node.hasEnded ? nil : found(Hold(node: at), node.sent) }
        guard let least = pass(node.partitions, \.watermark, { $0.standing == .busy }) else { return nil }
        return found(Hold(node: at, partition: least), node.partitions[least].watermark)
      }
      if at != start, let reached = node.watermark, node.sent ?? .min < reached { return found(Hold(node: at), node.sent) }
      guard let least = pass(node.inputs, \.watermark, { $0.standing == .busy }) else { return nil }
      at = node.inputs[least].from
    }
  }
}
