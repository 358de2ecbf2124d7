import Glibc

/// Numbers of keys in the order of their key bytes. What was put in order stays so: only new keys are sorted, and merged in.
struct KeyOrder {
  private var sorted: [UInt32] = []
  private var fresh: [UInt32] = []

  var byteCount: Int { (sorted.capacity + fresh.capacity) * MemoryLayout<UInt32>.stride }

  mutating func add(_ number: UInt32) { fresh.append(number) }

  mutating func keep(_ isKept: (UInt32) -> Bool) {
    sorted.removeAll { !isKept($0) }
    fresh.removeAll { !isKept($0) }
  }

  /// All numbers, in order.
  mutating func all(_ table: KeyTable) -> [UInt32] {
    guard !fresh.isEmpty else { return sorted }
    table.sort(&fresh)
    guard !sorted.isEmpty else {
      swap(&sorted, &fresh)
      return sorted
    }
    var merged: [UInt32] = []
    merged.reserveCapacity(sorted.count + fresh.count)
    var at = 0
    for number in fresh {
      while at < sorted.count, table.isBefore(sorted[at], number) {
        merged.append(sorted[at])
        at += 1
      }
      merged.append(number)
    }
    merged.append(contentsOf: sorted[at...])
    sorted = merged
    fresh.removeAll(keepingCapacity: true)
    return sorted
  }
}

extension KeyTable {
  /// All keys' numbers in the order of key bytes.
  public func ordered() -> [UInt32] {
    var order = KeyOrder()
    swap(&order, &self.order)
    defer { swap(&order, &self.order) }
    return order.all(self)
  }

  /// True when the key of one number stands before that of another, byte by byte.
  public func isBefore(_ one: UInt32, _ other: UInt32) -> Bool {
    let (first, second) = (entries[Int(one)], entries[Int(other)])
    let order = memcmp(bytes + first.start, bytes + second.start, Int(min(first.length, second.length)))
    return order == 0 ? first.length < second.length : order < 0
  }

  /// Puts numbers into the order of their key bytes.
  public func sort(_ numbers: inout [UInt32]) { numbers.sort { isBefore($0, $1) } }
}
