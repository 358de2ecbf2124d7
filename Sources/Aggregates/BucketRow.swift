import PluginKit

/// Counts of neighbouring buckets, of one sign of a sketch. 24 bytes of a state and a block of the side heap.
///
/// At most `maxSpan` of them: the buckets further below the greatest are one with the lowest that stays. Which those are depends on
/// the greatest value alone, and not on the order in which values came.
struct BucketRow {
  /// Values that differ by a factor of up to 10^35 have buckets of their own.
  static let maxSpan = 4096

  private var counts: UnsafeMutablePointer<UInt64>?
  /// Number of the first bucket in the block.
  private var base: Int32 = 0
  private var capacity: Int32 = 0
  /// Number of the greatest bucket that has been counted in.
  private var greatest = Int.min

  var isEmpty: Bool { counts == nil }
  private var floor: Int { greatest &- (Self.maxSpan - 1) }

  mutating func release(_ heap: SideHeap) {
    if let counts { heap.deallocate(counts, Int(capacity) * 8) }
    self = BucketRow()
  }

  @inline(__always) mutating func add(_ bucket: Int, _ number: UInt64, _ heap: SideHeap) {
    let place = bucket &- Int(base)
    if place >= 0, place < Int(capacity), bucket <= greatest {
      counts.unsafelyUnwrapped[place] &+= number
    } else {
      addOutside(bucket, number, heap)
    }
  }

  @inline(never) private mutating func addOutside(_ bucket: Int, _ number: UInt64, _ heap: SideHeap) {
    if bucket > greatest {
      greatest = bucket
      if !isEmpty, Int(base) < floor { raiseFloor() }
    }
    let bucket = max(bucket, floor)
    reserve(bucket, heap)
    counts![bucket - Int(base)] &+= number
  }

  /// Adds what lies below the floor to it, or moves all there when the block ends before.
  private mutating func raiseFloor() {
    let counts = counts!
    let below = min(floor - Int(base), Int(capacity))
    var sum: UInt64 = 0
    for place in 0..<below { sum &+= counts[place] }
    counts.update(from: counts + below, count: Int(capacity) - below)
    (counts + (Int(capacity) - below)).update(repeating: 0, count: below)
    base = Int32(floor)
    counts[0] &+= sum
  }

  /// Makes room for a bucket, with some more around it.
  private mutating func reserve(_ bucket: Int, _ heap: SideHeap) {
    if let counts {
      let end = Int(base) + Int(capacity)
      if bucket >= Int(base), bucket < end { return }
      let slack = Int(capacity) / 2 + 16
      let from = max(min(Int(base), bucket < Int(base) ? bucket - slack : bucket), floor)
      let to = min(max(end, bucket >= end ? bucket + 1 + slack : end), from + Self.maxSpan)
      let made = Self.allocate(to - from, heap)
      // What does not fit any more is empty: beyond the greatest bucket.
      let kept = min(Int(capacity), to - Int(base))
      (made + (Int(base) - from)).update(from: counts, count: kept)
      heap.deallocate(counts, Int(capacity) * 8)
      (self.counts, base, capacity) = (made, Int32(from), Int32(to - from))
    } else {
      counts = Self.allocate(32, heap)
      (base, capacity) = (Int32(max(bucket - 15, floor)), 32)
    }
  }

  private static func allocate(_ count: Int, _ heap: SideHeap) -> UnsafeMutablePointer<UInt64> {
    let made = heap.allocate(count * 8).bindMemory(to: UInt64.self, capacity: count)
    made.initialize(repeating: 0, count: count)
    return made
  }

  mutating func add(_ other: BucketRow, _ heap: SideHeap) {
    // The greatest first: then nothing is moved twice, and the floor is where it stays.
    other.forEachDescending { bucket, count in add(bucket, count, heap) }
  }

  /// Buckets that are not empty, with their numbers.
  func forEachDescending(_ body: (Int, UInt64) -> Void) {
    var place = Int(capacity) - 1
    while place >= 0 {
      let count = counts![place]
      if count > 0 { body(Int(base) + place, count) }
      place -= 1
    }
  }

  /// The bucket that the value of a rank lies in, counted from 0 at the least; the greatest when there are fewer.
  func bucket(rank: UInt64) -> Int {
    var before: UInt64 = 0
    var place = 0
    while place < Int(capacity) {
      before &+= counts![place]
      if before > rank { return Int(base) + place }
      place += 1
    }
    return greatest
  }

  /// Values in all.
  var total: UInt64 {
    var sum: UInt64 = 0
    forEachDescending { sum &+= $1 }
    return sum
  }
}
