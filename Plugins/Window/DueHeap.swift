/// Things by a time at which each is to be looked at, the earliest first.
///
/// A thing may have several entries; which of them still mean something, the serial numbers tell that the owner gives.
struct DueHeap<Thing> {
  struct Entry {
    let time: Int64
    let serial: UInt64
    let thing: Thing
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }
  var count: Int { entries.count }
  var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

  mutating func push(_ time: Int64, _ serial: UInt64, _ thing: Thing) {
    entries.append(Entry(time: time, serial: serial, thing: thing))
    var at = entries.count - 1
    while at > 0 {
      let parent = (at - 1) / 2
      if entries[parent].time <= entries[at].time { break }
      entries.swapAt(parent, at)
      at = parent
    }
  }

  mutating func pop() {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    entries[0] = last
    sink(0)
  }

  /// Forgets entries that mean nothing any more, when they are most of many: `count` is how many mean something.
  mutating func trim(to count: Int, _ isCurrent: (Entry) -> Bool) {
    guard entries.count > 1024, entries.count > 4 * count else { return }
    entries.removeAll { !isCurrent($0) }
    for at in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(at) }
  }

  private mutating func sink(_ start: Int) {
    var at = start
    while true {
      var least = 2 * at + 1
      guard least < entries.count else { break }
      if least + 1 < entries.count, entries[least + 1].time < entries[least].time { least += 1 }
      if entries[at].time <= entries[least].time { break }
      entries.swapAt(at, least)
      at = least
    }
  }
}
