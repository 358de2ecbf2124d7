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
    /// How often the results of a key were corrected.
    var corrections: [UInt32: Int64] = [:]

    init(_ start: Int64, _ end: Int64, _ pane: Pane) {
      self.start = start
      self.end = end
      self.pane = pane
    }

    var correctionBytes: Int { corrections.isEmpty ? 0 : WindowContext.bytes(of: corrections) }

    func isBefore(_ start: Int64, _ end: Int64) -> Bool { self.end < end || (self.end == end && self.start < start) }
  }

  private let context: WindowContext
  private let start: Expression
  private let end: Expression
  private let arena: RecordArena
  /// In the order of end, then start. So many in front are released; those before `next` are, or have fired.
  private var windows: [Window] = []
  private var released = 0
  private var next = 0
  private var firing: (window: Window, keys: [UInt32], done: Int)?
  /// Memory for counts of corrections.
  private var correctionBytes = 0
  private(set) var hasChanges = false

  init(_ context: WindowContext, start: Expression, end: Expression) {
    self.context = context
    self.start = start
    self.end = end
    arena = RecordArena(context.aggregates)
  }

  deinit {
    for window in windows { window.pane.release(context.aggregates, context.keys) }
    // Before the arena goes.
    windows = []
    firing = nil
  }

  /// A window without its pane.
  private static let windowBytes = 80

  var byteCount: Int {
    arena.byteCount + windows.count * Self.windowBytes + windows.capacity * 8 + (firing?.keys.capacity ?? 0) * 4
      + correctionBytes
  }

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
        context.lateRows.add(at, of: batch, by: mark.subtracting(saturating: context.closing(to[at])))
        continue
      }
      if last?.start != from[at] || last?.end != to[at] { last = window(from[at], to[at]) }
      try add(at, keys[at], to: last!, &out)
    }
    try context.finish(batch, &out)
  }

  private func add(_ at: Int, _ key: UInt32, to window: Window, _ out: inout Output) throws {
    let isCorrection = window.end <= context.watermark
    let hasResult = window.hasFired && window.pane[key] != nil
    let place = window.pane[key] ?? window.pane.add(key, context.keys)
    context.add(at, to: place)
    guard isCorrection else {
      StateRecord.of(place).pointee.isChanged = true
      (window.pane.isChanged, hasChanges) = (true, true)
      return
    }
    context.settle()
    if hasResult { count(window, key, (window.corrections[key] ?? 0) + 1) }
    window.hasFired = true
    _ = try emit(window, context.recomputes ? self.keys(of: window) : [key], 0, &out)
  }

  /// Notes how often results of a key were corrected.
  private func count(_ window: Window, _ key: UInt32, _ number: Int64) {
    correctionBytes -= window.correctionBytes
    window.corrections[key] = number
    correctionBytes += window.correctionBytes
  }

  private func window(_ start: Int64, _ end: Int64) -> Window {
    var (low, high) = (released, windows.count)
    while low < high {
      let middle = (low + high) / 2
      if windows[middle].isBefore(start, end) { low = middle + 1 } else { high = middle }
    }
    if low < windows.count, windows[low].start == start, windows[low].end == end { return windows[low] }
    let made = Window(start, end, Pane(0, arena))
    windows.insert(made, at: low)
    // A window before one that has fired is late: its row makes it fire.
    if low < next { next += 1 }
    return made
  }

  // MARK: Results

  var nextDue: Int64? { upcoming?.end }

  /// The first window that has not fired.
  private var upcoming: Window? {
    while next < windows.count, windows[next].hasFired { next += 1 }
    return next < windows.count ? windows[next] : nil
  }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    while true {
      if firing == nil, let window = upcoming, window.end <= context.watermark {
        firing = (window, keys(of: window), 0)
      }
      guard let (window, keys, done) = firing else { break }
      let reached = try emit(window, keys, done, budget: FiringBudget.frames, &out)
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
    _ window: Window, _ keys: [UInt32], _ from: Int, isEarly: Bool = false, budget: Int = .max, _ out: inout Output
  ) throws -> Int {
    let result = ResultRows.Window(
      start: window.start, end: window.end, time: window.end - 1, isEarly: isEarly)
    let counts = window.corrections
    let table = window.pane.table
    return try context.results.append(from: from, to: keys.count, frames: budget, &out) { numbers, items in
      for (at, number) in numbers.enumerated() {
        items[at] = ResultRows.Item(key: keys[number], window: result, place: table[keys[number]]!)
      }
      if !counts.isEmpty {
        for at in 0..<numbers.count { items[at].window.corrections = counts[items[at].key] ?? 0 }
      }
    }
  }

  private func release() {
    let before = released
    while released < windows.count, context.isOver(windows[released].end, at: context.watermark) {
      let window = windows[released]
      window.pane.release(context.aggregates, context.keys)
      correctionBytes -= window.correctionBytes
      window.corrections = [:]
      released += 1
    }
    if released > windows.count / 2 {
      windows.removeFirst(released)
      next = max(next - released, 0)
      released = 0
    }
    if released != before { context.sweepKeys() }
  }

  func fireEarly(_ out: inout Output) throws {
    for window in windows where window.pane.isChanged && !window.hasFired {
      var keys: [UInt32] = []
      window.pane.forEach { key, place in
        if StateRecord.of(place).pointee.isChanged { keys.append(key) }
        StateRecord.of(place).pointee.isChanged = false
      }
      window.pane.isChanged = false
      context.keys.sort(&keys)
      _ = try emit(window, keys, 0, isEarly: true, &out)
    }
    hasChanges = false
    try context.results.commit(&out)
  }

  var outputWatermark: Int64? { context.heldWatermark }

  // MARK: Snapshots

  /// For each window and key: the key, start, end, flags, corrections, aggregates.
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
        try context.aggregates.snapshot(place, writer, group: group)
      }
    }
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try context.readKey(reader, length: length, group)
      let (start, end) = (try reader.read(Int64.self), try reader.read(Int64.self))
      let flags = try reader.read(UInt8.self)
      let corrections = try reader.read(Int64.self)
      guard start < end, flags < 4, WindowLimits.corrections.contains(corrections) else {
        throw PluginError(.state, "the saved windows hold no such custom window")
      }
      let window = window(start, end)
      guard window.pane[key] == nil else { throw PluginError(.state, "the saved windows hold a key twice in a window") }
      let place = window.pane.add(key, context.keys)
      try context.aggregates.restore(place, reader)
      window.hasFired = flags & 1 != 0
      StateRecord.of(place).pointee.isChanged = flags & 2 != 0
      if flags & 2 != 0 { (window.pane.isChanged, hasChanges) = (true, true) }
      if corrections > 0 { count(window, key, corrections) }
    }
  }
}
