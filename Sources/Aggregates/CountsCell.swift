import PluginKit

/// How often each value came: `counts(x)`, for values of which there are few. More than `limit` of them have no result.
final class CountsCell: StateCell {
  static let limit = 1000

  /// The block of a state: this, then the entries in a table of open addressing.
  private struct Head {
    var count = 0
    /// 0 once there were too many values.
    var capacity = 0
  }

  private struct Entry {
    var key = StoredScalar()
    var hash: UInt64 = 0
    /// 0 in a free place.
    var count = 0
  }

  override var signature: UInt64 { 9 }
  override var byteCount: Int { 8 }

  private func head(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<Head>? {
    state.load(as: UnsafeMutablePointer<Head>?.self)
  }
  private func entries(_ head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<Entry> {
    UnsafeMutableRawPointer(head + 1).assumingMemoryBound(to: Entry.self)
  }
  private func key(_ entry: UnsafeMutablePointer<Entry>) -> Scalar {
    UnsafeMutableRawPointer(entry).assumingMemoryBound(to: StoredScalar.self).value
  }
  private func bytes(_ capacity: Int) -> Int { MemoryLayout<Head>.size + capacity * MemoryLayout<Entry>.stride }

  private func make(_ capacity: Int, _ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Head> {
    let made = heap.allocate(bytes(capacity)).bindMemory(to: Head.self, capacity: 1)
    made.initialize(to: Head(count: 0, capacity: capacity))
    entries(made).initialize(repeating: Entry(), count: capacity)
    state.storeBytes(of: made, as: UnsafeMutablePointer<Head>.self)
    return made
  }

  override func destroy(_ state: UnsafeMutableRawPointer) {
    guard let head = head(state) else { return }
    let entries = entries(head)
    for place in 0..<head.pointee.capacity { entries[place].key.release(heap) }
    heap.deallocate(head, bytes(head.pointee.capacity))
    state.storeBytes(of: 0, as: Int.self)
  }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    forEachValue(visit, column) { _, value, state in
      let value = value.canonical
      add(value, value.hash, 1, state)
    }
  }

  private func add(_ value: Scalar, _ hash: UInt64, _ number: Int, _ state: UnsafeMutableRawPointer) {
    let head = head(state) ?? make(8, state)
    let capacity = head.pointee.capacity
    if capacity == 0 { return }
    let entries = entries(head)
    var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while entries[place].count != 0 {
      if entries[place].hash == hash, key(entries + place).isSame(value) {
        entries[place].count &+= number
        return
      }
      place = (place + 1) & (capacity - 1)
    }
    if head.pointee.count == Self.limit {
      overflow(state)
    } else if 4 * (head.pointee.count + 1) > 3 * capacity {
      grow(head, state)
      add(value, hash, number, state)
    } else {
      entries[place].key.set(value, heap)
      entries[place].hash = hash
      entries[place].count = number
      head.pointee.count &+= 1
    }
  }

  private func grow(_ old: UnsafeMutablePointer<Head>, _ state: UnsafeMutableRawPointer) {
    let capacity = old.pointee.capacity * 2
    let made = make(capacity, state)
    let (from, to) = (entries(old), entries(made))
    for index in 0..<old.pointee.capacity where from[index].count != 0 {
      var place = Int(truncatingIfNeeded: from[index].hash) & (capacity - 1)
      while to[place].count != 0 { place = (place + 1) & (capacity - 1) }
      to[place] = from[index]
    }
    made.pointee.count = old.pointee.count
    heap.deallocate(old, bytes(old.pointee.capacity))
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    guard let other = head(from) else { return }
    if other.pointee.capacity == 0 { return overflow(state) }
    let entries = entries(other)
    for place in 0..<other.pointee.capacity where entries[place].count != 0 {
      add(key(entries + place), entries[place].hash, entries[place].count, state)
    }
  }

  private func overflow(_ state: UnsafeMutableRawPointer) {
    destroy(state)
    _ = make(0, state)
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    if isOverfull(state) { return out.put(UInt16.max) }
    let all = counts(state)
    out.put(UInt16(all.count))
    for (value, count) in all {
      out.put(value)
      out.put(Int64(count))
    }
  }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    let number: UInt16 = try from.get()
    if number == .max { return overflow(state) }
    guard Int(number) <= Self.limit else { throw StateBytesReader.damaged("\(number) values with a count each") }
    for _ in 0..<number {
      let (value, count) = (try from.getScalar().canonical, try from.getCount(Int64.self, limit: .max))
      guard value.kind != .none, count > 0 else { throw StateBytesReader.damaged("\(count) of a value") }
      add(value, value.hash, count, state)
    }
  }

  /// True when there were more values than are counted.
  func isOverfull(_ state: UnsafeRawPointer) -> Bool { head(state)?.pointee.capacity == 0 }

  /// The values in order, borrowed from the state.
  func counts(_ state: UnsafeRawPointer) -> [(value: Scalar, count: Int)] {
    guard let head = head(state) else { return [] }
    let entries = entries(head)
    let all = (0..<head.pointee.capacity).filter { entries[$0].count != 0 }.map { (key(entries + $0), entries[$0].count) }
    return all.sorted { one, other in
      if one.0.isNaN || other.0.isNaN { return !one.0.isNaN }
      return one.0.order(other.0) < 0
    }
  }
}
