import Glibc

/// Rows of one input by the numbers of their keys, those of a key in order.
final class KeyedRows {
  private struct List {
    var rows: UnsafeMutablePointer<KeptRow.Reference>?
    /// The first ones have gone.
    var start: Int32 = 0
    var count: Int32 = 0
    var capacity: Int32 = 0
  }

  private var lists: UnsafeMutablePointer<List>
  private var capacity = 16
  private let arena: RowArena
  /// True: by time and id; else by time, those of one time as they came.
  private let isByID: Bool

  init(_ arena: RowArena, byID: Bool) {
    self.arena = arena
    isByID = byID
    lists = .allocate(capacity: capacity)
    lists.initialize(repeating: List(), count: capacity)
  }

  deinit {
    for key in 0..<capacity {
      let list = lists[key]
      for at in 0..<Int(list.count) { give(list.rows![Int(list.start) + at]) }
      if let rows = list.rows { giveRows(rows, list.capacity) }
    }
    lists.deallocate()
  }

  /// Memory for the heads of lists; that of rows is the arena's.
  var byteCount: Int { capacity * MemoryLayout<List>.stride }

  /// Makes room for keys whose numbers are below `limit`.
  func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    let larger = UnsafeMutablePointer<List>.allocate(capacity: max(limit, capacity * 2))
    larger.moveInitialize(from: lists, count: capacity)
    (larger + capacity).initialize(repeating: List(), count: max(limit, capacity * 2) - capacity)
    lists.deallocate()
    lists = larger
    capacity = max(limit, capacity * 2)
  }

  func count(_ key: UInt32) -> Int { Int(key) < capacity ? Int(lists[Int(key)].count) : 0 }

  func row(_ key: UInt32, _ at: Int) -> KeptRow.Reference {
    let list = lists + Int(key)
    return list.pointee.rows![Int(list.pointee.start) &+ at]
  }

  /// Places of a key's rows from one time to another, both included.
  func places(_ key: UInt32, from: Int64, through: Int64) -> Range<Int> {
    let count = count(key)
    // Most keys have few rows, and most rows are asked for soon.
    guard count > 0, row(key, count - 1).pointee.time >= from, row(key, 0).pointee.time <= through else { return 0..<0 }
    let first = place(key, count) { $0.pointee.time >= from }
    let end = place(key, count) { $0.pointee.time > through }
    return first..<max(first, end)
  }

  /// The first place whose row satisfies a condition that all behind it do too.
  private func place(_ key: UInt32, _ count: Int, _ isBehind: (KeptRow.Reference) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low &+ high) / 2
      if isBehind(row(key, middle)) { high = middle } else { low = middle &+ 1 }
    }
    return low
  }

  func insert(_ row: KeptRow.Reference) {
    let key = row.pointee.key
    reserve(Int(key) + 1)
    let list = lists + Int(key)
    if list.pointee.start + list.pointee.count == list.pointee.capacity { makeRoom(list) }
    let count = Int(list.pointee.count)
    var at = count
    if count > 0, isBehind(self.row(key, count - 1), row) { at = place(key, count) { isBehind($0, row) } }
    let rows = list.pointee.rows! + Int(list.pointee.start)
    if at < count { memmove(rows + at + 1, rows + at, (count - at) * MemoryLayout<KeptRow.Reference>.stride) }
    (rows + at).initialize(to: row)
    list.pointee.count += 1
  }

  private func isBehind(_ one: KeptRow.Reference, _ row: KeptRow.Reference) -> Bool {
    isByID ? row.isBefore(one) : one.pointee.time > row.pointee.time
  }

  /// Gives back the first row of a key.
  func dropFirst(_ key: UInt32) {
    let list = lists + Int(key)
    give(row(key, 0))
    list.pointee.start += 1
    list.pointee.count -= 1
    if list.pointee.count == 0, let rows = list.pointee.rows {
      giveRows(rows, list.pointee.capacity)
      list.pointee = List()
    }
  }

  private func give(_ row: KeptRow.Reference) { arena.give(row, KeptRow.size(cells: Int(row.pointee.length))) }

  private func giveRows(_ rows: UnsafeMutablePointer<KeptRow.Reference>, _ capacity: Int32) {
    arena.give(rows, Int(capacity) * MemoryLayout<KeptRow.Reference>.stride)
  }

  private func makeRoom(_ list: UnsafeMutablePointer<List>) {
    let count = Int(list.pointee.count)
    if list.pointee.start > 0, Int(list.pointee.start) >= count {
      let rows = list.pointee.rows!
      memmove(rows, rows + Int(list.pointee.start), count * MemoryLayout<KeptRow.Reference>.stride)
      list.pointee.start = 0
      return
    }
    let capacity = max(2, count * 2)
    let bytes = capacity * MemoryLayout<KeptRow.Reference>.stride
    let larger = arena.take(bytes).bindMemory(to: KeptRow.Reference.self, capacity: capacity)
    if let rows = list.pointee.rows {
      larger.initialize(from: rows + Int(list.pointee.start), count: count)
      giveRows(rows, list.pointee.capacity)
    }
    list.pointee = List(rows: larger, start: 0, count: Int32(count), capacity: Int32(capacity))
  }
}
