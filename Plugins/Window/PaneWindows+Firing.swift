import Aggregates
import PluginKit

extension PaneWindows {
  /// A window whose results go out.
  struct Firing {
    var window: ResultRows.Window
    let end: Int64
    /// Where the aggregates of keys are, in each of the window's parts.
    var tables: [KeyPlaces]
    /// Keys in their order, and how many of them are done.
    var keys: [UInt32] = []
    var done = 0
  }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    let frontier = frontier
    while true {
      if firing == nil, let end = nextEnd, end <= frontier { firing = collect(end, complete: end) }
      guard firing != nil else { break }
      guard try emit(&firing!, FiringBudget.frames, &out) else { return false }
      fired = firing!.end
      firing = nil
    }
    fired = max(fired, frontier)
    try context.results.commit(&out)
    release()
    return true
  }

  /// Windows that end before the pane of this number are due.
  private var frontier: Int64 {
    let due = context.watermark
    return due == .max ? .max : due == .min ? .min : ruler.pane(of: due)
  }

  func resume() { fired = frontier }

  var nextDue: Int64? { nextEnd.map { ruler.start(of: $0) } }

  /// The next window that has something to say.
  private var nextEnd: Int64? {
    guard fired < .max else { return nil }
    let place = panes.position { shape.lastEnd(of: $0.index) > fired }
    guard place < panes.endIndex else { return nil }
    let first = shape.firstEnd(of: panes[place].index)
    return first > fired ? first : shape.end(atLeast: fired + 1)
  }

  /// A window that is put together of these parts, without keys.
  func firing(_ end: Int64, _ parts: [Pane]) -> Firing {
    let (start, stop) = (ruler.start(of: shape.start(of: end)), ruler.start(of: end))
    let window = ResultRows.Window(start: start, end: stop, time: stop == .min ? .min : stop - 1)
    return Firing(window: window, end: end, tables: parts.map(\.table))
  }

  /// A window with all keys that it has, in their order.
  func collect(_ end: Int64, complete: Int64) -> Firing {
    let parts = parts(of: end, complete: complete)
    var made = firing(end, parts)
    beginCollection()
    for part in parts { part.forEach { key, _ in collect(key, into: &made.keys) } }
    order(&made.keys)
    return made
  }

  func beginCollection() {
    stamp &+= 1
    if stamps.count < context.keys.limit || stamp == 0 {
      stamps = Array(repeating: 0, count: max(context.keys.limit, stamps.count * 2))
      stamp = 1
    }
  }

  @inline(__always)
  func collect(_ key: UInt32, into keys: inout [UInt32]) {
    guard stamps[Int(key)] != stamp else { return }
    stamps[Int(key)] = stamp
    keys.append(key)
  }

  /// Puts the keys of the collection in order. Of all keys the order is known, so many are read off it and few are sorted.
  func order(_ keys: inout [UInt32]) {
    guard keys.count > 1 else { return }
    if keys.count * 8 >= context.keys.count {
      keys = context.keys.ordered().filter { stamps[Int($0)] == stamp }
    } else {
      context.keys.sort(&keys)
    }
  }

  /// Gives the results of a window, until so many frames have gone. False when there are more.
  func emit(_ firing: inout Firing, _ frames: Int, _ out: inout Output) throws -> Bool {
    let (window, keys, tables, block) = (firing.window, firing.keys, firing.tables, block)
    let counts = corrections[firing.end] ?? [:]
    defer { block.clear() }
    firing.done = try context.results.append(from: firing.done, to: keys.count, frames: frames, &out) { range, items in
      defer {
        if !counts.isEmpty {
          for at in 0..<range.count { items[at].window.corrections = counts[items[at].key] ?? 0 }
        }
      }
      if tables.count == 1 {
        for (at, number) in range.enumerated() {
          items[at] = ResultRows.Item(key: keys[number], window: window, place: tables[0][keys[number]]!)
        }
        return
      }
      block.begin(range.count)
      for table in tables {
        for (at, number) in range.enumerated() {
          if let part = table[keys[number]] { block.merge(part, into: block.place(at)) }
        }
        block.settle()
      }
      for (at, number) in range.enumerated() {
        items[at] = ResultRows.Item(key: keys[number], window: window, place: block.place(at))
      }
    }
    return firing.done == keys.count
  }

  // MARK: Early

  var hasChanges: Bool { panes.contains { $0.isChanged } }

  func fireEarly(_ out: inout Output) throws {
    var ends: Set<Int64> = []
    for pane in panes where pane.isChanged {
      var end = max(shape.firstEnd(of: pane.index), pane.from)
      while end <= shape.lastEnd(of: pane.index) {
        if end > fired { ends.insert(end) }
        end = shape.end(atLeast: end + 1)
      }
    }
    for end in ends.sorted() {
      var early = firing(end, parts(of: end, complete: fired))
      early.window.isEarly = true
      beginCollection()
      for pane in panes[panes.position(shape.start(of: end))...] where pane.isChanged && pane.from <= end {
        if pane.index >= end { break }
        pane.forEach { key, place in
          if StateRecord.of(place).pointee.isChanged { collect(key, into: &early.keys) }
        }
      }
      order(&early.keys)
      _ = try emit(&early, .max, &out)
    }
    for pane in panes where pane.isChanged {
      pane.forEach { _, place in StateRecord.of(place).pointee.isChanged = false }
      pane.isChanged = false
    }
    try context.results.commit(&out)
  }
}
