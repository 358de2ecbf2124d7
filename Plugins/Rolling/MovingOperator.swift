import PluginKit

/// Operator `moving`: statistics of the rows of a key that came last, in each row.
struct MovingOperator: Operator, Stateful, WatermarkHandler {
  /// Most rows of a key's window.
  static let maxRows = 1_000_000

  static let key = Option(
    optional: "key", .list(.key),
    doc: "A field, or several: each combination of values has a window of its own. One for all rows when left out.")
  static let count = Option(
    optional: "count", .int, doc: "The window is the key's last so many rows, this one included.", minimum: 1,
    maximum: Double(maxRows))
  static let time = Option(
    optional: "time", .duration,
    doc: "The window is the key's rows that are less than this older than its latest one, by event time.", minimum: 1)
  static let set = Option(
    "set", .aggregates(of: MovingFunction.all), doc: "Fields, and what each says of the window: `mean: avg(value)`.")
  static let ttl = Option(
    optional: "ttl", .duration,
    doc:
      "A key without rows for longer than this, by event time, begins anew. With `time` that length when left out, else never.",
    minimum: 1)
  static let component = Component(
    "moving", doc: "Add moving averages and other statistics of a key's last rows to each row.", concurrency: .keyed,
    options: [count, time, key, set, ttl],
    outputPorts: [
      .init("out", doc: "the rows with their new fields"),
      .init(
        "late", doc: "rows that are too old for their key's window", late: true,
        outputs: .adding([.init(LateRows.field, .int, doc: "nanoseconds by which the row was too old")])),
    ],
    inputs: [.named(by: key), .named(by: set, required: false)], outputs: .changed(set: set), allocates: .amortised,
    keyedState: true, arrival: [.init(partitions: true, reason: "the rows of a key count in the order in which they come")],
    eventTime: [.init(with: time), .init(with: ttl)],
    waits: [
      .init(with: time, reason: "gives back the memory of keys"), .init(with: ttl, reason: "gives back the memory of keys"),
    ],
    example: """
      name: smoothed
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        smoothed:
          use: moving
          from: readings
          with: { count: 20, key: source, set: { mean: avg(value), spread: stddev(value), high: max(value) } }
      sinks:
        out: { use: stdout, from: smoothed }

      """)

  private let host: Host
  private let plan: MovingPlan
  private let limit: Int32
  /// Of a window of time, in nanoseconds.
  private let length: Int64?
  private let changes: FrameDeriver
  private let input: MovingInput
  private let store: RowStore
  private let results: ResultColumns
  private let lateRows: LateRows
  private let keys: KeyNumbers
  private let times = RowTimes()
  private let kept = KeptRows()
  private var life: KeyLife
  private var limits: StateGuard
  private var log = LogLimit()

  init(_ config: Config) throws {
    host = config.host
    let (rows, time) = (try config[Self.count], try config[Self.time]?.wholeNanoseconds)
    guard (rows == nil) != (time == nil) else {
      throw PluginError.config(
        "a window is so many rows, or so much time: say `count` or `time`", at: time == nil ? "count" : "time")
    }
    limit = Int32(rows ?? Self.maxRows)
    length = time
    let aggregates = try config[Self.set]
    let names = try config[Self.key] ?? []
    try ResultColumns.check(aggregates, beside: names, example: "mean: avg(value)")
    plan = try MovingPlan(aggregates, window: rows.map { "count \($0)" } ?? "time \(time ?? 0)")
    changes = try ResultColumns.changes(aggregates.map(\.name))
    let ttl = try config[Self.ttl]?.wholeNanoseconds
    if let ttl, let time, ttl < time {
      throw PluginError.config("a key would be forgotten while its window has rows: `ttl` is at least `time`", at: "ttl")
    }
    life = KeyLife(ttl: ttl ?? time)
    input = MovingInput(plan)
    store = RowStore(plan)
    results = ResultColumns(plan.results.count)
    lateRows = try LateRows(port: host.port("late")?.index ?? 1)
    keys = KeyNumbers(names)
    limits = try StateGuard(host.info.state, of: "the windows of `moving`")
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    let needsTimes = life.ttl != nil
    if needsTimes, !times.read(batch) {
      throw PluginError.config(
        "the rows that come in have no event time: give their source one, or say `count` alone",
        at: length == nil ? "ttl" : "time")
    }
    let numbers = keys.read(batch)
    try input.read(batch) { store.learn($0, $1) }
    store.reserve(keys.table.limit)
    results.begin(batch.count)
    kept.clear()
    let isMarked = batch.frame.hasRowWatermark
    var (at, late) = (0, 0)
    while at < batch.count {
      let row = batch.selection.map { Int($0[at]) } ?? at
      let time = needsTimes ? times.times[at] : 0
      let clock = RowClock.clock(row, time, batch, isMarked: isMarked)
      let key = store.keys + Int(numbers[at])
      if take(at, key, numbers[at], time, clock, batch.count) {
        kept.append(row)
        try fill(at, key)
      } else {
        lateRows.add(at, of: batch, by: RowClock.distance(key.pointee.latest, time) - (length ?? 0))
        late &+= 1
      }
      at &+= 1
    }
    let values = results.columns { column in
      let result = plan.results[column]
      switch result.function {
      case .count: return .int
      case .avg, .stddev, .variance: return .double
      case .sum, .min, .max: return plan.tracks[result.track].argument.map { input.form($0) } ?? .int
      }
    }
    if late == 0 {
      try out.send(batch, changing: changes, values: values)
    } else {
      try out.send(batch, rows: kept.rows, changing: changes, values: values)
      try lateRows.send(batch, &out)
    }
    life.count(batch.count)
    try checkLimits()
  }

  /// Puts a row into the window of its key. False when it is too old for that.
  @inline(__always)
  private func take(
    _ at: Int, _ key: UnsafeMutablePointer<KeyRows>, _ number: UInt32, _ time: Int64, _ clock: Int64, _ rows: Int
  ) -> Bool {
    if !key.pointee.isAlive {
      begin(key, number)
    } else if life.isOver(key.pointee.latest, at: clock) {
      store.clear(key)
      key.pointee.isAlive = true
    }
    if let length {
      if time >= key.pointee.latest {
        key.pointee.latest = time
        let (end, overflow) = time.subtractingReportingOverflow(length)
        if !overflow { store.removeAll(upTo: end, key) }
      } else {
        let (end, overflow) = key.pointee.latest.subtractingReportingOverflow(length)
        if !overflow, time <= end { return false }
        key.pointee.isOrdered = false
      }
    } else {
      key.pointee.latest = max(key.pointee.latest, time)
      if key.pointee.count == limit { store.removeFirst(key) }
    }
    store.append(key, time: length == nil ? 0 : time, mask: input.masks.base[at]) {
      input.values.base[$0 &* rows &+ at]
    } kinds: {
      input.kinds.base[$0 &* rows &+ at]
    }
    return true
  }

  @inline(never)
  private func begin(_ key: UnsafeMutablePointer<KeyRows>, _ number: UInt32) {
    key.pointee.isAlive = true
    keys.table.uses[Int(number)] = 1
  }

  /// Puts the results of a key's window into a row's new fields.
  @inline(__always)
  private mutating func fill(_ at: Int, _ key: UnsafeMutablePointer<KeyRows>) throws {
    if length != nil, key.pointee.count > limit {
      throw PluginError.config(
        "a key has more than \(Self.maxRows) rows in its window: say a shorter time, or `count`", at: "time")
    }
    store.sum(key)
    var column = 0
    while column < plan.results.count {
      let result = plan.results.base[column]
      if result.track >= 0 {
        switch store.tracks[result.track].result(result.function, store.total) {
        case .int(let value): results.put(UInt64(bitPattern: value), .int, column, at)
        case .uint(let value): results.put(value, .uint, column, at)
        case .double(let value): results.put(value, column, at)
        case .null: break
        case .overflow: log.log(.warning, "'\(plan.names[column])' is null in a row: the sum exceeds 64 bits", host)
        }
      } else {
        results.put(UInt64(key.pointee.count), .int, column, at)
      }
      column &+= 1
    }
  }

  // MARK: Keys

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil else { return }
    if life.advance(to: time, keys: keys.table.limit) { Self.release(keys.table, store, life) }
  }

  /// Lets go of keys that the watermark has passed.
  private static func release(_ keys: KeyTable, _ store: RowStore, _ life: KeyLife) {
    for number in 0..<min(keys.limit, store.keyCapacity) {
      let key = store.keys + number
      guard key.pointee.isAlive, life.isPast(key.pointee.latest) else { continue }
      store.forget(key)
      keys.uses[number] = 0
    }
    keys.sweep()
  }

  private mutating func checkLimits() throws {
    let (keys, store, life) = (keys.table, store, life)
    try limits.check(
      keys: { keys.count }, bytes: { keys.byteCount + store.byteCount }, trim: { Self.release(keys, store, life) })
  }
}

extension MovingOperator {
  static let stateVersion: UInt32 = 1

  /// What belongs to no key: the watermark. Then for each key of a group its bytes, the plan, types of arguments, and its rows.
  mutating func snapshot(_ writer: StateWriter) throws {
    try life.snapshot(writer)
    for number in keys.table.ordered() {
      let (key, group) = (store.keys + Int(number), keys.table.group(number))
      guard key.pointee.isAlive, !life.isPast(key.pointee.latest) else { continue }
      try KeyState.write(keys.table.key(number), writer, group)
      try writer.write(plan.fingerprint, group: group)
      for argument in plan.arguments.indices {
        try writer.write(input.forms[argument]?.rawValue ?? 0, group: group)
      }
      try store.snapshot(key, writer, group: group)
    }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups { return try life.restore(reader) }
    while let size = try reader.readUnlessAtEnd(UInt32.self) {
      let number = try KeyState.read(reader, keys.table, fields: keys.names.count, of: "windows", length: size, group)
      store.reserve(keys.table.limit)
      let key = store.keys + Int(number)
      guard !key.pointee.isAlive else { throw RowStore.damaged("a key twice") }
      guard try reader.read(UInt64.self) == plan.fingerprint else {
        throw PluginError(.state, "the saved rows are of other options: `set`, or `count` and `time`, have changed since")
      }
      let saved = try plan.arguments.indices.map { try readForm(of: $0, reader) }
      keys.table.uses[Int(number)] = 1
      try store.restore(key, reader, limit: Int(limit), length: length, saved: saved)
    }
  }

  /// Reads what an argument's values were, and makes of it what they are from now on; nil when there were none.
  private func readForm(of argument: Int, _ reader: StateReader) throws -> ValueForm? {
    let byte = try reader.read(UInt8.self)
    guard byte > 0 else { return nil }
    guard let saved = ValueForm(rawValue: byte) else { throw RowStore.damaged("values of type \(byte)") }
    let known = input.forms[argument]
    // Integers become doubles, and both become mixed.
    if known == nil || saved.rawValue > known!.rawValue {
      input.adopt(saved, of: argument)
      store.learn(argument, saved)
    }
    return saved
  }
}
