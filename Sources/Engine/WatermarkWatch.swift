/// Notices who holds a watermark back, and for how long. Pure: it is shown the times and the clock.
public struct WatermarkWatch: Sendable {
  /// How long an input may hold the others back before it is named.
  public static let patienceNanoseconds: Int64 = 60_000_000_000

  /// An input, or a partition of a source, that the others of a node have waited for.
  public struct Delay: Sendable, Equatable {
    /// The node whose minimum it is, and the number of the input or partition there.
    public var node: Int
    public var input: Int
    /// So far, ns.
    public var nanoseconds: Int64

    public init(node: Int, input: Int, nanoseconds: Int64) {
      self.node = node
      self.input = input
      self.nanoseconds = nanoseconds
    }
  }

  private struct Place: Hashable {
    var node: Int
    var input: Int
  }

  private struct Standstill {
    var watermark: Int64?
    var since: Int64
    var isTold = false
  }

  private var standstills: [Place: Standstill] = [:]
  private var held: [Place: Int64] = [:]
  private var lastLook: Int64?

  public init() {}

  /// Looks at the times: gives those that have held others back for long enough to be named, each once until it moves.
  public mutating func look(_ times: EventTimes, now: Int64) -> [Delay] {
    var found: [Delay] = []
    var holding: Set<Place> = []
    let passed = max(now &- (lastLook ?? now), 0)
    lastLook = now
    for (index, node) in times.nodes.enumerated() where !node.hasEnded {
      let watermarks =
        node.isSource
        ? node.partitions.map { ($0.watermark, $0.standing == .busy) }
        : node.inputs.map { ($0.watermark, $0.standing == .busy) }
      guard let input = Self.holder(watermarks) else { continue }
      let place = Place(node: index, input: input)
      holding.insert(place)
      guard var known = standstills[place] else {
        standstills[place] = Standstill(watermark: watermarks[input].0, since: now)
        continue
      }
      held[place, default: 0] += passed
      if known.watermark != watermarks[input].0 {
        known = Standstill(watermark: watermarks[input].0, since: now)
      } else if !known.isTold, now &- known.since >= Self.patienceNanoseconds {
        known.isTold = true
        found.append(Delay(node: index, input: input, nanoseconds: now &- known.since))
      }
      standstills[place] = known
    }
    standstills = standstills.filter { holding.contains($0.key) }
    return found
  }

  /// How long an input of a node, or a partition of a source, has held others back in all, ns.
  public func held(node: Int, input: Int) -> Int64 { held[Place(node: node, input: input)] ?? 0 }

  /// The one that counts with the least watermark, where another that counts is further.
  private static func holder(_ watermarks: [(watermark: Int64?, counts: Bool)]) -> Int? {
    let counting = watermarks.indices.filter { watermarks[$0].counts }
    guard
      let least = counting.min(by: { watermarks[$0].watermark ?? .min < watermarks[$1].watermark ?? .min }),
      counting.contains(where: { watermarks[$0].watermark ?? .min > watermarks[least].watermark ?? .min })
    else { return nil }
    return least
  }
}
