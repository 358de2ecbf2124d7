import PluginKit

/// Runs by their first row that is still there, the least first.
final class RunHeap {
  struct Entry {
    var key: SortKey
    let run: Run.Reference
  }

  @exclusivity(unchecked) private var entries = UnsafeMutablePointer<Entry>.allocate(capacity: 64)
  private var capacity = 64
  @exclusivity(unchecked) private(set) var count = 0
  private let ties: RowTies

  init(_ ties: RowTies) { self.ties = ties }

  deinit { entries.deallocate() }

  var first: Entry? { count > 0 ? entries[0] : nil }

  /// The least of all but the first.
  var second: Entry? {
    guard count > 1 else { return nil }
    return count > 2 && isBefore(entries[2], entries[1]) ? entries[2] : entries[1]
  }

  func push(_ run: Run.Reference) {
    if count == capacity {
      let larger = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
      larger.update(from: entries, count: count)
      entries.deallocate()
      (entries, capacity) = (larger, 2 * capacity)
    }
    let entry = Entry(key: run.pointee.keys[run.pointee.cursor], run: run)
    var at = count
    count += 1
    while at > 0 {
      let parent = (at - 1) / 2
      guard isBefore(entry, entries[parent]) else { break }
      entries[at] = entries[parent]
      at = parent
    }
    entries[at] = entry
  }

  /// Puts the first run where its cursor belongs now, or out when it has no row left.
  func settleFirst() {
    var entry = entries[0]
    if entry.run.pointee.left > 0 {
      entry.key = entry.run.pointee.keys[entry.run.pointee.cursor]
    } else {
      count -= 1
      guard count > 0 else { return }
      entry = entries[count]
    }
    var at = 0
    while true {
      var least = 2 * at + 1
      guard least < count else { break }
      if least + 1 < count, isBefore(entries[least + 1], entries[least]) { least += 1 }
      guard isBefore(entries[least], entry) else { break }
      entries[at] = entries[least]
      at = least
    }
    entries[at] = entry
  }

  func removeAll() { count = 0 }

  @inline(__always)
  func isBefore(_ a: Entry, _ b: Entry) -> Bool {
    if a.key.time != b.key.time { return a.key.time < b.key.time }
    return isBeforeAtOneTime(a, b)
  }

  private func isBeforeAtOneTime(_ a: Entry, _ b: Entry) -> Bool {
    let (one, other) = (a.run, b.run)
    if one.pointee.form != other.pointee.form { return one.pointee.form.rawValue < other.pointee.form.rawValue }
    if a.key.id != b.key.id { return a.key.id < b.key.id }
    if one.pointee.form == .text {
      let order = RowTies.order(one.pointee.frame, one.pointee.cursor, other.pointee.frame, other.pointee.cursor)
      if order != 0 { return order < 0 }
    }
    return one.pointee.hash(ties) < other.pointee.hash(ties)
  }

  /// True while the first run's next row, at its cursor, comes before `entry`, the first of another run.
  @inline(__always)
  func goesOn(_ run: Run.Reference, before entry: Entry) -> Bool {
    isBefore(Entry(key: run.pointee.keys[run.pointee.cursor], run: run), entry)
  }
}
