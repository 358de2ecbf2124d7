/// Rows by their times, those of one time as they came: the earliest first.
struct DueRows {
  private struct Entry {
    let time: Int64
    let number: Int64
    let row: KeptRow.Reference

    func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : number < other.number }
  }

  /// A heap in which each has four below it: rows that come in order stay where they are put.
  private var entries: [Entry] = []

  var first: KeptRow.Reference? { entries.first?.row }
  var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

  mutating func push(_ row: KeptRow.Reference) {
    let entry = Entry(time: row.pointee.time, number: row.pointee.mark, row: row)
    entries.append(entry)
    var at = entries.count - 1
    while at > 0 {
      let above = (at - 1) / 4
      guard entry.isBefore(entries[above]) else { break }
      entries[at] = entries[above]
      at = above
    }
    entries[at] = entry
  }

  mutating func pop() {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    var at = 0
    while 4 * at + 1 < entries.count {
      var least = 4 * at + 1
      for below in least + 1..<max(least + 1, min(least + 4, entries.count)) where entries[below].isBefore(entries[least]) {
        least = below
      }
      guard entries[least].isBefore(last) else { break }
      entries[at] = entries[least]
      at = least
    }
    entries[at] = last
  }
}
