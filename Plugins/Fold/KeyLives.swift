import PluginKit

/// What is known of a key beside what its rows have made.
struct KeyLife {
  /// Greatest event time of its rows.
  var last = Int64.min
  /// The id of the row that it began with, as one number.
  var origin: Int64 = 0
  /// Its rows since it began; 0 = it has none.
  var rows: Int64 = 0
  /// Its rows in the batch at hand, as far as they were counted.
  var inBatch: UInt32 = 0
  /// True while rows are in no result (`emit: watermark`).
  var isChanged = false
}

/// Which keys there are, by their numbers, and when each is forgotten.
///
/// A key is over once a row, or the watermark before a row, is `ttl` behind the last of its rows: that depends on its rows
/// alone. Its memory is given back when the watermark has come so far, at most an eighth of `ttl` later.
final class KeyLives {
  private let keys: KeyTable
  private let ttl: Int64?
  private(set) var lives: UnsafeMutablePointer<KeyLife>
  private var capacity = 64
  /// Keys that have begun.
  private(set) var count = 0
  /// Keys whose rows are in no result, in no order.
  private var changed: [UInt32] = []
  /// What `takeChanged` found.
  private(set) var taken: [UInt32] = []
  /// No key is over before.
  private var leastEnd = Int64.max
  /// Nothing is looked for before.
  private var nextLook = Int64.min

  init(_ keys: KeyTable, ttl: Int64?) {
    self.keys = keys
    self.ttl = ttl
    lives = .allocate(capacity: capacity)
    lives.initialize(repeating: KeyLife(), count: capacity)
  }

  deinit { lives.deallocate() }

  /// Keys with smaller numbers have room.
  var room: Int { capacity }

  var byteCount: Int { capacity * MemoryLayout<KeyLife>.stride + (changed.capacity + taken.capacity) * 4 }

  /// Makes room for keys with numbers below `limit`.
  func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    let size = max(limit, capacity * 2)
    let larger = UnsafeMutablePointer<KeyLife>.allocate(capacity: size)
    larger.update(from: lives, count: capacity)
    (larger + capacity).initialize(repeating: KeyLife(), count: size - capacity)
    lives.deallocate()
    (lives, capacity) = (larger, size)
  }

  @inline(__always)
  func hasBegun(_ key: UInt32) -> Bool { lives[Int(key)].rows > 0 }

  /// True for a key that has ended by a time: that of a row, or the watermark before it.
  @inline(__always)
  func isOver(_ key: UInt32, at time: Int64) -> Bool {
    guard ttl != nil, hasBegun(key) else { return false }
    return time >= end(key)
  }

  @inline(__always)
  private func end(_ key: UInt32) -> Int64 {
    let (sum, overflow) = lives[Int(key)].last.addingReportingOverflow(ttl ?? .max)
    return overflow ? .max : sum
  }

  /// Counts a row of a key, and begins the key if need be. `identity`: the row's id.
  @inline(__always)
  func add(_ key: UInt32, at time: Int64, _ identity: @autoclosure () -> Int64) {
    let life = lives + Int(key)
    if life.pointee.rows == 0 {
      count &+= 1
      keys.uses[Int(key)] = 1
      life.pointee.last = time
      life.pointee.origin = identity()
    }
    life.pointee.rows &+= 1
    if time > life.pointee.last { life.pointee.last = time }
    if ttl != nil { leastEnd = min(leastEnd, end(key)) }
  }

  /// Notes that the key's rows are in no result.
  @inline(__always)
  func noteChange(_ key: UInt32) {
    guard !lives[Int(key)].isChanged else { return }
    lives[Int(key)].isChanged = true
    changed.append(key)
  }

  /// Puts the keys with rows in no result into `taken`, in the order of their key bytes; then there are none.
  func takeChanged() {
    taken.removeAll(keepingCapacity: true)
    swap(&taken, &changed)
    // One that was forgotten and began anew is there twice.
    taken.removeAll { key in
      defer { lives[Int(key)].isChanged = false }
      return !lives[Int(key)].isChanged || !hasBegun(key)
    }
    keys.sort(&taken)
  }

  /// Forgets a key.
  func release(_ key: UInt32) {
    let inBatch = lives[Int(key)].inBatch
    lives[Int(key)] = KeyLife()
    lives[Int(key)].inBatch = inBatch
    keys.uses[Int(key)] = 0
    count &-= 1
  }

  /// Calls `forget` for each key that is over at a watermark, and forgets it. `isExact` looks for them whenever there may be
  /// one.
  func expire(at watermark: Int64, isExact: Bool = false, _ forget: (UInt32) -> Void) {
    guard let ttl, watermark >= leastEnd, isExact || watermark >= nextLook, watermark < .max else { return }
    leastEnd = .max
    for number in 0..<min(capacity, keys.limit) where lives[number].rows > 0 {
      let key = UInt32(truncatingIfNeeded: number)
      let end = end(key)
      if watermark >= end {
        forget(key)
        release(key)
      } else {
        leastEnd = min(leastEnd, end)
      }
    }
    let (next, overflow) = watermark.addingReportingOverflow(ttl / 8)
    nextLook = overflow ? .max : next
    sweepKeys()
  }

  /// Gives back numbers of keys that are gone, when there are many of them.
  func sweepKeys() {
    if keys.count &- count > max(count, 64) { keys.sweep() }
  }

  // MARK: Snapshots

  /// Appends what is known of a key: last, origin, rows, and whether its rows are in no result.
  func save(_ key: UInt32, _ writer: StateWriter, group: UInt32) throws {
    let life = lives[Int(key)]
    try writer.write(life.last, group: group)
    try writer.write(life.origin, group: group)
    try writer.write(life.rows, group: group)
    try life.isChanged.write(writer, group: group)
  }

  func restore(_ key: UInt32, _ reader: StateReader) throws {
    let (last, origin, rows) = (try reader.read(Int64.self), try reader.read(Int64.self), try reader.read(Int64.self))
    let isChanged = try Bool(reader)
    guard rows > 0, !hasBegun(key) else { throw PluginError(.state, "the saved folds hold no such key, or hold it twice") }
    add(key, at: last, origin)
    lives[Int(key)].rows = rows
    if isChanged { noteChange(key) }
  }
}
