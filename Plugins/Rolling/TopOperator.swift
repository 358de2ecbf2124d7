import PluginKit

/// Operator `top`: the items that come most often, or weigh most, in each stretch of time.
struct TopOperator: Operator, Stateful, WatermarkHandler {
  /// Longest window: 366 days.
  private static let longest = 366.0 * 86_400e9
  /// Frames of results that one call gives at most.
  private static let frames = 16

  static let by = Option("by", .list(.key), doc: "A field, or several, whose values are counted.", minimum: 1)
  static let k = Option("k", .int, doc: "How many items a result has.", default: 10, minimum: 1, maximum: 100_000)
  static let every = Option(
    "every", .duration, doc: "Length of the windows, one after the other since 1970, at whose ends results go out.",
    minimum: 1_000, maximum: longest)
  static let key = Option(
    optional: "key", .list(.key),
    doc: "A field, or several: each combination of values has results of its own. All rows together when left out.")
  static let weight = Option(
    optional: "weight", .expression(of: .int),
    doc: "What a row counts, a whole number such as bytes. 1 when left out; a row without one counts nothing.")
  static let capacity = Option(
    "capacity", .int,
    doc: "Counters of each key and window: so many items are counted exactly, and of more the heaviest with a stated error.",
    default: 1000, minimum: 1, maximum: 1_000_000)
  static let running = Option(
    "running", .bool, doc: "Counts go on from window to window instead of beginning anew in each.", default: false)
  static let ttl = Option(
    optional: "ttl", .duration,
    doc: "With `running`: a key whose next window begins later than this behind its last one begins anew.",
    minimum: 1)
  static let component = Component(
    "top", doc: "Find the items that come most often, or weigh most, by key and window.", concurrency: .keyed,
    options: [by, k, every, key, weight, capacity, running, ttl],
    outputPorts: [
      .init("out", doc: "results, a row for each rank"),
      .init(
        "late", doc: "rows whose window is over", late: true,
        outputs: .adding([.init(LateRows.field, .int, doc: "nanoseconds that the row's watermark was past the window's end")])),
    ],
    inputs: [.named(by: key), .named(by: by), .named(by: weight, required: false)],
    outputs: .results(
      of: [key, by],
      [
        .init("rank", .int, doc: "from 1, the heaviest first"), .init("count", .int, doc: "what the item weighs at most"),
        .init("error", .int, doc: "by how much `count` may be too large"), .init("total", .int, doc: "what all items weigh"),
        .init("window_start", .time), .init("window_end", .time),
      ]),
    allocates: .amortised, keyedState: true,
    arrival: [.init(partitions: true, reason: "which items lose their counters depends on the order of rows")],
    eventTime: [.always], waits: [.init(reason: "sends its results")],
    example: """
      name: busiest
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 }, watermark: { delay: 5s } }
      operators:
        busiest: { use: top, from: readings, with: { by: source, k: 3, every: 10s } }
      sinks:
        out: { use: stdout, from: busiest }

      """)

  /// Results that go out: a window, its keys in order, how many of them are done.
  private struct Firing {
    let window: TopWindows.Window
    let keys: [UInt32]
    var done = 0
  }

  private let k: Int
  private let weight: Expression?
  private let runsOn: Bool
  private let fingerprint: UInt64
  private let keys: KeyNumbers
  private let items: KeyNumbers
  private let windows: TopWindows
  private let results: TopResults
  private let lateRows: LateRows
  private let times = RowTimes()
  private var firing: Firing?
  private var isFiring = false
  private var life: KeyLife
  private var limits: StateGuard
  private var sorted: [HeavyHitters.Counter] = []

  init(_ config: Config) throws {
    let host = config.host
    let capacity = try config[Self.capacity]
    k = try config[Self.k]
    guard k <= capacity else {
      throw PluginError.config(
        "the first \(k) items cannot be told with \(capacity) counters: `k` is at most `capacity`", at: "k")
    }
    let length = try config[Self.every].wholeNanoseconds
    weight = try config[Self.weight]
    runsOn = try config[Self.running]
    let ttl = try config[Self.ttl]?.wholeNanoseconds
    if ttl != nil, !runsOn {
      throw PluginError.config("windows end by themselves: `ttl` is of counts that go on, with `running: true`", at: "ttl")
    }
    keys = KeyNumbers(try config[Self.key] ?? [])
    items = KeyNumbers(try config[Self.by])
    windows = TopWindows(keys.table, items.table, length: length, capacity: capacity)
    results = TopResults(keys, items, node: host.info.node)
    lateRows = try LateRows(port: host.port("late")?.index ?? 1)
    life = KeyLife(ttl: ttl)
    limits = try StateGuard(host.info.state, of: "the counters of `top`")
    let text = "\(length) \(capacity) \(runsOn)\u{0}\(weight?.text ?? "")\u{0}" + items.names.joined(separator: "\u{0}")
    fingerprint = Array(text.utf8).withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 3) }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    guard times.read(batch) else {
      throw PluginError.config("the rows that come in have no event time: give their source one with `time`", at: "every")
    }
    let weights = try weight?.values(of: batch)
    let (numbers, itemNumbers) = (keys.read(batch), items.read(batch))
    try results.learn(keys.columns, from: 0, &out)
    try results.learn(items.columns, from: keys.names.count, &out)
    try results.commit(&out)
    let isMarked = batch.frame.hasRowWatermark
    var window: TopWindows.Window?
    var (start, end) = (Int64.max, Int64.min)
    var at = 0
    while at < batch.count {
      let time = times.times[at]
      if time < start || time >= end || window == nil { (start, end) = windows.bounds(of: time) }
      let row = batch.selection.map { Int($0[at]) } ?? at
      let mark = isMarked ? max(life.watermark, batch.frame.rowWatermark(row)) : life.watermark
      if mark >= end {
        lateRows.add(at, of: batch, by: RowClock.distance(mark, end))
        window = nil
      } else {
        if window?.start != start {
          window = windows.window(start, end)
          window?.reserve(keys.table.limit)
        }
        try count(at, row, numbers[at], itemNumbers[at], weights, window.unsafelyUnwrapped, batch, out)
      }
      at &+= 1
    }
    try lateRows.send(batch, &out)
    windows.sweep()
    life.count(batch.count)
    try limits.check(
      keys: { keys.table.count }, bytes: { keys.table.byteCount + items.table.byteCount + windows.byteCount },
      trim: { windows.sweepAll() })
  }

  @inline(__always)
  private func count(
    _ at: Int, _ row: Int, _ key: UInt32, _ item: UInt32, _ weights: ColumnValues?, _ window: TopWindows.Window, _ batch: Batch,
    _ out: Output
  ) throws {
    guard let weights else { return windows.add(key, item, 1, to: window) }
    guard weights.isValid(at), let numbers = weights.ints else { return }
    let weight = numbers[at]
    if weight > 0 { return windows.add(key, item, weight, to: window) }
    if weight < 0 { try out.reject(row, of: batch, "its weight is \(weight), and none is below 0") }
  }

  // MARK: Results

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil else { return }
    if !isFiring {
      let isDue = life.advance(to: time, keys: keys.table.limit)
      if isDue, runsOn { windows.release(life) }
    }
    isFiring = true
    guard try fire(&out) else { return out.callAgain() }
    isFiring = false
  }

  /// Gives the results that are due at the watermark. False when there are more.
  private mutating func fire(_ out: inout Output) throws -> Bool {
    results.resetSent()
    while true {
      if firing == nil, let window = windows.windows.first, window.end <= life.watermark {
        var keys = window.keys
        self.keys.table.sort(&keys)
        firing = Firing(window: window, keys: keys)
      }
      guard let now = firing else { break }
      var done = now.done
      while done < now.keys.count, results.sent < Self.frames {
        try tell(now.keys[done], now.window, &out)
        done += 1
      }
      firing?.done = done
      guard done == now.keys.count else { return false }
      windows.removeFirst()
      firing = nil
    }
    try results.commit(&out)
    windows.sweep()
    return true
  }

  /// The results of a key and a window.
  private mutating func tell(_ key: UInt32, _ window: TopWindows.Window, _ out: inout Output) throws {
    var (summary, start) = (window.summaries[Int(key)], window.start)
    if runsOn {
      let running = windows.accumulate(key, window, life)
      (summary, start) = (running.summary, running.start)
    }
    guard let summary else { return }
    sorted.removeAll(keepingCapacity: true)
    for number in 0..<summary.pointee.used { sorted.append(summary.pointee.counters[number]) }
    let items = items.table
    sorted.sort { HeavyHitters.isHeavier($0, $1, items) }
    let place = TopResults.Place(key: key, start: start, end: window.end, total: summary.pointee.total)
    for (rank, counter) in sorted.prefix(k).enumerated() { try results.append(counter, rank: rank + 1, place, &out) }
  }
}

extension TopOperator {
  static let stateVersion: UInt32 = 1

  /// What belongs to no key: the watermark and the types of fields. Then for each key of a group its bytes, what it was counted by,
  /// and its summaries.
  mutating func snapshot(_ writer: StateWriter) throws {
    try life.snapshot(writer)
    try KeyType.write(results.types, writer)
    for number in keys.table.ordered() where keys.table.uses[Int(number)] > 0 {
      let group = keys.table.group(number)
      try KeyState.write(keys.table.key(number), writer, group)
      try writer.write(fingerprint, group: group)
      try windows.snapshot(number, writer, group: group)
    }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups {
      try life.restore(reader)
      return results.restore(try KeyType.read(results.types.count, of: "counts", reader))
    }
    while let size = try reader.readUnlessAtEnd(UInt32.self) {
      let number = try KeyState.read(reader, keys.table, fields: keys.names.count, of: "counts", length: size, group)
      guard keys.table.uses[Int(number)] == 0 else { throw TopWindows.damaged("a key twice") }
      guard try reader.read(UInt64.self) == fingerprint else {
        throw PluginError(
          .state, "the saved counts are of other options: `by`, `every`, `weight`, `capacity` or `running` has changed")
      }
      try windows.restore(number, reader, itemFields: items.names.count, runsOn: runsOn)
    }
  }
}
