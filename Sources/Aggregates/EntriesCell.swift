import PluginKit

/// Values in an order, the first so many of them: `top(x, k)` by value, the greatest first; `list(x)` by event time and id.
///
/// Which values stay depends on the rows alone, not on the order in which they come, but for rows that are equal in all of
/// that.
final class EntriesCell: StateCell {
  private let limit: Int
  private let isTop: Bool

  init(_ place: CellPlace, isTop: Bool, limit: Int) {
    (self.isTop, self.limit) = (isTop, limit)
    super.init(place)
  }

  /// The block of a state: this, then the entries in order.
  private struct Head {
    var count = 0
    var capacity = 0
  }

  override var signature: UInt64 { (isTop ? 5 : 6) | UInt64(limit) << 8 }
  override var byteCount: Int { 8 }
  override var needsOrder: Bool { true }

  private func head(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<Head>? {
    state.load(as: UnsafeMutablePointer<Head>?.self)
  }
  private func entries(_ head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<OrderedEntry> {
    UnsafeMutableRawPointer(head + 1).assumingMemoryBound(to: OrderedEntry.self)
  }
  private func bytes(_ capacity: Int) -> Int { MemoryLayout<Head>.size + capacity * MemoryLayout<OrderedEntry>.stride }

  override func destroy(_ state: UnsafeMutableRawPointer) {
    guard let head = head(state) else { return }
    let entries = entries(head)
    for index in 0..<head.pointee.count { entries[index].release(heap) }
    heap.deallocate(head, bytes(head.pointee.capacity))
    state.storeBytes(of: 0, as: Int.self)
  }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    forEachValue(visit, column) { row, value, state in
      if isTop, value.isNaN {
        leftOut.pointee.nans &+= 1
      } else {
        insert(OrderedValue(value: value, time: order.time(row), id: order.id(row)), state)
      }
    }
  }

  private func order(_ one: OrderedValue, _ other: UnsafeMutablePointer<OrderedEntry>) -> Int {
    if isTop {
      let byValue = other.value.order(one.value)
      if byValue != 0 { return byValue }
    }
    if one.time != other.pointee.time { return one.time < other.pointee.time ? -1 : 1 }
    return one.id.order(other.id)
  }

  /// Puts a value behind those that do not come after it. Most come last, or not at all.
  private func insert(_ new: OrderedValue, _ state: UnsafeMutableRawPointer) {
    let head = room(state)
    let entries = entries(head)
    let count = head.pointee.count
    var (low, high) = (0, count)
    if count > 0, order(new, entries + (count - 1)) >= 0 { low = count }
    while low < high {
      let middle = (low + high) / 2
      if order(new, entries + middle) >= 0 { low = middle + 1 } else { high = middle }
    }
    guard low < limit else { return }
    if count == limit {
      entries[limit - 1].release(heap)
      head.pointee.count &-= 1
    }
    let place = entries + low
    (place + 1).update(from: place, count: head.pointee.count - low)
    place.initialize(to: OrderedEntry())
    place.pointee.set(new.value, time: new.time, id: new.id, heap)
    head.pointee.count &+= 1
  }

  /// The block, with room for one more entry unless it has as many as it may.
  private func room(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Head> {
    let old = head(state)
    if let old, old.pointee.count < old.pointee.capacity || old.pointee.capacity == limit { return old }
    let capacity = min(limit, max(4, (old?.pointee.capacity ?? 0) * 2))
    let made = heap.allocate(bytes(capacity)).bindMemory(to: Head.self, capacity: 1)
    made.initialize(to: Head(count: old?.pointee.count ?? 0, capacity: capacity))
    if let old {
      entries(made).update(from: entries(old), count: old.pointee.count)
      heap.deallocate(old, bytes(old.pointee.capacity))
    }
    state.storeBytes(of: made, as: UnsafeMutablePointer<Head>.self)
    return made
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    guard let head = head(from) else { return }
    let entries = entries(head)
    for index in 0..<head.pointee.count { insert((entries + index).whole, state) }
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    out.put(UInt32(count(state)))
    forEachEntry(state) { out.put($0) }
  }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    for _ in 0..<(try from.getCount(limit: limit)) {
      let entry = try from.getEntry()
      guard !isTop || !entry.value.isNaN else { throw StateBytesReader.damaged("NaN among the greatest values") }
      insert(entry, state)
    }
  }

  func count(_ state: UnsafeRawPointer) -> Int { head(state)?.pointee.count ?? 0 }

  func forEachEntry(_ state: UnsafeRawPointer, _ body: (OrderedValue) -> Void) {
    guard let head = head(state) else { return }
    let entries = entries(head)
    for index in 0..<head.pointee.count { body((entries + index).whole) }
  }
}
