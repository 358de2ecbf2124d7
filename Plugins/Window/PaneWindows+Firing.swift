import Aggregates
import PluginKit

extension PaneWindows {
  /// A window whose results go out.
  struct Firing {
    var window: ResultRows.Window
    let end: Int64
    /// Places by key, of each pane that the window sees.
    var tables: [(places: UnsafeMutablePointer<Place?>, capacity: Int)]
    /// Keys in their order, and how many of them are done.
    var keys: [UInt32] = []
    var done = 0
  }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    let frontier = frontier
    while true {
      if firing == nil, let end = nextEnd, end <= frontier { firing = collect(end, 0) }
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
    guard let pane = panes.first(where: { shape.lastEnd(of: $0.index) > fired }) else { return nil }
    let first = shape.firstEnd(of: pane.index)
    return first > fired ? first : shape.end(atLeast: fired + 1)
  }

  /// A window and the panes that it sees, without keys.
  func gather(_ end: Int64, _ number: Int64) -> Firing { firing(end, number, panes(of: end)) }

  private func firing(_ end: Int64, _ number: Int64, _ seen: [Pane]) -> Firing {
    let (start, stop) = (ruler.start(of: shape.start(of: end)), ruler.start(of: end))
    let window = ResultRows.Window(start: start, end: stop, time: stop == .min ? .min : stop - 1, corrections: number)
    return Firing(window: window, end: end, tables: seen.map { ($0.places, $0.capacity) })
  }

  /// A window with all keys that it has, in their order.
  func collect(_ end: Int64, _ number: Int64) -> Firing {
    let seen = panes(of: end)
    var made = firing(end, number, seen)
    beginCollection()
    for pane in seen { pane.forEach { key, _ in collect(key, into: &made.keys) } }
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
    while firing.done < firing.keys.count {
      let count = min(firing.keys.count - firing.done, ResultBlock.count)
      for at in 0..<count {
        let key = firing.keys[firing.done + at]
        let place =
          firing.tables.count == 1 ? firing.tables[0].places[Int(key)]! : merge(key, firing.tables, into: block.place(at))
        block.items[at] = ResultRows.Item(key: key, window: firing.window, place: place)
      }
      defer { if firing.tables.count > 1 { for at in 0..<count { context.aggregates.destroy(block.place(at)) } } }
      firing.done += count
      try context.results.append(UnsafeBufferPointer(start: block.items, count: count), &out)
      if context.results.sent >= frames { return false }
    }
    return true
  }

  private func merge(
    _ key: UInt32, _ tables: [(places: UnsafeMutablePointer<Place?>, capacity: Int)], into merged: Place
  ) -> Place {
    let aggregates = context.aggregates
    aggregates.initialize(merged)
    for table in tables where Int(key) < table.capacity {
      if let part = table.places[Int(key)] { aggregates.merge(part, into: merged) }
    }
    return merged
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
      let seen = panes(of: end)
      var early = firing(end, 0, seen)
      early.window.isEarly = true
      beginCollection()
      for pane in seen where pane.isChanged {
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
