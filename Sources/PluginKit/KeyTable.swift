import CTidemill
import Glibc

/// Small numbers for keys: 0, 1, 2, …, so that state by key is an array.
///
/// A key is its key bytes (`KeyReader`). It keeps its number while something uses it (`uses`); `sweep` gives the numbers of the
/// others to new keys. A key takes 36 bytes, its own when they are more than 20, 16 to 32 of the index, and 8 where keys were put
/// in order; what grows by doubling takes up to twice that. Not thread-safe.
public final class KeyTable {
  /// What is known of a key: half of a cache line, so that one look decides whether it is the one wanted.
  struct Entry {
    /// By `hash`, not the one of key groups.
    var hash: UInt64
    /// Bytes of the key; `gone` of a number that is free.
    var length: UInt32
    /// The bytes of a short key from here on; of a longer one `start` is where they are among `bytes`.
    var head: UInt32 = 0
    var start = 0
    var tail = 0

    /// Most bytes of a key that is in its entry.
    static let short = 20
    static let gone = UInt32.max
    static let alignment = 64
  }

  /// Numbers that were given so far: every number is below it.
  @exclusivity(unchecked) public private(set) var limit = 0
  /// Keys that have a number.
  @exclusivity(unchecked) public private(set) var count = 0
  /// How many things use the key of a number. The table itself never changes it.
  @exclusivity(unchecked) public private(set) var uses: UnsafeMutablePointer<UInt32>

  @exclusivity(unchecked) var entries: UnsafeMutablePointer<Entry>
  @exclusivity(unchecked) private var capacity = 16
  /// Numbers that are free again.
  @exclusivity(unchecked) private var free: [UInt32] = []
  /// Bytes of keys that are too long for their entries; those of keys that are gone stay until half of all are.
  @exclusivity(unchecked) var bytes: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var bytesUsed = 0
  private var bytesCapacity = 256
  private var bytesGone = 0
  /// Open addressing, linear, at most half full: the hash's upper half, and number + 1 (0 = free).
  @exclusivity(unchecked) var slots: UnsafeMutablePointer<UInt64>
  @exclusivity(unchecked) var mask: Int
  let seed: UInt64
  @exclusivity(unchecked) var scratch = Scratch()
  let reader = KeyReader()
  /// Keys by their bytes, as far as they were put in order.
  @exclusivity(unchecked) var order = KeyOrder()

  public init() {
    uses = .allocate(capacity: capacity)
    uses.initialize(repeating: 0, count: capacity)
    entries = Self.makeEntries(capacity)
    bytes = .allocate(byteCount: bytesCapacity, alignment: 8)
    slots = .allocate(capacity: 32)
    slots.initialize(repeating: 0, count: 32)
    mask = 31
    var random = SystemRandomNumberGenerator()
    seed = random.next()
  }

  deinit {
    uses.deallocate()
    UnsafeMutableRawPointer(entries).deallocate()
    bytes.deallocate()
    slots.deallocate()
    scratch.deallocate()
  }

  /// Memory that the table takes.
  public var byteCount: Int {
    capacity * (MemoryLayout<Entry>.stride + MemoryLayout<UInt32>.stride) + bytesCapacity + (mask + 1) * 8
      + order.byteCount + scratch.byteCount
  }

  /// The key bytes of a number, until the next call that may add a key.
  public func key(_ number: UInt32) -> UnsafeRawBufferPointer {
    let entry = entries + Int(number)
    return UnsafeRawBufferPointer(start: keyBytes(entry), count: Int(entry.pointee.length))
  }

  /// Where the bytes of an entry's key are.
  @inline(__always)
  func keyBytes(_ entry: UnsafeMutablePointer<Entry>) -> UnsafeMutableRawPointer {
    entry.pointee.length <= Entry.short ? UnsafeMutableRawPointer(entry) + 12 : bytes + entry.pointee.start
  }

  /// The key group of a number.
  public func group(_ number: UInt32) -> UInt32 {
    let key = key(number)
    return tide_key_group(key.baseAddress, UInt64(key.count))
  }

  /// True when the number is a key's.
  public func isTaken(_ number: UInt32) -> Bool { entries[Int(number)].length != Entry.gone }

  /// The number of a key, a new one if need be.
  public func number(of key: UnsafeRawBufferPointer) -> UInt32 {
    guard let first = key.first else { return number(tag: 0, key, isTagged: false) }
    return number(tag: first, UnsafeRawBufferPointer(rebasing: key[1...]), isTagged: true)
  }

  /// The number of a key whose bytes are `tag` and `rest`; without tag those are none.
  func number(tag: UInt8, _ rest: UnsafeRawBufferPointer, isTagged: Bool) -> UInt32 {
    let start = rest.baseAddress ?? UnsafeRawPointer(bytes)
    return number(hash: Self.hash(start, rest.count, tag, seed), tag: tag, start, rest.count, isTagged: isTagged)
  }

  /// The same, where the hash is known.
  func number(hash: UInt64, tag: UInt8, _ rest: UnsafeRawPointer, _ count: Int, isTagged: Bool) -> UInt32 {
    var slot = Int(truncatingIfNeeded: hash) & mask
    let upper = UInt32(truncatingIfNeeded: hash >> 32)
    while slots[slot] != 0 {
      let word = slots[slot]
      if UInt32(truncatingIfNeeded: word >> 32) == upper {
        let number = UInt32(truncatingIfNeeded: word) &- 1
        if holds(number, hash, tag, rest, count, isTagged) { return number }
      }
      slot = (slot &+ 1) & mask
    }
    return insert(hash, tag, rest, count, isTagged)
  }

  /// True when a number's key is this one.
  @inline(__always)
  func holds(
    _ number: UInt32, _ hash: UInt64, _ tag: UInt8, _ rest: UnsafeRawPointer, _ count: Int, _ isTagged: Bool
  ) -> Bool {
    let entry = entries + Int(number)
    guard entry.pointee.hash == hash, Int(entry.pointee.length) == count &+ (isTagged ? 1 : 0) else { return false }
    guard isTagged else { return true }
    let own = keyBytes(entry)
    return own.load(as: UInt8.self) == tag && Self.isSame(own + 1, rest, count)
  }

  /// Gives the numbers of all keys that nothing uses to keys to come.
  public func sweep() {
    var gone = 0
    for number in 0..<limit where uses[number] == 0 && entries[number].length != Entry.gone {
      if entries[number].length > Entry.short { bytesGone += Int(entries[number].length) }
      entries[number].length = Entry.gone
      free.append(UInt32(truncatingIfNeeded: number))
      gone += 1
    }
    guard gone > 0 else { return }
    count -= gone
    order.keep { self.isTaken($0) }
    if bytesGone > bytesUsed / 2 { compact() }
    index(capacity: mask + 1)
  }

  /// Forgets all keys.
  public func removeAll() {
    for number in 0..<limit { uses[number] = 0 }
    sweep()
  }

  // MARK: Growing

  private func insert(_ hash: UInt64, _ tag: UInt8, _ rest: UnsafeRawPointer, _ length: Int, _ isTagged: Bool) -> UInt32 {
    let size = length + (isTagged ? 1 : 0)
    precondition(size < Int(Entry.gone), "a key has less than 4 GiB")
    let number: UInt32
    if let old = free.popLast() {
      number = old
    } else {
      if limit == capacity { growEntries() }
      number = UInt32(truncatingIfNeeded: limit)
      limit += 1
    }
    let entry = entries + Int(number)
    entry.initialize(to: Entry(hash: hash, length: UInt32(truncatingIfNeeded: size), start: bytesUsed))
    if size > Entry.short {
      if bytesUsed + size > bytesCapacity { growBytes(to: bytesUsed + size) }
      bytesUsed += size
    }
    if isTagged {
      let own = keyBytes(entry)
      own.storeBytes(of: tag, as: UInt8.self)
      (own + 1).copyMemory(from: rest, byteCount: length)
    }
    uses[Int(number)] = 0
    count += 1
    if count * 2 > mask + 1 { index(capacity: (mask + 1) * 2) } else { enter(number) }
    order.add(number)
    return number
  }

  private func enter(_ number: UInt32) {
    let hash = entries[Int(number)].hash
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot &+ 1) & mask }
    slots[slot] = (hash & ~0xFFFF_FFFF) | UInt64(number &+ 1)
  }

  private func index(capacity: Int) {
    if capacity != mask + 1 {
      slots.deallocate()
      slots = .allocate(capacity: capacity)
      mask = capacity - 1
    }
    slots.initialize(repeating: 0, count: capacity)
    for number in 0..<limit where entries[number].length != Entry.gone { enter(UInt32(truncatingIfNeeded: number)) }
  }

  private static func makeEntries(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
    UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Entry>.stride, alignment: Entry.alignment)
      .bindMemory(to: Entry.self, capacity: capacity)
  }

  private func growEntries() {
    let larger = Self.makeEntries(capacity * 2)
    larger.moveInitialize(from: entries, count: limit)
    UnsafeMutableRawPointer(entries).deallocate()
    entries = larger
    let used = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
    used.initialize(from: uses, count: capacity)
    (used + capacity).initialize(repeating: 0, count: capacity)
    uses.deallocate()
    uses = used
    capacity *= 2
  }

  private func growBytes(to needed: Int) {
    bytesCapacity = max(bytesCapacity * 2, needed)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: bytesCapacity, alignment: 8)
    larger.copyMemory(from: bytes, byteCount: bytesUsed)
    bytes.deallocate()
    bytes = larger
  }

  private func compact() {
    bytesCapacity = max(bytesUsed - bytesGone, 128) * 2
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: bytesCapacity, alignment: 8)
    bytesUsed = 0
    for number in 0..<limit where entries[number].length > Entry.short && entries[number].length != Entry.gone {
      let length = Int(entries[number].length)
      (fresh + bytesUsed).copyMemory(from: bytes + entries[number].start, byteCount: length)
      entries[number].start = bytesUsed
      bytesUsed += length
    }
    bytes.deallocate()
    bytes = fresh
    bytesGone = 0
  }
}

extension KeyTable {
  /// A hash for this table alone: multiply and fold, 8 bytes at a time, from a random start, so that nobody can make keys collide.
  @inline(__always)
  static func hash(_ bytes: UnsafeRawPointer, _ count: Int, _ tag: UInt8, _ seed: UInt64) -> UInt64 {
    var state = seed ^ (UInt64(tag) << 56 | UInt64(truncatingIfNeeded: count))
    var at = 0
    while count &- at > 8 {
      state = fold(state ^ word(bytes + at), 0x9E37_79B9_7F4A_7C15)
      at &+= 8
    }
    let left = count &- at
    let last: UInt64
    if count >= 8 {
      last = word(bytes + (count &- 8))
    } else if left >= 4 {
      last = UInt64(half(bytes)) | UInt64(half(bytes + (left &- 4))) << 32
    } else if left > 0 {
      last =
        UInt64(bytes.load(as: UInt8.self)) | UInt64(bytes.load(fromByteOffset: left >> 1, as: UInt8.self)) << 8
        | UInt64(bytes.load(fromByteOffset: left &- 1, as: UInt8.self)) << 16
    } else {
      last = 0
    }
    return fold(fold(state ^ last, 0xE703_7ED1_A0B4_28DB), 0x8EBC_6AF0_9C88_C6E3)
  }

  /// Compares 8 bytes at a time, the last ones again.
  @inline(__always)
  static func isSame(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Bool {
    guard count >= 8 else {
      var at = 0
      while at < count {
        if one.load(fromByteOffset: at, as: UInt8.self) != other.load(fromByteOffset: at, as: UInt8.self) { return false }
        at &+= 1
      }
      return true
    }
    var at = 0
    while count &- at > 8 {
      if word(one + at) != word(other + at) { return false }
      at &+= 8
    }
    return word(one + (count &- 8)) == word(other + (count &- 8))
  }

  @inline(__always)
  private static func fold(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let product = one.multipliedFullWidth(by: other)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func word(_ at: UnsafeRawPointer) -> UInt64 { at.loadUnaligned(as: UInt64.self) }
  @inline(__always)
  private static func half(_ at: UnsafeRawPointer) -> UInt32 { at.loadUnaligned(as: UInt32.self) }
}
