import CTidemill
import Glibc

/// A value for each key, which snapshots and restores by key group: the state of a keyed operator.
///
/// Keys are key bytes (`KeyReader`), values any type that can write itself to a snapshot. A lookup of a key that is there allocates
/// nothing. Entries are snapshotted in the order of their key bytes, so equal states give equal bytes. Not thread-safe.
///
/// ```swift
/// var counts = KeyedState<Int64>()
/// …
/// let key = reader.bytes(of: column, row: row)
/// counts.withValue(of: key, or: 0) { $0 &+= 1 }
/// …
/// func snapshot(_ writer: StateWriter) throws { try counts.snapshot(writer) }
/// func restore(group: UInt32, _ reader: StateReader) throws { try counts.restore(group: group, reader) }
/// ```
@frozen
public struct KeyedState<Value: StateValue> {
  @usableFromInline
  struct Entry {
    @usableFromInline var hash: UInt64
    @usableFromInline var keyStart: Int
    @usableFromInline var keyCount: Int
    @usableFromInline var value: Value

    @inlinable
    init(hash: UInt64, keyStart: Int, keyCount: Int, value: Value) {
      self.hash = hash
      self.keyStart = keyStart
      self.keyCount = keyCount
      self.value = value
    }
  }

  @usableFromInline var entries: [Entry] = []
  /// Key bytes of all entries, and of some that are gone.
  @usableFromInline var keys: [UInt8] = []
  /// Bytes in `keys` that belong to no entry any more.
  @usableFromInline var deadKeyBytes = 0
  /// Open addressing: entry number + 1, 0 = free. A power of two, at most half full.
  @usableFromInline var slots: [UInt32] = [UInt32](repeating: 0, count: 16)

  @inlinable
  public init() {}

  /// Keys that have a value.
  @inlinable
  public var count: Int { entries.count }

  /// Calls `body` with the value of a key, which is `initial` when the key is new, and keeps what it makes of it.
  @inlinable
  public mutating func withValue<Result>(
    of key: UnsafeRawBufferPointer, or initial: @autoclosure () -> Value, _ body: (inout Value) throws -> Result
  ) rethrows -> Result {
    let hash = Self.hash(key)
    var slot = find(key, hash)
    if slots[slot] == 0 {
      slot = insert(key, hash, initial(), at: slot)
    }
    return try body(&entries[Int(slots[slot]) - 1].value)
  }

  /// The value of a key; nil when it has none.
  @inlinable
  public subscript(key: UnsafeRawBufferPointer) -> Value? {
    let found = slots[find(key, Self.hash(key))]
    return found == 0 ? nil : entries[Int(found) - 1].value
  }

  /// Takes a key out; gives the value that it had.
  @discardableResult
  @inlinable
  public mutating func remove(_ key: UnsafeRawBufferPointer) -> Value? {
    let slot = find(key, Self.hash(key))
    guard slots[slot] != 0 else { return nil }
    let index = Int(slots[slot]) - 1
    close(slot)
    let gone = entries[index]
    deadKeyBytes += gone.keyCount
    let last = entries.removeLast()
    if index < entries.count {
      entries[index] = last
      moveSlot(of: last.hash, from: entries.count, to: index)
    }
    if deadKeyBytes > keys.count / 2, keys.count > 4096 { compact() }
    return gone.value
  }

  /// Takes out every entry for which `isDone` says so. Keys are those of `withValue`, borrowed for the call.
  @inlinable
  public mutating func removeAll(where isDone: (UnsafeRawBufferPointer, Value) throws -> Bool) rethrows {
    var kept = KeyedState()
    kept.reserve(entries.count)
    try keys.withUnsafeBytes { bytes in
      for entry in entries {
        let key = UnsafeRawBufferPointer(rebasing: bytes[entry.keyStart..<entry.keyStart + entry.keyCount])
        if try isDone(key, entry.value) { continue }
        kept.insert(key, entry.hash, entry.value, at: kept.find(key, entry.hash))
      }
    }
    self = kept
  }

  /// Visits all entries in the order of key groups, and of key bytes within a group: the same on every host.
  @inlinable
  public func forEach(_ body: (UnsafeRawBufferPointer, Value) throws -> Void) rethrows {
    try keys.withUnsafeBytes { bytes in
      for index in ordered(bytes) {
        let entry = entries[index]
        try body(UnsafeRawBufferPointer(rebasing: bytes[entry.keyStart..<entry.keyStart + entry.keyCount]), entry.value)
      }
    }
  }

  /// Writes every entry to the blob of its key group: length of the key (UInt32), its bytes, the value.
  @inlinable
  public func snapshot(_ writer: StateWriter) throws {
    try keys.withUnsafeBytes { bytes in
      for index in ordered(bytes) {
        let entry = entries[index]
        let group = UInt32(truncatingIfNeeded: entry.hash >> 57)
        guard entry.keyCount <= Int(Self.keyLimitBytes) else {
          throw PluginError.fatal("a key of \(entry.keyCount) bytes cannot be saved; the limit is \(Self.keyLimitBytes)")
        }
        try writer.write(UInt32(clamping: entry.keyCount), group: group)
        try writer.write(
          UnsafeRawBufferPointer(rebasing: bytes[entry.keyStart..<entry.keyStart + entry.keyCount]), group: group)
        try entry.value.write(writer, group: group)
      }
    }
  }

  /// Reads one group's blob to its end and adds its entries. Throws `state` on bytes that `snapshot` did not write.
  @inlinable
  public mutating func restore(group: UInt32, _ reader: StateReader) throws {
    while let count = try reader.readUnlessAtEnd(UInt32.self) {
      guard count <= Self.keyLimitBytes else {
        throw PluginError(.state, "the saved state of key group \(group) holds a key of \(count) bytes")
      }
      let key = try reader.readBytes(Int(count))
      let value = try Value(reader)
      try key.withUnsafeBytes { key in
        let hash = Self.hash(key)
        guard UInt32(truncatingIfNeeded: hash >> 57) == group else {
          throw PluginError(.state, "the saved state of key group \(group) holds a key of group \(hash >> 57)")
        }
        let slot = find(key, hash)
        guard slots[slot] == 0 else { throw PluginError(.state, "the saved state of key group \(group) holds a key twice") }
        insert(key, hash, value, at: slot)
      }
    }
  }

  /// Longest key that a snapshot is believed to hold.
  @usableFromInline static var keyLimitBytes: UInt32 { 16 << 20 }
}

extension KeyedState {
  @inlinable
  static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 { tide_xxh64(key.baseAddress, UInt64(key.count), 0) }

  /// The slot that holds the key, or the free one where it belongs.
  @inlinable
  func find(_ key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, entry.keyCount == key.count,
        key.isEmpty || keys.withUnsafeBytes({ memcmp($0.baseAddress! + entry.keyStart, key.baseAddress!, key.count) == 0 })
      {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  @discardableResult
  @inlinable
  mutating func insert(_ key: UnsafeRawBufferPointer, _ hash: UInt64, _ value: Value, at free: Int) -> Int {
    var slot = free
    if (entries.count + 1) * 2 > slots.count {
      grow(to: slots.count * 2)
      slot = find(key, hash)
    }
    entries.append(Entry(hash: hash, keyStart: keys.count, keyCount: key.count, value: value))
    keys.append(contentsOf: key)
    slots[slot] = UInt32(truncatingIfNeeded: entries.count)
    return slot
  }

  @inlinable
  mutating func reserve(_ entries: Int) {
    var wanted = slots.count
    while wanted < entries * 2 { wanted *= 2 }
    if wanted > slots.count { grow(to: wanted) }
  }

  @inlinable
  mutating func grow(to count: Int) {
    slots = [UInt32](repeating: 0, count: count)
    for index in entries.indices {
      var slot = Int(truncatingIfNeeded: entries[index].hash) & (count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }
  }

  /// Frees a slot and moves those behind it that would no longer be found (Knuth, The Art of Computer Programming 3, 6.4 R).
  @inlinable
  mutating func close(_ freed: Int) {
    let mask = slots.count - 1
    var hole = freed
    var slot = freed
    while true {
      slots[hole] = 0
      while true {
        slot = (slot + 1) & mask
        if slots[slot] == 0 { return }
        let home = Int(truncatingIfNeeded: entries[Int(slots[slot]) - 1].hash) & mask
        if (slot - home) & mask >= (slot - hole) & mask { break }
      }
      slots[hole] = slots[slot]
      hole = slot
    }
  }

  @inlinable
  mutating func moveSlot(of hash: UInt64, from: Int, to: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while Int(slots[slot]) != from + 1 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(truncatingIfNeeded: to + 1)
  }

  @inlinable
  mutating func compact() {
    var fresh: [UInt8] = []
    fresh.reserveCapacity(keys.count - deadKeyBytes)
    for index in entries.indices {
      let start = fresh.count
      fresh.append(contentsOf: keys[entries[index].keyStart..<entries[index].keyStart + entries[index].keyCount])
      entries[index].keyStart = start
    }
    keys = fresh
    deadKeyBytes = 0
  }

  @inlinable
  func ordered(_ bytes: UnsafeRawBufferPointer) -> [Int] {
    entries.indices.sorted { first, second in
      let (one, other) = (entries[first], entries[second])
      if one.hash >> 57 != other.hash >> 57 { return one.hash >> 57 < other.hash >> 57 }
      let common = min(one.keyCount, other.keyCount)
      let order = common == 0 ? 0 : memcmp(bytes.baseAddress! + one.keyStart, bytes.baseAddress! + other.keyStart, common)
      return order == 0 ? one.keyCount < other.keyCount : order < 0
    }
  }
}
