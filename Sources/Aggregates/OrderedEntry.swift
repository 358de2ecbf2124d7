import PluginKit

/// A value with the time and the id of its row: 40 bytes of a state.
struct OrderedEntry {
  var time: Int64 = 0
  var id = StoredScalar()
  var value = StoredScalar()

  mutating func release(_ heap: SideHeap) {
    id.release(heap)
    value.release(heap)
  }

  mutating func set(_ value: Scalar, time: Int64, id: Scalar, _ heap: SideHeap) {
    self.time = time
    self.id.set(id, heap)
    self.value.set(value, heap)
  }
}

/// A value with the time and the id of its row, borrowed.
struct OrderedValue {
  var value: Scalar
  var time: Int64
  var id: Scalar

  /// Order by time and id: below zero when `self` comes first. Rows without ids, and with equal ones, are in the order they
  /// came.
  func order(_ other: OrderedValue) -> Int {
    if time != other.time { return time < other.time ? -1 : 1 }
    return id.order(other.id)
  }
}

extension UnsafeMutablePointer<OrderedEntry> {
  private func stored(_ offset: Int) -> Scalar {
    (UnsafeMutableRawPointer(self) + offset).assumingMemoryBound(to: StoredScalar.self).value
  }
  var id: Scalar { stored(8) }
  var value: Scalar { stored(24) }
  var whole: OrderedValue { OrderedValue(value: value, time: pointee.time, id: id) }
}

extension StateBytesWriter {
  mutating func put(_ entry: OrderedValue) {
    put(entry.time)
    put(entry.id)
    put(entry.value)
  }
}

extension StateBytesReader {
  mutating func getEntry() throws -> OrderedValue {
    let (time, id, value): (Int64, Scalar, Scalar) = (try get(), try getScalar(), try getScalar())
    guard id.kind == .none || id.kind == .int || id.kind == .string else { throw Self.damaged("an id of kind \(id.kind)") }
    guard value.kind != .none else { throw Self.damaged("an entry without a value") }
    return OrderedValue(value: value, time: time, id: id)
  }
}
