import Aggregates
import PluginKit

/// Windows that each row names: start and end are values of expressions.
final class CustomWindows: WindowStore {
  /// A window, all keys' aggregates in a pane of its own.
  private final class Window {
    let start: Int64
    let end: Int64
    let pane: Pane
    var hasFired = false
    /// How often the results of a key were corrected; `UInt32.max` for those of all keys.
    var corrections: [UInt32: Int64] = [:]

    init(_ start: Int64, _ end: Int64, _ pane: Pane) {
      self.start = start
      self.end = end
      self.pane = pane
    }

    func isBefore(_ start: Int64, _ end: Int64) -> Bool { self.end < end || (self.end == end && self.start < start) }
  }

  private let context: WindowContext
  private let start: Expression
  private let end: Expression
  private let arena: RecordArena
  /// In the order of end, then start.
  private var windows: [Window] = []
  private var firing: (window: Window, keys: [UInt32], done: Int)?
  private let block = ResultBlock(recordBytes: 0)

  init(_ context: WindowContext, start: Expression, end: Expression) {
    self.context = context
    self.start = start
    self.end = end
    arena = RecordArena(context.aggregates)
  }

  deinit { for window in windows { window.pane.release(context.aggregates, context.keys) } }

  var byteCount: Int { arena.byteCount + windows.reduce(0) { $0 + $1.pane.byteCount + 96 } }

  // MARK: Rows

  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    let (starts, ends) = (try start.values(of: batch), try end.values(of: batch))
    guard let from = starts.times, let to = ends.times else {
      throw PluginError.fatal("a custom window begins and ends at times")
    }
    var last: Window?
    for at in 0..<batch.count {
      let row = batch.selection.map { Int($0[at]) } ?? at
      let time = times.times[at]
      guard starts.isValid(at), ends.isValid(at) else {
        try out.reject(row, of: batch, "its window has no \(starts.isValid(at) ? "end" : "start")")
        continue
      }
      guard from[at] < to[at] else {
        try out.reject(row, of: batch, "its window begins at its end, or behind it")
        continue
      }
      guard from[at] <= time, time < to[at] else {
        try out.reject(row, of: batch, "its event time is outside of its window")
        continue
      }
      let mark = max(batch.frame.rowWatermark(row), context.watermark)
      if context.isOver(to[at], at: mark) {
        let (lateness, overflow) = mark.subtractingReportingOverflow(context.closing(to[at]))
        context.lateRows.add(at, of: batch, by: overflow ? .max : lateness)
        continue
      }
      if last?.start != from[at] || last?.end != to[at] { last = window(from[at], to[at]) }
      try add(at, keys[at], to: last!, &out)
    }
    context.settle()
    try context.lateRows.send(batch, &out)
  }

  private func add(_ at: Int, _ key: UInt32, to window: Window, _ out: inout Output) throws {
    let isCorrection = window.end <= context.watermark
    let hasResult = window.hasFired && (context.recomputes || window.pane[key] != nil)
    window.pane.reserve(context.keys.limit)
    let place = window.pane[key] ?? window.pane.add(key, context.keys)
    context.add(at, to: place)
    guard isCorrection else {
      StateRecord.of(place).pointee.isChanged = true
      window.pane.isChanged = true
      return
    }
    context.settle()
    let counted = context.recomputes ? UInt32.max : key
    if hasResult { window.corrections[counted, default: 0] += 1 }
    window.hasFired = true
    _ = try emit(
      window, context.recomputes ? self.keys(of: window) : [key], 0, hasResult ? window.corrections[counted] ?? 0 : 0, &out)
  }

  private func window(_ start: Int64, _ end: Int64) -> Window {
    var (low, high) = (0, windows.count)
    while low < high {
      let middle = (low + high) / 2
      if windows[middle].isBefore(start, end) { low = middle + 1 } else { high = middle }
    }
    if low < windows.count, windows[low].start == start, windows[low].end == end { return windows[low] }
    let made = Window(start, end, Pane(0, from: .min, arena: arena, capacity: context.keys.limit))
    windows.insert(made, at: low)
    return made
  }

  // MARK: Results

  var nextDue: Int64? { windows.first { !$0.hasFired }?.end }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    while true {
      if firing == nil, let window = windows.first(where: { !$0.hasFired }), window.end <= context.watermark {
        firing = (window, keys(of: window), 0)
      }
      guard let (window, keys, done) = firing else { break }
      let reached = try emit(window, keys, done, 0, budget: FiringBudget.frames, &out)
      if reached < keys.count {
        firing!.done = reached
        return false
      }
      window.hasFired = true
      window.pane.isChanged = false
      firing = nil
    }
    try context.results.commit(&out)
    release()
    return true
  }

  private func keys(of window: Window) -> [UInt32] {
    var keys: [UInt32] = []
    window.pane.forEach { key, _ in keys.append(key) }
    context.keys.sort(&keys)
    return keys
  }

  /// Gives results of a window's keys from one on; how many are done then.
  private func emit(
    _ window: Window, _ keys: [UInt32], _ from: Int, _ corrections: Int64, isEarly: Bool = false, budget: Int = .max,
    _ out: inout Output
  ) throws -> Int {
    var done = from
    let result = ResultRows.Window(
      start: window.start, end: window.end, time: window.end - 1, corrections: corrections, isEarly: isEarly)
    while done < keys.count, context.results.sent < budget {
      let count = min(keys.count - done, ResultBlock.count)
      for at in 0..<count {
        block.items[at] = ResultRows.Item(key: keys[done + at], window: result, place: window.pane[keys[done + at]]!)
      }
      try context.results.append(UnsafeBufferPointer(start: block.items, count: count), &out)
      done += count
    }
    return done
  }

  private func release() {
    var gone = 0
    windows.removeAll { window in
      guard context.isOver(window.end, at: context.watermark) else { return false }
      window.pane.release(context.aggregates, context.keys)
      gone += 1
      return true
    }
    if gone > 0 { context.sweepKeys() }
  }

  var hasChanges: Bool { windows.contains { $0.pane.isChanged && !$0.hasFired } }

  func fireEarly(_ out: inout Output) throws {
    for window in windows where window.pane.isChanged && !window.hasFired {
      var keys: [UInt32] = []
      window.pane.forEach { key, place in
        if StateRecord.of(place).pointee.isChanged { keys.append(key) }
        StateRecord.of(place).pointee.isChanged = false
      }
      window.pane.isChanged = false
      context.keys.sort(&keys)
      _ = try emit(window, keys, 0, 0, isEarly: true, &out)
    }
    try context.results.commit(&out)
  }

  var outputWatermark: Int64? {
    guard context.allowed > 0 else { return nil }
    let (held, overflow) = context.watermark.subtractingReportingOverflow(context.allowed)
    return overflow ? .min : held
  }

  // MARK: Snapshots

  /// For each window and key: the key, start, end, flags, corrections (-1 = none of the key's own), the window's own, aggregates.
  func snapshot(_ writer: StateWriter) throws {
    for key in context.keys.ordered() {
      let group = context.keys.group(key)
      for window in windows {
        guard let place = window.pane[key] else { continue }
        let isChanged = StateRecord.of(place).pointee.isChanged
        try KeyState.write(context.keys.key(key), writer, group)
        try writer.write(window.start, group: group)
        try writer.write(window.end, group: group)
        try writer.write((window.hasFired ? 1 : 0) | (isChanged ? 2 : 0) as UInt8, group: group)
        try writer.write(window.corrections[key] ?? 0, group: group)
        try writer.write(window.corrections[.max] ?? 0, group: group)
        try context.aggregates.snapshot(place, writer, group: group)
      }
    }
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try context.readKey(reader, length: length, group)
      let (start, end) = (try reader.read(Int64.self), try reader.read(Int64.self))
      let flags = try reader.read(UInt8.self)
      let (own, whole) = (try reader.read(Int64.self), try reader.read(Int64.self))
      guard start < end, flags < 4, WindowLimits.corrections.contains(own), WindowLimits.corrections.contains(whole) else {
        throw PluginError(.state, "the saved windows hold no such custom window")
      }
      let window = window(start, end)
      window.pane.reserve(context.keys.limit)
      guard window.pane[key] == nil else { throw PluginError(.state, "the saved windows hold a key twice in a window") }
      let place = window.pane.add(key, context.keys)
      try context.aggregates.restore(place, reader)
      window.hasFired = flags & 1 != 0
      StateRecord.of(place).pointee.isChanged = flags & 2 != 0
      if flags & 2 != 0 { window.pane.isChanged = true }
      if own > 0 { window.corrections[key] = own }
      if whole > 0 { window.corrections[.max] = whole }
    }
  }
}
