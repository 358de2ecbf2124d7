import PluginKit

/// Operator `rate`: how much values of a key change between a row and the one before, and how fast.
struct RateOperator: Operator, Stateful, WatermarkHandler {
  /// What becomes of a key's first row.
  enum First: String, CaseIterable, Sendable {
    case pass, drop
  }

  /// What is told of a change.
  enum Function: String, CaseIterable {
    case rate, delta

    var function: AggregateFunction {
      AggregateFunction(
        rawValue, [.value("x", .number)], gives: .type(.double),
        doc: self == .rate
          ? "Change since the key's row before, by the time `per`; null of rows of one time."
          : "Change since the key's row before.")
    }
  }

  /// What a new field tells, and of which track.
  private struct Result: BitwiseCopyable {
    let isRate: Bool
    let track: Int
  }

  private typealias Sample = RateInput.Sample

  static let key = Option(
    optional: "key", .list(.key),
    doc: "A field, or several: rows with the same values follow each other. All rows when left out.")
  static let set = Option(
    "set", .aggregates(of: Function.allCases.map(\.function)), doc: "Fields, and the changes they tell: `rps: rate(requests)`.")
  static let per = Option("per", .duration, doc: "The time that rates are of.", default: .seconds(1), minimum: 1)
  static let counter = Option(
    "counter", .bool, doc: "Values only grow: one that falls has begun anew at 0, and what it is now has come since.",
    default: false)
  static let first = Option(
    "first", .choice(First.self), doc: "A key's first row has no change: `pass` passes it with null, `drop` does not pass it.",
    default: .pass)
  static let ttl = Option(
    optional: "ttl", .duration, doc: "A key without rows for longer than this, by event time, begins anew.", minimum: 1)
  static let component = Component(
    "rate", doc: "Add to each row how much and how fast values of its key have changed.", concurrency: .keyed,
    options: [key, set, per, counter, first, ttl],
    outputPorts: [
      .init("out", doc: "the rows with their new fields"),
      .init(
        "late", doc: "rows that are older than their key's latest", late: true,
        outputs: .adding([.init(LateRows.field, .int, doc: "nanoseconds by which the row was older")])),
    ],
    inputs: [.named(by: key), .named(by: set, required: false)], outputs: .changed(set: set), allocates: .amortised,
    keyedState: true,
    arrival: [.init(partitions: true, reason: "the row before is the one that came before")],
    eventTime: [.always], waits: [.init(with: ttl, reason: "gives back the memory of keys")],
    example: """
      name: slopes
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        slopes: { use: rate, from: readings, with: { key: source, per: 1m, set: { per_minute: rate(value) } } }
      sinks:
        out: { use: stdout, from: slopes }

      """)

  private let host: Host
  private let results = ValueBuffer<Result>()
  private let tracks: Int
  private let fingerprint: UInt64
  private let per: Double
  private let isCounter: Bool
  private let first: First
  private let changes: FrameDeriver
  private let input: RateInput
  private let fields: ResultColumns
  private let keys: KeyNumbers
  private let times = RowTimes()
  private let kept = KeptRows()
  private let lateRows: LateRows
  private let series: RateSeries
  private var life: KeyLife
  private var limits: StateGuard

  init(_ config: Config) throws {
    host = config.host
    let set = try config[Self.set]
    let keyNames = try config[Self.key] ?? []
    try ResultColumns.check(set, beside: keyNames, example: "rate: rate(value)")
    var tracks: [(argument: Expression, filter: Expression?)] = []
    for entry in set {
      guard let function = Function(rawValue: entry.function.name), let argument = entry.arguments.first else {
        throw PluginError.config("'\(entry.function.name)' tells no change", at: entry.path)
      }
      let known = tracks.firstIndex { $0.argument === argument && $0.filter === entry.filter }
      if known == nil { tracks.append((argument, entry.filter)) }
      results.append(Result(isRate: function == .rate, track: known ?? tracks.count - 1))
    }
    self.tracks = tracks.count
    let text = tracks.map { "\($0.argument.text)\u{0}\($0.filter?.text ?? "")" }.joined(separator: "\u{0}")
    fingerprint = Array(text.utf8).withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 2) }
    per = Double(try config[Self.per].wholeNanoseconds)
    isCounter = try config[Self.counter]
    first = try config[Self.first]
    changes = try ResultColumns.changes(set.map(\.name))
    let results = results
    let names = tracks.indices.map { track in set.indices.filter { results[$0].track == track }.map { set[$0].name } }
    input = RateInput(tracks, results: names)
    series = RateSeries(tracks: tracks.count)
    fields = ResultColumns(results.count)
    keys = KeyNumbers(keyNames)
    lateRows = try LateRows(port: host.port("late")?.index ?? 1)
    life = KeyLife(ttl: try config[Self.ttl]?.wholeNanoseconds)
    limits = try StateGuard(host.info.state, of: "the values of `rate`")
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    guard times.read(batch) else {
      throw PluginError.config("the rows that come in have no event time: give their source one with `time`", at: "set")
    }
    let numbers = keys.read(batch)
    try input.read(batch)
    series.reserve(keys.table.limit)
    fields.begin(batch.count)
    kept.clear()
    let isMarked = batch.frame.hasRowWatermark
    var (at, late, dropped) = (0, 0, 0)
    while at < batch.count {
      let row = batch.selection.map { Int($0[at]) } ?? at
      let (time, key) = (times.times[at], Int(numbers[at]))
      let clock = RowClock.clock(row, time, batch, isMarked: isMarked)
      if series.isAlive[key], !life.isOver(series.latest[key], at: clock) {
        if time < series.latest[key] {
          lateRows.add(at, of: batch, by: RowClock.distance(series.latest[key], time))
          late &+= 1
        } else {
          compare(at, key, time, batch.count)
          kept.append(row)
        }
      } else {
        series.begin(key, keys.table)
        dropped &+= first == .drop ? 1 : 0
        if first == .pass { kept.append(row) }
      }
      if time >= series.latest[key] { remember(at, key, time, batch.count) }
      at &+= 1
    }
    let values = fields.columns { _ in .double }
    if late == 0, dropped == 0 {
      try out.send(batch, changing: changes, values: values)
    } else {
      try out.send(batch, rows: kept.rows, changing: changes, values: values)
      try lateRows.send(batch, &out)
    }
    life.count(batch.count)
    let (keys, series, life) = (keys.table, series, life)
    try limits.check(
      keys: { keys.count }, bytes: { keys.byteCount + series.byteCount }, trim: { series.release(keys, life) })
  }

  /// Puts what has changed since the key's samples into a row's new fields.
  @inline(__always)
  private func compare(_ at: Int, _ key: Int, _ time: Int64, _ rows: Int) {
    var column = 0
    while column < results.count {
      let result = results.base[column]
      let place = result.track &* rows &+ at
      let kind = input.kinds.base[place]
      let before = series.samples.base[key &* tracks &+ result.track]
      if kind != .none, before.kind != .none {
        let sample = Sample(time: time, bits: input.bits.base[place], kind: kind)
        let change = sample.change(since: before, isCounter: isCounter)
        if !result.isRate {
          fields.put(change, column, at)
        } else if time > before.time {
          // The difference of two times may have 64 bits.
          fields.put(change * (per / Double(UInt64(bitPattern: time &- before.time))), column, at)
        }
      }
      column &+= 1
    }
  }

  /// Keeps the values of a row that has some, each for its track.
  @inline(__always)
  private func remember(_ at: Int, _ key: Int, _ time: Int64, _ rows: Int) {
    series.latest[key] = time
    var track = 0
    while track < tracks {
      let place = track &* rows &+ at
      let kind = input.kinds.base[place]
      if kind != .none {
        series.samples.base[key &* tracks &+ track] = Sample(time: time, bits: input.bits.base[place], kind: kind)
      }
      track &+= 1
    }
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil else { return }
    if life.advance(to: time, keys: keys.table.limit) { series.release(keys.table, life) }
  }
}

extension RateOperator {
  static let stateVersion: UInt32 = 1

  /// What belongs to no key: the watermark. Then for each key of a group its bytes, what is remembered of, and its samples.
  mutating func snapshot(_ writer: StateWriter) throws {
    try life.snapshot(writer)
    for number in keys.table.ordered() {
      let (key, group) = (Int(number), keys.table.group(number))
      guard series.isKnown(key), !life.isPast(series.latest[key]) else { continue }
      try KeyState.write(keys.table.key(number), writer, group)
      try writer.write(fingerprint, group: group)
      try writer.write(series.latest[key], group: group)
      for track in 0..<tracks {
        let sample = series.samples[key * tracks + track]
        try writer.write(sample.time, group: group)
        try writer.write(sample.bits, group: group)
        try writer.write(sample.kind.rawValue, group: group)
      }
    }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups { return try life.restore(reader) }
    while let size = try reader.readUnlessAtEnd(UInt32.self) {
      let number = try KeyState.read(reader, keys.table, fields: keys.names.count, of: "values", length: size, group)
      let key = Int(number)
      series.reserve(keys.table.limit)
      guard !series.isAlive[key] else { throw PluginError(.state, "the saved values hold a key twice") }
      guard try reader.read(UInt64.self) == fingerprint else {
        throw PluginError(.state, "the saved values are of other options: `set` has changed since")
      }
      series.begin(key, keys.table)
      series.latest[key] = try reader.read()
      for track in 0..<tracks {
        let (time, bits) = (try reader.read(Int64.self), try reader.read(UInt64.self))
        let byte = try reader.read(UInt8.self)
        guard let kind = Sample.Kind(rawValue: byte), time <= series.latest[key] || kind == .none,
          kind != .double || Double(bitPattern: bits).isFinite
        else { throw PluginError(.state, "the saved values hold one that is none") }
        series.samples[key * tracks + track] = Sample(time: time, bits: bits, kind: kind)
      }
    }
  }
}
