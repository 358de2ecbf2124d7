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
    let (first, second) = (key(one), key(other))
    let order = memcmp(first.baseAddress!, second.baseAddress!, min(first.count, second.count))
    return order == 0 ? first.count < second.count : order < 0
  }

  /// Puts numbers into the order of their key bytes.
  ///
  /// Of many, what they all begin with is left out, and the 8 bytes behind it are compared as one number.
  public func sort(_ numbers: inout [UInt32]) {
    guard numbers.count > 32 else { return numbers.sort { isBefore($0, $1) } }
    let skipped = commonPrefix(numbers)
    var marked = numbers.map { (mark: mark($0, behind: skipped), number: $0) }
    marked.sort { $0.mark != $1.mark ? $0.mark < $1.mark : isBefore($0.number, $1.number) }
    for at in marked.indices { numbers[at] = marked[at].number }
  }

  /// How many bytes all of the keys begin with.
  private func commonPrefix(_ numbers: [UInt32]) -> Int {
    let first = key(numbers[0])
    var common = first.count
    for number in numbers {
      let other = key(number)
      var at = 0
      while at < min(common, other.count), other[at] == first[at] { at += 1 }
      common = at
      if common == 0 { break }
    }
    return common
  }

  /// 8 bytes of a key, of a shorter one as if zeros followed: in the order of the keys, where they differ.
  private func mark(_ number: UInt32, behind start: Int) -> UInt64 {
    let key = key(number)
    var mark: UInt64 = 0
    for at in start..<start + 8 { mark = mark << 8 | (at < key.count ? UInt64(key[at]) : 0) }
    return mark
  }
}
