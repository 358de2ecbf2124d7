import Aggregates
import PluginKit

/// Windows of so many rows of a key, in the order in which they come.
final class CountWindows: WindowStore {
  private let context: WindowContext
  private let size: Int64
  private let pool: StretchPool
  private var heads = StretchHeads()
  /// Windows that are full, in the order in which they became so; those in front are done.
  private var full: [Stretch.Reference] = []
  /// Unfinished windows by the greatest time of their rows, or one that it was before.
  private var open = DueHeap<Stretch.Reference>()
  private(set) var hasChanges = false

  init(_ context: WindowContext, size: Int64) {
    self.context = context
    self.size = size
    pool = StretchPool(context.aggregates, context.keys)
  }

  deinit {
    for key in 0..<min(heads.capacity, context.keys.limit) { if let stretch = heads.heads[key] { pool.give(stretch) } }
    for stretch in full { pool.give(stretch) }
    heads.deallocate()
  }

  var byteCount: Int { pool.byteCount + heads.byteCount + open.byteCount + full.capacity * 8 }

  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    heads.reserve(context.keys.limit)
    let (heads, rowTimes, size) = (heads.heads, times.times, size)
    let ids = batch.frame.column(role: .id)
    var at = 0
    while at < batch.count {
      let (key, time) = (keys[at], rowTimes[at])
      let stretch = heads[Int(key)] ?? begin(key, time, ids?.identity(Int(batch.row(at: at))) ?? 0)
      stretch.pointee.first = min(stretch.pointee.first, time)
      stretch.pointee.last = max(stretch.pointee.last, time)
      stretch.pointee.isChanged = true
      stretch.pointee.rows &+= 1
      context.add(at, to: stretch.aggregates)
      if stretch.pointee.rows >= size {
        full.append(stretch)
        heads[Int(key)] = nil
      }
      at &+= 1
    }
    hasChanges = true
    context.settle()
    _ = try emit(&full, .max, &out)
    // Entries of windows that are done would stay for ever behind an old one.
    open.trim(to: pool.count) { $0.thing.pointee.serial == $0.serial }
  }

  private func begin(_ key: UInt32, _ time: Int64, _ identity: Int64) -> Stretch.Reference {
    let made = pool.make(key, at: time)
    made.pointee.identity = identity
    heads.heads[Int(key)] = made
    open.push(time, made.pointee.serial, made)
    return made
  }

  /// What is unfinished fires at the end of the input.
  func fire(_ out: inout Output) throws -> Bool {
    guard context.watermark == .max else { return true }
    context.results.resetSent()
    if full.isEmpty {
      full = unfinished()
      for stretch in full { heads.heads[Int(stretch.pointee.key)] = nil }
    }
    guard try emit(&full, FiringBudget.frames, &out) else { return false }
    try context.results.commit(&out)
    return true
  }

  /// Unfinished windows in the order of their results.
  private func unfinished() -> [Stretch.Reference] {
    (0..<min(heads.capacity, context.keys.limit)).compactMap { heads.heads[$0] }
      .sorted { Stretch.isBefore($0, $1, context.keys) }
  }

  /// Gives results from the front. False when there are more.
  private func emit(_ stretches: inout [Stretch.Reference], _ frames: Int, _ out: inout Output) throws -> Bool {
    let all = stretches
    let done = try context.results.append(to: all.count, frames: frames, &out) { numbers, items in
      for (at, number) in numbers.enumerated() { items[at] = item(all[number], isEarly: false) }
    }
    for stretch in stretches[..<done] { pool.give(stretch) }
    stretches.removeFirst(done)
    if stretches.isEmpty, done > 0 { context.sweepKeys() }
    return stretches.isEmpty
  }

  private func item(_ stretch: Stretch.Reference, isEarly: Bool) -> ResultRows.Item {
    let it = stretch.pointee
    let window = ResultRows.Window(
      start: it.first, end: it.last, time: it.last, isEarly: isEarly, identity: it.identity)
    return ResultRows.Item(key: it.key, window: window, place: stretch.aggregates)
  }

  func fireEarly(_ out: inout Output) throws {
    let changed = unfinished().filter(\.pointee.isChanged)
    _ = try context.results.append(to: changed.count, &out) { numbers, items in
      for (at, number) in numbers.enumerated() { items[at] = item(changed[number], isEarly: true) }
    }
    for stretch in changed { stretch.pointee.isChanged = false }
    hasChanges = false
    try context.results.commit(&out)
  }

  var nextDue: Int64? { nil }

  /// No result is earlier than an unfinished window would be now.
  var outputWatermark: Int64? {
    while let entry = open.first {
      let stretch = entry.thing
      if stretch.pointee.serial == entry.serial {
        if stretch.pointee.last == entry.time { break }
        open.pop()
        open.push(stretch.pointee.last, entry.serial, stretch)
      } else {
        open.pop()
      }
    }
    return min(context.watermark, open.first?.time ?? .max)
  }

  // MARK: Snapshots

  /// For each unfinished window its key, first, last, rows, the id of its first row, flag and aggregates, by key.
  func snapshot(_ writer: StateWriter) throws {
    for key in context.keys.ordered() where Int(key) < heads.capacity {
      guard let stretch = heads.heads[Int(key)] else { continue }
      let (group, it) = (context.keys.group(key), stretch.pointee)
      try KeyState.write(context.keys.key(key), writer, group)
      for number in [it.first, it.last, it.rows, it.identity] { try writer.write(number, group: group) }
      try writer.write(it.isChanged ? 1 as UInt8 : 0, group: group)
      try context.aggregates.snapshot(stretch.aggregates, writer, group: group)
    }
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try context.readKey(reader, length: length, group)
      heads.reserve(context.keys.limit)
      let (first, last, rows) = (try reader.read(Int64.self), try reader.read(Int64.self), try reader.read(Int64.self))
      let identity = try reader.read(Int64.self)
      let isChanged = try Bool(reader)
      guard first <= last, rows > 0, heads.heads[Int(key)] == nil else {
        throw PluginError(.state, "the saved windows hold no such count window")
      }
      let stretch = pool.make(key, at: first)
      heads.heads[Int(key)] = stretch
      try context.aggregates.restore(stretch.aggregates, reader)
      (stretch.pointee.last, stretch.pointee.rows, stretch.pointee.isChanged) = (last, rows, isChanged)
      stretch.pointee.identity = identity
      hasChanges = hasChanges || isChanged
      open.push(last, stretch.pointee.serial, stretch)
    }
  }
}
