import PluginKit

/// Buckets by key: those of the keys seen last. When all places are taken, the key not seen for longest makes room.
///
/// Places are numbered from 0 and stay where they are until their key is evicted. A key is known by its hash, its length and its
/// first 56 bytes; longer ones that agree in all three share a bucket.
struct BucketTable {
  /// Bytes of a key that are kept.
  static let keptBytes = 56
  private static let none: Int32 = -1

  private struct Place {
    var hash: UInt64
    var length: UInt64
    var bucket: TokenBucket
    /// Neighbours in the order of being seen.
    var newer: Int32
    var older: Int32
  }

  let rate: TokenRate
  let capacity: Int
  /// Keys that had to go so far; after a change, places that were noted elsewhere may belong to others.
  private(set) var evictions = 0
  private var places: [Place] = []
  private var keys: [UInt8] = []
  /// Places by hash: open addressing, linear, at most half full.
  private var index: [Int32]
  private var newest = none
  private var oldest = none

  init(_ rate: TokenRate, capacity: Int) {
    self.rate = rate
    self.capacity = max(capacity, 1)
    index = [Int32](repeating: Self.none, count: 16)
  }

  var count: Int { places.count }

  /// Takes a token from the bucket at a place, which thereby is the one seen last.
  @inline(__always)
  mutating func take(at place: Int, time: Int64) -> Bool {
    touch(Int32(truncatingIfNeeded: place))
    return rate.take(from: &places[place].bucket, at: time)
  }

  /// Nanoseconds until the bucket at a place has a token.
  func wait(at place: Int) -> Int64 { rate.wait(places[place].bucket) }

  /// The bucket of the only key; nil when there are none or several.
  var only: TokenBucket? { places.count == 1 ? places[0].bucket : nil }

  /// Gives a bucket to the key that stands for no value.
  mutating func put(_ bucket: TokenBucket) {
    let noValue: UInt8 = 0
    let place = withUnsafeBytes(of: noValue) { self.place(of: $0) }
    places[place].bucket = bucket
  }

  /// The place of a key; a new key gets a full bucket.
  mutating func place(of key: UnsafeRawBufferPointer) -> Int {
    place(of: key, hash: tide_xxh64(key.baseAddress, UInt64(key.count), 0), length: UInt64(key.count))
  }

  private mutating func place(of key: UnsafeRawBufferPointer, hash: UInt64, length: UInt64) -> Int {
    var at = home(hash)
    while index[at] != Self.none {
      if holds(Int(index[at]), key, hash: hash, length: length) { return Int(index[at]) }
      at = (at + 1) & (index.count - 1)
    }
    return insert(key, hash: hash, length: length)
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (index.count - 1) }

  private func holds(_ place: Int, _ key: UnsafeRawBufferPointer, hash: UInt64, length: UInt64) -> Bool {
    guard places[place].hash == hash, places[place].length == length else { return false }
    let from = place * Self.keptBytes
    for byte in 0..<min(key.count, Self.keptBytes) where keys[from + byte] != key[byte] { return false }
    return true
  }

  private mutating func insert(_ key: UnsafeRawBufferPointer, hash: UInt64, length: UInt64) -> Int {
    let place: Int32
    if places.count < capacity {
      place = Int32(places.count)
      places.append(Place(hash: hash, length: length, bucket: rate.fresh, newer: Self.none, older: Self.none))
      keys.append(contentsOf: repeatElement(0, count: Self.keptBytes))
      if places.count * 2 > index.count { growIndex() }
    } else {
      place = oldest
      evictions += 1
      unlink(place)
      removeFromIndex(place)
      places[Int(place)] = Place(hash: hash, length: length, bucket: rate.fresh, newer: Self.none, older: Self.none)
    }
    let from = Int(place) * Self.keptBytes
    for byte in 0..<Self.keptBytes { keys[from + byte] = byte < key.count ? key[byte] : 0 }
    link(place)
    addToIndex(place)
    return Int(place)
  }

  // MARK: Index

  private mutating func addToIndex(_ place: Int32) {
    var at = home(places[Int(place)].hash)
    while index[at] != Self.none { at = (at + 1) & (index.count - 1) }
    index[at] = place
  }

  private mutating func growIndex() {
    index = [Int32](repeating: Self.none, count: index.count * 2)
    // The last place is not linked yet; whoever adds it puts it into the index.
    for place in 0..<places.count - 1 { addToIndex(Int32(place)) }
  }

  /// Takes a place out and closes the gap, so that no search stops too early.
  private mutating func removeFromIndex(_ place: Int32) {
    let mask = index.count - 1
    var gap = home(places[Int(place)].hash)
    while index[gap] != place { gap = (gap + 1) & mask }
    var at = gap
    while true {
      at = (at + 1) & mask
      if index[at] == Self.none { break }
      let distance = (at - home(places[Int(index[at])].hash)) & mask
      if distance >= (at - gap) & mask {
        index[gap] = index[at]
        gap = at
      }
    }
    index[gap] = Self.none
  }

  // MARK: Order of being seen

  @inline(__always)
  private mutating func touch(_ place: Int32) {
    guard place != newest else { return }
    unlink(place)
    link(place)
  }

  private mutating func link(_ place: Int32) {
    places[Int(place)].older = newest
    places[Int(place)].newer = Self.none
    if newest != Self.none { places[Int(newest)].newer = place }
    newest = place
    if oldest == Self.none { oldest = place }
  }

  private mutating func unlink(_ place: Int32) {
    let (newer, older) = (places[Int(place)].newer, places[Int(place)].older)
    if newer != Self.none { places[Int(newer)].older = older } else { newest = older }
    if older != Self.none { places[Int(older)].newer = newer } else { oldest = newer }
  }

  // MARK: Snapshots

  /// Writes all buckets, the one not seen for longest first.
  func write(_ writer: StateWriter) throws {
    try writer.write(rate.limit)
    try writer.write(rate.every)
    try writer.write(UInt64(places.count))
    var place = oldest
    while place != Self.none {
      let it = places[Int(place)]
      try writer.write(it.hash)
      try writer.write(it.length)
      let from = Int(place) * Self.keptBytes
      try keys[from..<from + Self.keptBytes].withUnsafeBytes { try writer.write($0) }
      try writer.write(it.bucket.credit)
      try writer.write(it.bucket.time)
      place = it.newer
    }
  }

  /// Reads what `write` wrote, maybe at another rate; of more keys than there is room for, those seen last stay.
  mutating func read(_ reader: StateReader) throws {
    let limit = try reader.read(Int64.self)
    let every = try reader.read(Int64.self)
    guard (1...Int64(TokenRate.maxLimit)).contains(limit), (1...TokenRate.maxEvery).contains(every) else {
      throw PluginError(.state, "the saved rate, \(limit) in \(every) ns, is none")
    }
    let other = TokenRate(limit: limit, every: every, burst: Int64(TokenRate.maxLimit))
    let count = try reader.read(UInt64.self)
    var key = [UInt8](repeating: 0, count: Self.keptBytes)
    for _ in 0..<count {
      let hash = try reader.read(UInt64.self)
      let length = try reader.read(UInt64.self)
      try key.withUnsafeMutableBytes { try reader.read(into: $0) }
      let bucket = TokenBucket(credit: try reader.read(Int128.self), time: try reader.read(Int64.self))
      guard (0...other.full).contains(bucket.credit) else {
        throw PluginError(.state, "a saved bucket holds more than any bucket can")
      }
      let place = key.withUnsafeBytes { bytes in
        self.place(
          of: UnsafeRawBufferPointer(rebasing: bytes[..<min(Self.keptBytes, Int(clamping: length))]), hash: hash, length: length
        )
      }
      places[place].bucket = rate.adopt(bucket, of: other)
    }
  }
}
