import PluginKit

/// Places of the rows of a batch in the order of event time and id.
///
/// A late row, which is behind the watermark of its partition, has the place of a row of that time: there it stands wherever frames begin
/// and end, and the other rows keep their order.
final class RowKeys {
  struct Entry {
    var key: SortKey
    var row: UInt32
  }

  /// Those of the rows that were read, in order once they are sorted.
  @exclusivity(unchecked) private(set) var entries = UnsafeMutablePointer<Entry>.allocate(capacity: FrameLimits.maxRows)
  @exclusivity(unchecked) private var spare = UnsafeMutablePointer<Entry>.allocate(capacity: FrameLimits.maxRows)
  private var bounds: [Int] = []
  /// Hashes of the rows of the frame in work, where some have one time and id; the others are 0.
  private var hashes: UnsafeMutablePointer<UInt64>?
  private var areHashesClear = false

  deinit {
    entries.deallocate()
    spare.deallocate()
    hashes?.deallocate()
  }

  /// Keys of all rows of a frame, which has event times.
  static func read(_ frame: FrameView, into keys: UnsafeMutablePointer<SortKey>) {
    guard let times = frame.column(role: .eventTime) else { preconditionFailure("rows that are held have event times") }
    let ids = RowIDs(frame)
    let isBehind = frame.hasRowWatermark
    for row in 0..<frame.rows {
      let time = times.time(row)
      keys[row] = SortKey(time: isBehind ? max(time, frame.rowWatermark(row)) : time, id: ids.key(row))
    }
  }

  /// Reads some rows of a frame and sorts them. False when they were in order already.
  func sort(_ frame: FrameView, rows: UnsafePointer<UInt16>?, count: Int, _ ties: RowTies) -> Bool {
    guard let times = frame.column(role: .eventTime) else { preconditionFailure("rows that are held have event times") }
    let ids = RowIDs(frame)
    let isBehind = frame.hasRowWatermark
    let flat = times.ints?.baseAddress
    let order = Order(frame: frame, form: ids.form, ties: ties, keys: self)
    areHashesClear = false
    bounds.removeAll(keepingCapacity: true)
    bounds.append(0)
    let entries = entries
    var index = 0
    while index < count {
      let row = rows.map { Int($0[index]) } ?? index
      let time = flat.map { $0[row] } ?? times.time(row)
      let key = SortKey(time: isBehind ? max(time, frame.rowWatermark(row)) : time, id: ids.key(row))
      entries[index] = Entry(key: key, row: UInt32(truncatingIfNeeded: row))
      if index > 0, order.isBefore(entries[index], entries[index - 1]) { bounds.append(index) }
      index &+= 1
    }
    guard bounds.count > 1 else { return false }
    bounds.append(count)
    while bounds.count > 2 { mergePairs(order) }
    return true
  }

  private struct Order {
    let frame: FrameView
    let form: RowIDs.Form
    let ties: RowTies
    unowned(unsafe) let keys: RowKeys

    @inline(__always)
    func isBefore(_ a: Entry, _ b: Entry) -> Bool {
      if a.key.time != b.key.time { return a.key.time < b.key.time }
      if a.key.id != b.key.id { return a.key.id < b.key.id }
      return isBeforeAlike(Int(a.row), Int(b.row))
    }

    private func isBeforeAlike(_ a: Int, _ b: Int) -> Bool {
      if form == .text {
        let order = RowTies.order(frame, a, frame, b)
        if order != 0 { return order < 0 }
      }
      return keys.hash(frame, a, ties) < keys.hash(frame, b, ties)
    }
  }

  private func hash(_ frame: FrameView, _ row: Int, _ ties: RowTies) -> UInt64 {
    let hashes = hashes ?? .allocate(capacity: FrameLimits.maxRows)
    self.hashes = hashes
    if !areHashesClear { hashes.initialize(repeating: 0, count: frame.rows) }
    areHashesClear = true
    if hashes[row] == 0 { hashes[row] = ties.hash(frame, row) }
    return hashes[row]
  }

  /// Merges each two stretches that are in order and stand side by side.
  private func mergePairs(_ order: Order) {
    let from = entries, into = spare
    var made = 0
    var at = 0
    while at + 1 < bounds.count {
      let (start, middle) = (bounds[at], bounds[at + 1])
      let end = at + 2 < bounds.count ? bounds[at + 2] : middle
      merge(from, start, middle, end, into, order)
      bounds[made] = start
      made += 1
      at += 2
    }
    bounds[made] = bounds[bounds.count - 1]
    bounds.removeLast(bounds.count - made - 1)
    (entries, spare) = (into, from)
  }

  private func merge(
    _ from: UnsafeMutablePointer<Entry>, _ start: Int, _ middle: Int, _ end: Int, _ into: UnsafeMutablePointer<Entry>,
    _ order: Order
  ) {
    var (left, right, at) = (start, middle, start)
    while left < middle, right < end {
      if order.isBefore(from[right], from[left]) {
        into[at] = from[right]
        right &+= 1
      } else {
        into[at] = from[left]
        left &+= 1
      }
      at &+= 1
    }
    (into + at).update(from: from + left, count: middle - left)
    (into + at + middle - left).update(from: from + right, count: end - right)
  }
}
