import Aggregates
import PluginKit

/// Operator `window`: aggregates of the rows of a key in a stretch of time.
struct WindowOperator: Operator, Stateful, WatermarkHandler, TimerHandler {
  private typealias Options = WindowOptions

  static let component = Component(
    "window", doc: "Put rows into windows, by key, and send what they add up to.", concurrency: .keyed,
    options: WindowOptions.all,
    outputPorts: [
      .init("out", doc: "results"),
      .init(
        "late", doc: "rows that no window took, with how late they were", late: true,
        outputs: .adding([.init(LateRows.field, .int, doc: "nanoseconds that the row's watermark was past its last window")])),
    ],
    inputs: [
      .named(by: WindowOptions.key), .named(by: WindowOptions.aggregate, required: false),
      .named(by: WindowOptions.custom, required: false),
    ],
    outputs: .results(
      of: [WindowOptions.key, WindowOptions.aggregate],
      [
        .init("window_start", .time), .init("window_end", .time),
        .init("corrections", .int, doc: "how often this result was corrected before"),
        .init("early", .bool, doc: "with `early`: whether the result came before its time"),
      ]),
    allocates: .amortised, keyedState: true,
    arrival: [
      .init(with: WindowOptions.early, reason: "early results show what has come so far"),
      .init(with: WindowOptions.time, value: "processing", reason: "windows follow the clock"),
      .init(with: WindowOptions.count, partitions: true, reason: "a window counts rows as they come"),
    ],
    eventTime: [
      .init(with: WindowOptions.count), .init(with: WindowOptions.custom), .init(with: WindowOptions.time, value: "event"),
    ],
    waits: [.init(with: WindowOptions.time, value: "event", without: WindowOptions.count, reason: "fires its windows")],
    example: """
      name: minutes
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 }, watermark: { delay: 5s } }
      operators:
        minutes:
          use: window
          from: readings
          with: { tumbling: 1m, key: source, aggregate: { readings: count(), mean: avg(value), high: max(value) } }
      sinks:
        out: { use: stdout, from: minutes }

      """)

  private static let early: UInt64 = 0
  private static let due: UInt64 = 1

  private let host: Host
  private let context: WindowContext
  private let store: any WindowStore
  private let clock: Options.Clock
  /// True where windows could follow the clock.
  private let hasClock: Bool
  private let earlyEvery: Int64?
  /// When the next early results are due; nil when nothing has changed since the last.
  private var earlyAt: Int64?
  /// What the timer of windows by the clock is set to.
  private var dueAt: Int64?
  private var keyFields: [Field]
  private var columns: [ColumnView] = []
  private let times = RowTimes()
  /// True in the middle of results that take several calls.
  private var isFiring = false
  private var limits: StateGuard

  init(_ config: Config) throws {
    host = config.host
    let kind = try WindowKind(config)
    let results = try config[Options.aggregate]
    if results.isEmpty {
      throw PluginError.config("window needs a result: write aggregate: { rows: count() }", at: "aggregate")
    }
    let aggregates = try AggregateSet(results)
    clock = try config[Options.time]
    let late = try config[Options.late]
    let allowed = try config[Options.allowedLateness].wholeNanoseconds
    earlyEvery = try config[Options.early]?.wholeNanoseconds
    let names = try config[Options.key] ?? []
    keyFields = names.map { Field($0) }
    let keys = KeyTable()
    try Self.check(kind, clock, allowed, late)
    let rows = ResultRows(
      keyFields: names, aggregates: aggregates, keys: keys, hasEarly: earlyEvery != nil, node: host.info.node)
    context = WindowContext(
      aggregates: aggregates, keys: keys, results: rows, lateRows: try LateRows(port: host.port("late")?.index ?? 1),
      allowed: late == .drop ? 0 : allowed, recomputes: late == .recompute, hasEarly: earlyEvery != nil)
    limits = try StateGuard(host.info.state, of: "the windows")
    switch kind {
    case .panes, .session: hasClock = true
    case .count, .custom: hasClock = false
    }
    switch kind {
    case .panes(let ruler, let shape): store = PaneWindows(context, ruler: ruler, shape: shape)
    case .session(let gap): store = SessionWindows(context, gap: gap)
    case .count(let size): store = CountWindows(context, size: size)
    case .custom(let start, let end): store = CustomWindows(context, start: start, end: end)
    }
  }

  private static func check(_ kind: WindowKind, _ clock: Options.Clock, _ allowed: Int64, _ late: Options.Late) throws {
    switch kind {
    case .count:
      if allowed > 0 {
        throw PluginError.config(
          "no row is late for a window of `count` rows: leave `allowed_lateness` out", at: "allowed_lateness")
      }
      if late != .correct {
        throw PluginError.config("no row is late for a window of `count` rows: leave `late` out", at: "late")
      }
      if clock == .processing {
        throw PluginError.config("`count` windows follow no clock: leave `time` out", at: "time")
      }
    case .custom:
      if clock == .processing {
        throw PluginError.config("`custom` windows are of the rows' event times: leave `time` out", at: "time")
      }
    default: break
    }
    if clock == .processing {
      let why = "with `time: processing` no row is late"
      if allowed > 0 { throw PluginError.config("\(why): leave `allowed_lateness` out", at: "allowed_lateness") }
      if late != .correct { throw PluginError.config("\(why): leave `late` out", at: "late") }
    }
    if late == .drop, allowed > 0 {
      throw PluginError.config(
        "with `late: drop` windows take no late rows, and `allowed_lateness` says they do: leave one of them out", at: "late")
    }
    if late == .recompute, allowed == 0 {
      throw PluginError.config(
        "`late: recompute` is about rows within `allowed_lateness`, and there is none: write allowed_lateness: 1m, or leave "
          + "`late` out", at: "late")
    }
  }

  /// Restored windows go on as they would have.
  mutating func open() throws {
    store.resume()
    if let earlyAt { try host.timer(Self.early, at: earlyAt, .processing) }
    try awaitNext()
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    if clock == .processing {
      let now = host.now
      guard try advance(to: now, &out) else { return out.callAgain() }
      times.read(batch, all: max(now, context.watermark))
    } else if !times.read(batch) {
      throw PluginError.config(
        "the rows that come in have no event time: give their source one with `time`"
          + (hasClock ? ", or write time: processing here" : ""), at: "time")
    }
    columns.removeAll(keepingCapacity: true)
    for at in keyFields.indices { columns.append(keyFields[at].column(of: batch)) }
    try context.results.learn(columns, &out)
    try context.aggregates.begin(batch)
    try store.take(batch, context.keys.numbers(of: batch, by: columns), times, &out)
    try context.results.commit(&out)
    context.aggregates.countLeftOut()
    try limits.check(
      keys: { context.keys.count },
      bytes: { context.keys.byteCount + context.aggregates.heapBytes + store.byteCount },
      trim: { context.keys.sweep() })
    if let earlyEvery, earlyAt == nil, store.hasChanges {
      earlyAt = host.now &+ earlyEvery
      try host.timer(Self.early, at: earlyAt!, .processing)
    }
    try awaitNext()
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil, clock == .event || time == .max else { return }
    guard try advance(to: time, &out) else { return out.callAgain() }
  }

  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws {
    if id == Self.early {
      earlyAt = nil
      try store.fireEarly(&out)
    } else {
      guard try advance(to: max(time, host.now), &out) else { return out.callAgain() }
      dueAt = nil
      try awaitNext()
    }
  }

  mutating func flush(_ out: inout Output) throws {
    guard try advance(to: .max, &out) else { return out.callAgain() }
  }

  /// Fires what is due at a watermark, or at a time. False when that takes another call.
  private mutating func advance(to time: Int64, _ out: inout Output) throws -> Bool {
    if !isFiring {
      guard time > context.watermark else { return true }
      context.watermark = time
    }
    isFiring = true
    guard try store.fire(&out) else { return false }
    isFiring = false
    if clock == .processing {
      try out.watermark(context.watermark)
    } else if let held = store.outputWatermark {
      try out.watermark(held)
    }
    return true
  }

  /// By the clock, a timer fires what is due next.
  private mutating func awaitNext() throws {
    guard clock == .processing, let next = store.nextDue, next < dueAt ?? .max else { return }
    dueAt = next
    try host.timer(Self.due, at: next, .processing)
  }
}

extension WindowOperator {
  static let stateVersion: UInt32 = 1

  /// What belongs to no key: the watermark, when early results are due, types of the key's fields; then by key what windows hold.
  mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(context.watermark)
    try writer.write(earlyAt ?? .max)
    try KeyType.write(context.results.types, writer)
    try store.snapshot(writer)
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups {
      context.watermark = try reader.read()
      let time = try reader.read(Int64.self)
      earlyAt = earlyEvery == nil || time == .max ? nil : time
      context.results.restore(try KeyType.read(context.results.types.count, of: "windows", reader))
    }
    try store.restore(group: group, reader)
  }
}
