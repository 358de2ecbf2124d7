/// Where the aggregates of a pane's keys are, by the keys' numbers.
///
/// Where many of all keys are held, an array has a place for each of them. Few out of many are in a table with open addressing
/// (linear, at most half full), whose entries bear their keys themselves. So what it takes follows the keys that are held: at most
/// 32 bytes for each, but where it was made for keys to come.
struct KeyPlaces {
  typealias Place = UnsafeMutableRawPointer

  /// By key, where `isDense`; else by slot.
  private(set) var places: UnsafeMutablePointer<Place?>
  private(set) var capacity = 2
  /// True when each key below `capacity` has a place of its own.
  private(set) var isDense = false
  /// Bits of a hash behind those that name a slot.
  private var shift: UInt32 = 31

  init() {
    places = .allocate(capacity: capacity)
    places.initialize(repeating: nil, count: capacity)
  }

  func deallocate() { places.deallocate() }

  var byteCount: Int { capacity * MemoryLayout<Place?>.stride }

  /// The aggregates of a key, or nil.
  @inline(__always)
  subscript(key: UInt32) -> Place? {
    if isDense { return Int(key) < capacity ? places[Int(key)] : nil }
    var slot = slot(key)
    while let place = places[slot] {
      if StateRecord.of(place).pointee.key == key { return place }
      slot = (slot &+ 1) & (capacity &- 1)
    }
    return nil
  }

  /// True when `enter` may be called for a key that is to be one of so many.
  @inline(__always)
  func hasRoom(for key: UInt32, among count: Int) -> Bool { isDense ? Int(key) < capacity : count &* 2 <= capacity }

  /// Notes where the aggregates of a key are that has none here.
  @inline(__always)
  func enter(_ key: UInt32, _ place: Place) {
    if isDense {
      places[Int(key)] = place
    } else {
      var slot = slot(key)
      while places[slot] != nil { slot = (slot &+ 1) & (capacity &- 1) }
      places[slot] = place
    }
  }

  /// Empties it, and makes room for so many keys whose numbers are below `limit`.
  mutating func clear(for count: Int, below limit: Int) {
    var slots = 2
    while slots < count * 2 { slots *= 2 }
    isDense = slots >= limit
    let wanted = isDense ? min(slots, limit + limit / 4) : slots
    if wanted != capacity {
      places.deallocate()
      places = .allocate(capacity: wanted)
      capacity = wanted
    }
    places.initialize(repeating: nil, count: capacity)
    shift = UInt32(truncatingIfNeeded: 32 - slots.trailingZeroBitCount)
  }

  /// Numbers next to each other go far apart (Fibonacci hashing; Knuth, The Art of Computer Programming 3, 6.4).
  @inline(__always)
  private func slot(_ key: UInt32) -> Int { Int((key &* 0x9E37_79B1) &>> shift) }
}
