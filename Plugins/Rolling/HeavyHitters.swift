import PluginKit

/// The heaviest of many items, with a bounded number of counters (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent
/// and Top-k Elements in Data Streams", 2005: Space-Saving).
///
/// Each item that comes has a counter. When all are taken, the least one goes to the new item, which inherits its count as an error.
/// So a count is never too small, and too large by its error at most; no error is more than all weight divided by the number of
/// counters; and an item that weighs more than that has a counter. Until all counters are taken, every count is exact. Of several
/// least ones that goes which has not grown for longest, so that what is kept is a function of the items in their order.
struct HeavyHitters {
  struct Counter {
    /// Number of the item's key.
    var item: UInt32
    /// Its place in the heap.
    var place: Int32
    var count: Int64
    var error: Int64
    /// When it grew last: no two counters have one stamp.
    var stamp: UInt64

    @inline(__always)
    func isBefore(_ other: Counter) -> Bool { count != other.count ? count < other.count : stamp < other.stamp }
  }

  private(set) var counters: UnsafeMutablePointer<Counter>
  private(set) var used = 0
  private var room: Int
  /// Numbers of counters, the least one first: a child is never before its parent.
  private var heap: UnsafeMutablePointer<Int32>
  /// Numbers of counters + 1 by item, open addressing, linear, at most half full; 0 = free.
  private var slots: UnsafeMutablePointer<Int32>
  private var mask: Int
  /// All weight that has come; at most 2^63 - 1.
  private(set) var total: Int64 = 0
  private(set) var nextStamp: UInt64 = 0

  init() {
    room = 8
    counters = .allocate(capacity: room)
    heap = .allocate(capacity: room)
    slots = .allocate(capacity: 16)
    slots.initialize(repeating: 0, count: 16)
    mask = 15
  }

  /// Gives the memory back; of no use afterwards.
  func deallocate() {
    counters.deallocate()
    heap.deallocate()
    slots.deallocate()
  }

  var byteCount: Int { room * (MemoryLayout<Counter>.stride + 4) + (mask + 1) * 4 + MemoryLayout<HeavyHitters>.stride }

  /// What an item without a counter weighs at most.
  func floor(_ capacity: Int) -> Int64 { used < capacity ? 0 : counters[Int(heap[0])].count }

  /// Counts an item.
  ///
  /// - Parameters:
  ///   - weight: more than 0.
  ///   - uses: by the number of an item's key: how many counters it has anywhere.
  @inline(__always)
  mutating func add(_ item: UInt32, _ weight: Int64, capacity: Int, _ uses: UnsafeMutablePointer<UInt32>) {
    total = Self.sum(total, weight)
    let stamp = nextStamp
    nextStamp &+= 1
    let slot = find(item)
    if slots[slot] != 0 {
      let number = Int(slots[slot]) &- 1
      counters[number].count = Self.sum(counters[number].count, weight)
      counters[number].stamp = stamp
      siftDown(Int(counters[number].place))
      return
    }
    uses[Int(item)] &+= 1
    if used < capacity {
      insert(Counter(item: item, place: 0, count: weight, error: 0, stamp: stamp), at: slot)
      return
    }
    let number = Int(heap[0])
    let least = counters[number]
    uses[Int(least.item)] &-= 1
    close(find(least.item))
    slots[find(item)] = Int32(truncatingIfNeeded: number &+ 1)
    counters[number] = Counter(
      item: item, place: 0, count: Self.sum(least.count, weight), error: least.count, stamp: stamp)
    siftDown(0)
  }

  @inline(__always)
  static func sum(_ one: Int64, _ other: Int64) -> Int64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// Adds a counter that was saved, whose item has none.
  mutating func restore(_ counter: Counter) -> Bool {
    let slot = find(counter.item)
    guard slots[slot] == 0 else { return false }
    insert(counter, at: slot)
    return true
  }

  mutating func restore(total: Int64, nextStamp: UInt64) { (self.total, self.nextStamp) = (total, nextStamp) }

  /// Adds what another one has counted (Cafaro, Pulimeno and Tempesta, "A parallel Space Saving algorithm", 2016): an item that one
  /// of them has no counter for weighs at most that one's floor there. The heaviest remain.
  mutating func merge(_ other: HeavyHitters, capacity: Int, _ keys: KeyTable) {
    let (own, others) = (floor(capacity), other.floor(capacity))
    var all: [Counter] = []
    all.reserveCapacity(used + other.used)
    for number in 0..<used {
      var counter = counters[number]
      let found = Int(other.slots[other.find(counter.item)])
      let more = found > 0 ? other.counters[found - 1] : nil
      counter.count = Self.sum(counter.count, more?.count ?? others)
      counter.error = Self.sum(counter.error, more?.error ?? others)
      all.append(counter)
    }
    for number in 0..<other.used {
      var counter = other.counters[number]
      guard slots[find(counter.item)] == 0 else { continue }
      counter.count = Self.sum(counter.count, own)
      counter.error = Self.sum(counter.error, own)
      keys.uses[Int(counter.item)] += 1
      all.append(counter)
    }
    all.sort { Self.isHeavier($0, $1, keys) }
    for gone in all.dropFirst(capacity) { keys.uses[Int(gone.item)] -= 1 }
    let stamp = nextStamp
    removeAll()
    // The lightest has the lowest stamp, as if they had come in that order.
    for (place, counter) in all.prefix(capacity).reversed().enumerated() {
      var counter = counter
      counter.stamp = stamp + UInt64(place)
      insert(counter, at: find(counter.item))
    }
    nextStamp = stamp + UInt64(used)
    total = Self.sum(total, other.total)
  }

  /// The order of results: by count, then by how sure it is, then by the item's key bytes.
  static func isHeavier(_ one: Counter, _ other: Counter, _ keys: KeyTable) -> Bool {
    if one.count != other.count { return one.count > other.count }
    if one.error != other.error { return one.error < other.error }
    return keys.isBefore(one.item, other.item)
  }

  private mutating func removeAll() {
    used = 0
    slots.initialize(repeating: 0, count: mask + 1)
  }

  // MARK: Index

  /// The slot of an item, or the free one where it belongs.
  @inline(__always)
  private func find(_ item: UInt32) -> Int {
    var slot = Int(item &* 0x9E37_79B1) & mask
    while slots[slot] != 0, counters[Int(slots[slot]) &- 1].item != item { slot = (slot &+ 1) & mask }
    return slot
  }

  /// Frees a slot and moves those behind it that would no longer be found (Knuth, The Art of Computer Programming 3, 6.4 R).
  private func close(_ freed: Int) {
    var (hole, slot) = (freed, freed)
    while true {
      slots[hole] = 0
      while true {
        slot = (slot &+ 1) & mask
        if slots[slot] == 0 { return }
        let home = Int(counters[Int(slots[slot]) &- 1].item &* 0x9E37_79B1) & mask
        if (slot &- home) & mask >= (slot &- hole) & mask { break }
      }
      slots[hole] = slots[slot]
      hole = slot
    }
  }

  private mutating func insert(_ counter: Counter, at slot: Int) {
    var slot = slot
    if used == room {
      grow()
      slot = find(counter.item)
    }
    slots[slot] = Int32(truncatingIfNeeded: used + 1)
    (counters + used).initialize(to: counter)
    heap[used] = Int32(truncatingIfNeeded: used)
    counters[used].place = Int32(truncatingIfNeeded: used)
    used += 1
    siftUp(used - 1)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Counter>.allocate(capacity: room * 2)
    larger.moveInitialize(from: counters, count: used)
    counters.deallocate()
    counters = larger
    let places = UnsafeMutablePointer<Int32>.allocate(capacity: room * 2)
    places.moveInitialize(from: heap, count: used)
    heap.deallocate()
    heap = places
    room *= 2
    slots.deallocate()
    mask = room * 2 - 1
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: 0, count: mask + 1)
    for number in 0..<used { slots[find(counters[number].item)] = Int32(truncatingIfNeeded: number + 1) }
  }

  // MARK: Heap

  @inline(__always)
  private func put(_ number: Int32, at place: Int) {
    heap[place] = number
    counters[Int(number)].place = Int32(truncatingIfNeeded: place)
  }

  private func siftDown(_ start: Int) {
    var place = start
    let number = heap[place]
    let counter = counters[Int(number)]
    while true {
      var child = 2 &* place &+ 1
      guard child < used else { break }
      if child &+ 1 < used, counters[Int(heap[child &+ 1])].isBefore(counters[Int(heap[child])]) { child &+= 1 }
      guard counters[Int(heap[child])].isBefore(counter) else { break }
      put(heap[child], at: place)
      place = child
    }
    put(number, at: place)
  }

  private func siftUp(_ start: Int) {
    var place = start
    let number = heap[place]
    let counter = counters[Int(number)]
    while place > 0 {
      let parent = (place &- 1) / 2
      guard counter.isBefore(counters[Int(heap[parent])]) else { break }
      put(heap[parent], at: place)
      place = parent
    }
    put(number, at: place)
  }
}
