import PluginKit

/// The heavy hitters of all keys in the windows that are open, and those of keys that are counted from the beginning on.
final class TopWindows {
  typealias Summary = UnsafeMutablePointer<HeavyHitters>

  /// One stretch of time, with a summary for each key that has rows there.
  final class Window {
    let start: Int64
    let end: Int64
    fileprivate(set) var summaries: UnsafeMutablePointer<Summary?>
    fileprivate(set) var capacity: Int
    /// Keys with a summary, in the order in which they came.
    fileprivate(set) var keys: [UInt32] = []

    fileprivate init(_ start: Int64, _ end: Int64, capacity: Int) {
      (self.start, self.end) = (start, end)
      self.capacity = max(capacity, 16)
      summaries = .allocate(capacity: self.capacity)
      summaries.initialize(repeating: nil, count: self.capacity)
    }

    deinit { summaries.deallocate() }

    fileprivate var byteCount: Int { capacity * 8 + keys.capacity * 4 }

    func reserve(_ limit: Int) {
      guard limit > capacity else { return }
      let size = max(limit, capacity * 2)
      let larger = UnsafeMutablePointer<Summary?>.allocate(capacity: size)
      larger.update(from: summaries, count: capacity)
      (larger + capacity).initialize(repeating: nil, count: size - capacity)
      summaries.deallocate()
      (summaries, capacity) = (larger, size)
    }
  }

  /// A key that is counted from the beginning on.
  struct Running {
    var summary: Summary?
    /// Where its first window began, and its last one ended.
    var start: Int64 = 0
    var end: Int64 = 0
  }

  let keys: KeyTable
  let items: KeyTable
  let length: Int64
  /// Counters of a summary.
  let capacity: Int
  /// In the order of time.
  private(set) var windows: [Window] = []
  /// By key; empty where windows stand for themselves.
  private(set) var running: [Running] = []
  private var counters = 0
  private var summaryBytes = 0
  private var lastSwept = 0

  init(_ keys: KeyTable, _ items: KeyTable, length: Int64, capacity: Int) {
    (self.keys, self.items) = (keys, items)
    self.length = length
    self.capacity = capacity
  }

  deinit {
    for window in windows { for key in window.keys { window.summaries[Int(key)].map { free($0) } } }
    for entry in running { entry.summary.map { free($0) } }
  }

  private func free(_ summary: Summary) {
    summary.pointee.deallocate()
    summary.deallocate()
  }

  var byteCount: Int {
    windows.reduce(summaryBytes) { $0 + $1.byteCount } + running.capacity * MemoryLayout<Running>.stride
  }

  // MARK: Windows

  /// The window that a time lies in.
  func bounds(of time: Int64) -> (start: Int64, end: Int64) {
    let rest = time % length
    let (start, isBefore) = time.subtractingReportingOverflow(rest < 0 ? rest + length : rest)
    let (end, isBehind) = start.addingReportingOverflow(length)
    return (isBefore ? .min : start, isBehind ? .max : end)
  }

  /// The open window from a time on.
  func window(_ start: Int64, _ end: Int64) -> Window {
    var place = windows.count
    while place > 0, windows[place - 1].start >= start {
      place -= 1
      if windows[place].start == start { return windows[place] }
    }
    let made = Window(start, end, capacity: keys.limit)
    windows.insert(made, at: place)
    return made
  }

  /// Counts an item of a key.
  @inline(__always)
  func add(_ key: UInt32, _ item: UInt32, _ weight: Int64, to window: Window) {
    let summary = window.summaries[Int(key)] ?? make(key, window)
    let (used, bytes) = (summary.pointee.used, summary.pointee.byteCount)
    summary.pointee.add(item, weight, capacity: capacity, items.uses)
    counters &+= summary.pointee.used &- used
    summaryBytes &+= summary.pointee.byteCount &- bytes
  }

  @inline(never)
  func make(_ key: UInt32, _ window: Window) -> Summary {
    let made = make(key)
    window.summaries[Int(key)] = made
    window.keys.append(key)
    return made
  }

  private func make(_ key: UInt32) -> Summary {
    let made = Summary.allocate(capacity: 1)
    made.initialize(to: HeavyHitters())
    summaryBytes += made.pointee.byteCount
    keys.uses[Int(key)] += 1
    return made
  }

  /// Gives a summary back that a key has no more.
  private func release(_ summary: Summary, _ key: UInt32) {
    for number in 0..<summary.pointee.used { items.uses[Int(summary.pointee.counters[number].item)] -= 1 }
    counters -= summary.pointee.used
    summaryBytes -= summary.pointee.byteCount
    keys.uses[Int(key)] -= 1
    free(summary)
  }

  /// Gives the first window back.
  func removeFirst() {
    let window = windows.removeFirst()
    for key in window.keys { window.summaries[Int(key)].map { release($0, key) } }
  }

  /// Lets go of keys and items that nothing uses, when there are many.
  func sweep() {
    guard items.count > 2 * counters + 1024 || keys.count > 2 * lastSwept + 64 else { return }
    sweepAll()
  }

  func sweepAll() {
    items.sweep()
    keys.sweep()
    lastSwept = keys.count
  }

  // MARK: From the beginning on

  /// Adds a key's window to what the key has had before.
  ///
  /// - Parameter life: when a key begins anew.
  func accumulate(_ key: UInt32, _ window: Window, _ life: KeyLife) -> Running {
    if running.count <= Int(key) { running += Array(repeating: Running(), count: Int(key) + 1 - running.count) }
    if let old = running[Int(key)].summary, life.isOver(running[Int(key)].end, at: window.start) {
      release(old, key)
      running[Int(key)].summary = nil
    }
    if running[Int(key)].summary == nil {
      running[Int(key)] = Running(summary: make(key), start: window.start, end: window.end)
    }
    let summary = running[Int(key)].summary!
    let (used, bytes) = (summary.pointee.used, summary.pointee.byteCount)
    summary.pointee.merge(window.summaries[Int(key)]!.pointee, capacity: capacity, items)
    counters += summary.pointee.used - used
    summaryBytes += summary.pointee.byteCount - bytes
    running[Int(key)].end = window.end
    return running[Int(key)]
  }

  /// Lets go of keys that begin anew in every window that is still to come.
  func release(_ life: KeyLife) {
    let (mark, overflow) = life.watermark.subtractingReportingOverflow(length)
    guard !overflow, life.watermark < .max else { return }
    // Windows that are due and have not been sent go on from what keys have.
    let first = min(mark, windows.first?.start ?? .max)
    for key in running.indices {
      guard let summary = running[key].summary, life.isOver(running[key].end, at: first) else { continue }
      release(summary, UInt32(truncatingIfNeeded: key))
      running[key].summary = nil
    }
    sweepAll()
  }

  // MARK: Snapshots

  /// For each summary of a key: where its first window began and its last one ended, whether it runs on, all weight, and the
  /// counters in the order of their stamps: the item's key, count, error, stamp.
  func snapshot(_ key: UInt32, _ writer: StateWriter, group: UInt32) throws {
    var found: [(summary: Summary, start: Int64, end: Int64, isRunning: Bool)] = []
    if Int(key) < running.count, let summary = running[Int(key)].summary {
      found.append((summary, running[Int(key)].start, running[Int(key)].end, true))
    }
    for window in windows where Int(key) < window.capacity {
      if let summary = window.summaries[Int(key)] { found.append((summary, window.start, window.end, false)) }
    }
    try writer.write(UInt32(truncatingIfNeeded: found.count), group: group)
    for (summary, start, end, isRunning) in found {
      try writer.write(start, group: group)
      try writer.write(end, group: group)
      try writer.write(isRunning ? 1 as UInt8 : 0, group: group)
      try writer.write(summary.pointee.total, group: group)
      try writer.write(summary.pointee.nextStamp, group: group)
      try writer.write(UInt32(truncatingIfNeeded: summary.pointee.used), group: group)
      for counter in (0..<summary.pointee.used).map({ summary.pointee.counters[$0] }).sorted(by: { $0.stamp < $1.stamp }) {
        try KeyState.write(items.key(counter.item), writer, group)
        try writer.write(counter.count, group: group)
        try writer.write(counter.error, group: group)
        try writer.write(counter.stamp, group: group)
      }
    }
  }

  /// Reads what `snapshot` wrote for a key.
  ///
  /// - Parameters:
  ///   - itemFields: fields that an item is made of.
  ///   - runsOn: whether keys are counted from the beginning on.
  func restore(_ key: UInt32, _ reader: StateReader, itemFields: Int, runsOn: Bool) throws {
    let count = try reader.read(UInt32.self)
    guard count > 0 else { throw Self.damaged("a key of nothing") }
    for _ in 0..<count {
      let (start, end) = (try reader.read(Int64.self), try reader.read(Int64.self))
      let isRunning = try Bool(reader)
      let summary: Summary
      if isRunning {
        guard runsOn, start < end, Int(key) >= running.count || running[Int(key)].summary == nil else {
          throw Self.damaged("a count that cannot be")
        }
        summary = make(key)
        if running.count <= Int(key) { running += Array(repeating: Running(), count: Int(key) + 1 - running.count) }
        running[Int(key)] = Running(summary: summary, start: start, end: end)
      } else {
        guard bounds(of: start) == (start, end) else { throw Self.damaged("windows of other bounds") }
        let window = window(start, end)
        window.reserve(keys.limit)
        guard window.summaries[Int(key)] == nil else { throw Self.damaged("a window twice") }
        summary = make(key, window)
      }
      try restore(summary, reader, itemFields)
    }
  }

  private func restore(_ summary: Summary, _ reader: StateReader, _ itemFields: Int) throws {
    let (total, nextStamp) = (try reader.read(Int64.self), try reader.read(UInt64.self))
    let count = try reader.read(UInt32.self)
    guard total >= 0, count <= capacity else { throw Self.damaged("\(count) counters") }
    let bytes = summary.pointee.byteCount
    defer { summaryBytes += summary.pointee.byteCount - bytes }
    summary.pointee.restore(total: total, nextStamp: nextStamp)
    var before: UInt64?
    for _ in 0..<count {
      let item = try KeyState.readBytes(reader, items, fields: itemFields, of: "counts")
      let (own, error) = (try reader.read(Int64.self), try reader.read(Int64.self))
      let stamp = try reader.read(UInt64.self)
      guard own > 0, error >= 0, error <= own, stamp < nextStamp, before.map({ $0 < stamp }) ?? true else {
        throw Self.damaged("a counter that cannot be")
      }
      before = stamp
      let counter = HeavyHitters.Counter(item: item, place: 0, count: own, error: error, stamp: stamp)
      guard summary.pointee.restore(counter) else { throw Self.damaged("an item twice") }
      items.uses[Int(item)] += 1
      counters += 1
    }
  }

  static func damaged(_ what: String) -> PluginError { PluginError(.state, "the saved counts hold \(what)") }
}
