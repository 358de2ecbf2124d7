import Glibc

/// Memory that bytes are appended to; it is kept when the bytes are dropped.
final class ByteStore {
  @exclusivity(unchecked) private(set) var base = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
  @exclusivity(unchecked) private(set) var capacity = 64
  @exclusivity(unchecked) private(set) var count = 0

  deinit { base.deallocate() }

  /// Adds room for `bytes` at the end and gives its place; valid until the next call.
  func extend(by bytes: Int) -> UnsafeMutableRawPointer {
    if count + bytes > capacity { grow(to: count + bytes) }
    defer { count += bytes }
    return base + count
  }

  func append(_ from: UnsafeRawPointer, _ bytes: Int) { extend(by: bytes).copyMemory(from: from, byteCount: bytes) }

  func append(_ bytes: UnsafeRawBufferPointer) { if let from = bytes.baseAddress { append(from, bytes.count) } }

  /// Adds the same value so many times.
  func append<Value: BitwiseCopyable>(repeating value: Value, count: Int) {
    extend(by: count * MemoryLayout<Value>.stride).initializeMemory(as: Value.self, repeating: value, count: count)
  }

  /// Adds room at `place` and moves what stood there behind it.
  func insert(_ bytes: Int, at place: Int) -> UnsafeMutableRawPointer {
    let behind = count - place
    _ = extend(by: bytes)
    (base + place + bytes).copyMemory(from: base + place, byteCount: behind)
    return base + place
  }

  /// Sets bits `from` to `from + bits`, least significant first; `count` bytes hold `from` bits before.
  func extendBits(from: Int, by bits: Int, _ value: (_ index: Int) -> Bool) {
    let bytes = (from + bits + 7) / 8
    if bytes > count { append(repeating: UInt8(0), count: bytes - count) }
    let into = base.assumingMemoryBound(to: UInt8.self)
    for k in 0..<bits where value(k) { into[(from + k) >> 3] |= 1 << UInt8((from + k) & 7) }
  }

  /// All bytes, borrowed until the next change.
  var all: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// True when a range, all if none is given, has these bytes.
  func holds(_ value: UnsafeRawBufferPointer, from: Int = 0, to: Int? = nil) -> Bool {
    guard (to ?? count) - from == value.count else { return false }
    return value.count == 0 || memcmp(base + from, value.baseAddress!, value.count) == 0
  }

  func truncate(to bytes: Int) { count = bytes }

  func removeAll() { count = 0 }

  private func grow(to bytes: Int) {
    let larger = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 2 * capacity), alignment: 64)
    larger.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = larger
    capacity = max(bytes, 2 * capacity)
  }
}
