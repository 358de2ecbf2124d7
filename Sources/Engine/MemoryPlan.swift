import Formats
import PluginManifest
import Rings

/// How much memory a pipeline's frames may take, part by part: what waits on edges, what calls work with, free frames that pools
/// keep, batches that components retain.
///
/// The parts add up to `boundBytes`, and the pools refuse to go beyond the sum, so it is what can be held at most. A bound from
/// outside makes the parts smaller, all in the same proportion, down to their least; if that is not enough, then the largest frame.
public struct MemoryPlan: Sendable, Equatable {
  /// Largest frame that a component may make.
  public static let frameBytes = 16 << 20
  /// Least that `frameBytes` is reduced to.
  public static let leastFrameBytes = 1 << 20
  /// Least byte credit that an edge is reduced to.
  public static let leastBufferBytes = 64 << 10
  static let leastOverdraftBytes = 256 << 10
  /// Free frames of a pool: more than a core's L2, within the shared cache.
  static let crossingPoolBytes = 8 << 20
  static let localPoolBytes = 2 << 20
  static let leastPoolBytes = 128 << 10
  /// Batches that components retain.
  static let retainedBytes = 16 << 20
  static let leastRetainedBytes = 1 << 20
  /// What the host adds to a frame: row watermarks, a selection beside it, the block's head.
  static let frameExtraBytes = 640 << 10

  public let largestFrameBytes: Int
  /// Byte credit of each edge; nil = a call.
  public let credits: [Int?]
  /// What calls in progress may push beyond the credit of an edge that makes its producer wait.
  public let overdraftBytes: Int
  /// What may wait on each edge.
  public let edges: [Int]
  /// Free frames that each chain's pool keeps.
  public let pools: [Int]
  /// What each chain's calls work with: the batch that is taken in, and frames that are made and not on their way yet.
  public let calls: [Int]
  /// What components may retain together.
  public let retained: Int
  /// Memory of the rings themselves, which is part of `edges`.
  public let rings: Int

  /// What can be held at most.
  public var boundBytes: Int { (edges + pools + calls).reduce(retained, +) }
  /// What frames that components ask for leave free for those that the host has to make: row watermarks, dead letters.
  var spareBytes: Int { calls.count { $0 > 0 } * (largestFrameBytes + Self.frameExtraBytes) }
}

extension MemoryPlan {
  /// What has a say in it.
  struct Demand {
    var buffers: [EdgeBuffer?]
    /// For each chain: frames leave its thread; it has a ring before it; its nodes make frames; so many threads make frames for it.
    var chains: [(crossing: Bool, reads: Bool, makes: Bool, helpers: Int)]
  }

  /// All that the manifest asks for, or what fits into `limit`. What does not fit even so stays too much: compare `boundBytes`.
  init(_ demand: Demand, limit: Int?) {
    let full = MemoryPlan(demand, frame: Self.frameBytes, share: 1)
    guard let limit, full.boundBytes > limit else {
      let left = limit.map { $0 - full.boundBytes } ?? 0
      self = MemoryPlan(demand, frame: Self.frameBytes, share: 1, more: left)
      return
    }
    var frame = Self.frameBytes
    while frame > Self.leastFrameBytes, MemoryPlan(demand, frame: frame, share: 0).boundBytes > limit { frame /= 2 }
    // The greatest share, in 1/1024, that fits.
    var low = 0, high = 1024
    while low < high {
      let middle = (low + high + 1) / 2
      if MemoryPlan(demand, frame: frame, share: Double(middle) / 1024).boundBytes <= limit {
        low = middle
      } else {
        high = middle - 1
      }
    }
    self = MemoryPlan(demand, frame: frame, share: Double(low) / 1024)
  }

  /// `share` 1: all that is asked for; 0: the least of everything. `more`: further bytes for what components retain.
  private init(_ demand: Demand, frame: Int, share: Double, more: Int = 0) {
    func part(_ asked: Int, _ least: Int) -> Int {
      let base = min(asked, least)
      return base + Int(Double(asked - base) * share)
    }
    let one = frame + Self.frameExtraBytes
    let overdraft = part(FrameRing.overdraftBytes, Self.leastOverdraftBytes)
    largestFrameBytes = frame
    overdraftBytes = overdraft
    credits = demand.buffers.map { $0.map { part($0.bytes, Self.leastBufferBytes) } }
    edges = zip(demand.buffers, credits).map { buffer, credit in
      guard let buffer, let credit else { return 0 }
      let bytes = credit + (buffer.discipline == .waiting ? overdraft : 0)
      return max(bytes, one) + Self.ownBytes(of: buffer)
    }
    rings = demand.buffers.reduce(0) { $0 + ($1.map(Self.ownBytes) ?? 0) }
    pools = demand.chains.map {
      !$0.makes
        ? 0 : part($0.crossing ? Self.crossingPoolBytes : Self.localPoolBytes, Self.leastPoolBytes) * (1 + $0.helpers)
    }
    calls = demand.chains.map {
      ($0.reads ? one : 0) + ($0.makes ? 2 * one : 0) + DecodeCrew.frameBytes(helpers: $0.helpers, largestFrame: frame)
    }
    retained = part(Self.retainedBytes, Self.leastRetainedBytes) + more
  }

  private static func ownBytes(of buffer: EdgeBuffer) -> Int {
    FrameRing.ownBytes(capacityFrames: buffer.frames, discipline: buffer.discipline)
  }
}

extension RecordPlan {
  /// Where memory allows smaller frames only, records are as much shorter: one that is too long goes to `dead`. A record may be four
  /// times as long in a frame, as columns or variants and as its own bytes; one that is a frame is as long as it is.
  mutating func limit(frameBytes: Int) {
    guard frameBytes < MemoryPlan.frameBytes else { return }
    maxRecordBytes = min(maxRecordBytes, format == .frame ? frameBytes : frameBytes / 4)
  }
}
