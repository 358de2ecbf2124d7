import PluginKit

/// Remembers fingerprints of keys with their times, in as much memory as was asked for.
///
/// As in a cuckoo filter (Fan, Andersen, Kaminsky, Mitzenmacher, "Cuckoo Filter: Practically Better Than Bloom", CoNEXT
/// 2014), a key's fingerprint stands in one of two buckets. Here it goes to the one with fewer keys of the last `ttl` (Azar,
/// Broder, Karlin, Upfal, "Balanced Allocations", STOC 1994) in the place of the oldest, so that nothing has to move, and
/// bears the time when it was seen. Each key group has a table of its own.
final class FingerprintMemory: DedupeMemory {
  /// The table of a key group.
  private struct Table {
    /// Fingerprint << tickBits | tick modulo 2^tickBits; 0 = free.
    let slots: UnsafeMutablePointer<UInt32>
    /// Greatest tick of its rows.
    var newest: Int64
  }

  private static let mark: UInt8 = 2
  /// Rows so many times `ttl` behind the newest of their group are not remembered, and pass.
  static let reach: Int64 = 4

  private let shape: FingerprintShape
  private let fields: Int
  private let extends: Bool
  private let reader = KeyReader()
  private var tables: [Table?]
  private let verdicts = UnsafeMutablePointer<Bool>.allocate(capacity: FrameLimits.maxRows)
  private(set) var forgotten = 0
  let keyCount = 0

  init(_ shape: FingerprintShape, fields: Int, extends: Bool) {
    self.shape = shape
    self.fields = fields
    self.extends = extends
    tables = Array(repeating: nil, count: Int(TIDE_KEY_GROUPS))
  }

  deinit {
    for table in tables { table?.slots.deallocate() }
    verdicts.deallocate()
  }

  var byteCount: Int { tables.count { $0 != nil } * shape.groupBytes }

  func judge(_ batch: Batch, _ columns: [ColumnView], _ moments: Moments) -> UnsafePointer<Bool> {
    var at = 0
    for row in batch.rows {
      let key = reader.bytes(of: columns, row: row)
      verdicts[at] =
        NoKey.isOne(key, fields: fields)
        || isNew(tide_xxh64(key.baseAddress, UInt64(key.count), 0), at: shape.tick(moments.times[at]))
      at &+= 1
    }
    return UnsafePointer(verdicts)
  }

  /// Takes a row by the hash of its key; false when it repeats one.
  private func isNew(_ hash: UInt64, at tick: Int64) -> Bool {
    let group = Int(hash >> 57)
    if tables[group] == nil { tables[group] = makeTable(newest: tick) }
    if tick > tables[group]!.newest { advance(group, to: tick) }
    let (slots, newest) = (tables[group]!.slots, tables[group]!.newest)
    guard newest - tick < Self.reach * shape.window else { return true }
    // The group's bits say nothing within a group.
    let mixed = Self.mix(hash &+ 0x9E37_79B9_7F4A_7C15)
    let second = Self.mix(mixed &+ 0x9E37_79B9_7F4A_7C15)
    let fingerprint = max(1, UInt32(truncatingIfNeeded: mixed >> UInt64(64 - shape.fingerprintBits)))
    var best = look(in: slots, from: bucket(UInt32(truncatingIfNeeded: mixed)), fingerprint, tick, newest)
    if best.isFound { return false }
    let other = look(in: slots, from: bucket(UInt32(truncatingIfNeeded: second)), fingerprint, tick, newest)
    if other.isFound { return false }
    if other.live < best.live { best = other }
    if best.age < shape.window { forgotten += 1 }
    slots[best.place] = slot(fingerprint, tick)
    return true
  }

  /// What a bucket holds.
  private struct Look {
    var isFound = false
    /// Fingerprints of the last `ttl`.
    var live = 0
    /// The free place, or that of the oldest fingerprint, and how old that is.
    var place: Int
    var age: Int64 = -1
  }

  /// Looks for a fingerprint in the bucket that begins at a place; with `extend` its time moves on.
  @inline(__always)
  private func look(
    in slots: UnsafeMutablePointer<UInt32>, from start: Int, _ fingerprint: UInt32, _ tick: Int64, _ newest: Int64
  ) -> Look {
    var found = Look(place: start)
    var place = start
    while place < start &+ FingerprintShape.slots {
      let slot = slots[place]
      var age = Int64.max
      if slot != 0 {
        age = self.age(slot, newest)
        let distance = newest &- age &- tick
        if slot >> UInt32(shape.tickBits) == fingerprint, distance.magnitude < UInt64(shape.window) {
          if extends, distance < 0 { slots[place] = self.slot(fingerprint, tick) }
          found.isFound = true
          return found
        }
      }
      if age < shape.window { found.live &+= 1 }
      if age > found.age { (found.place, found.age) = (place, age) }
      place &+= 1
    }
    return found
  }

  /// Ticks between the time of a fingerprint and the newest of its table.
  @inline(__always)
  private func age(_ slot: UInt32, _ newest: Int64) -> Int64 {
    (newest &- Int64(slot)) & (1 << Int64(shape.tickBits) - 1)
  }

  @inline(__always)
  private func slot(_ fingerprint: UInt32, _ tick: Int64) -> UInt32 {
    fingerprint << UInt32(shape.tickBits) | UInt32(truncatingIfNeeded: tick & (1 << Int64(shape.tickBits) - 1))
  }

  /// The first place of the bucket that a number of 32 bits stands for.
  @inline(__always)
  private func bucket(_ number: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(number) &* UInt64(shape.buckets)) >> 32) &* FingerprintShape.slots
  }

  /// The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
  @inline(__always)
  private static func mix(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  private func makeTable(newest: Int64) -> Table {
    let slots = UnsafeMutablePointer<UInt32>.allocate(capacity: shape.buckets * FingerprintShape.slots)
    slots.initialize(repeating: 0, count: shape.buckets * FingerprintShape.slots)
    return Table(slots: slots, newest: newest)
  }

  /// Moves a table's time on. Once for each `ttl`, fingerprints go whose times would soon look new again.
  private func advance(_ group: Int, to tick: Int64) {
    let (slots, old) = (tables[group]!.slots, tables[group]!.newest)
    tables[group]!.newest = tick
    guard Self.floor(tick, shape.window) > Self.floor(old, shape.window) else { return }
    for place in 0..<shape.buckets * FingerprintShape.slots where slots[place] != 0 {
      let age = age(slots[place], old)
      if age + (tick - old) >= Self.reach * shape.window { slots[place] = 0 }
    }
  }

  private static func floor(_ number: Int64, _ step: Int64) -> Int64 {
    let whole = number / step
    return number % step < 0 ? whole - 1 : whole
  }

  // Times of fingerprints say when they are over, and their places serve again.
  func expire(at watermark: Int64) {}
  func expire(soonAt watermark: Int64) {}

  // MARK: Snapshots

  /// By key group a mark, the shape, the newest tick, and all slots.
  func snapshot(_ writer: StateWriter) throws {
    for (group, table) in tables.enumerated() {
      guard let table else { continue }
      let group = UInt32(truncatingIfNeeded: group)
      try writer.write(Self.mark, group: group)
      for number in header { try writer.write(number, group: group) }
      try writer.write(table.newest, group: group)
      for place in 0..<shape.buckets * FingerprintShape.slots { table.slots[place] = table.slots[place].littleEndian }
      try writer.write(UnsafeRawBufferPointer(start: table.slots, count: shape.groupBytes), group: group)
      for place in 0..<shape.buckets * FingerprintShape.slots { table.slots[place] = UInt32(littleEndian: table.slots[place]) }
    }
  }

  private var header: [Int64] {
    [Int64(shape.fingerprintBits), Int64(shape.tickBits), shape.tickNanoseconds, Int64(shape.buckets)]
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    guard let mark = try reader.readUnlessAtEnd(UInt8.self) else { return }
    guard mark == Self.mark else { throw PluginError(.state, "the saved keys are of an exact memory, and this one is bounded") }
    for number in header where try reader.read(Int64.self) != number {
      throw PluginError(.state, "the saved fingerprints are of another `ttl`, or of other numbers under `approximate`")
    }
    let newest = try reader.read(Int64.self)
    guard group < UInt32(TIDE_KEY_GROUPS), tables[Int(group)] == nil,
      newest >= shape.tick(.min), newest <= shape.tick(.max)
    else { throw PluginError(.state, "the saved fingerprints of key group \(group) are damaged, or there twice") }
    let bytes = try reader.readBytes(shape.groupBytes)
    guard try reader.readUnlessAtEnd(UInt8.self) == nil else {
      throw PluginError(.state, "the saved fingerprints go on behind their end")
    }
    let table = makeTable(newest: newest)
    bytes.withUnsafeBytes { bytes in
      for place in 0..<shape.buckets * FingerprintShape.slots {
        table.slots[place] = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place * 4, as: UInt32.self))
      }
    }
    tables[Int(group)] = table
  }
}
