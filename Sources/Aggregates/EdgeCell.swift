import PluginKit

/// The first or the last value by event time and id: `first(x)`, `last(x)`.
final class EdgeCell: StateCell {
  private let isLast: Bool

  init(_ place: CellPlace, isLast: Bool) {
    self.isLast = isLast
    super.init(place)
  }

  override var signature: UInt64 { isLast ? 4 : 3 }
  override var byteCount: Int { MemoryLayout<OrderedEntry>.size }
  override var needsOrder: Bool { true }

  private func entry(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<OrderedEntry> {
    UnsafeMutableRawPointer(mutating: state).assumingMemoryBound(to: OrderedEntry.self)
  }

  override func destroy(_ state: UnsafeMutableRawPointer) { entry(state).pointee.release(heap) }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    forEachValue(visit, column) { row, value, state in
      let entry = entry(state)
      let time = order.time(row)
      if entry.pointee.value.isEmpty || (isLast ? time > entry.pointee.time : time < entry.pointee.time) {
        entry.pointee.set(value, time: time, id: order.id(row), heap)
      } else if time == entry.pointee.time {
        let id = order.id(row)
        let found = id.order(entry.id)
        if isLast ? found >= 0 : found < 0 { entry.pointee.set(value, time: time, id: id, heap) }
      }
    }
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    let (own, other) = (entry(state), entry(from))
    if other.pointee.value.isEmpty { return }
    if !own.pointee.value.isEmpty {
      let order = other.whole.order(own.whole)
      if isLast ? order < 0 : order >= 0 { return }
    }
    own.pointee.set(other.value, time: other.pointee.time, id: other.id, heap)
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    let entry = entry(state)
    out.put(entry.pointee.value.isEmpty ? 0 : 1 as UInt8)
    if !entry.pointee.value.isEmpty { out.put(entry.whole) }
  }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    if try from.getCount(UInt8.self, limit: 1) == 0 { return }
    let found = try from.getEntry()
    entry(state).pointee.set(found.value, time: found.time, id: found.id, heap)
  }

  /// Null of nothing.
  func value(_ state: UnsafeRawPointer) -> Scalar {
    let entry = entry(state)
    return entry.pointee.value.isEmpty ? .null : entry.value
  }
}
