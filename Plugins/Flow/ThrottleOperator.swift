import PluginKit

/// Operator `throttle`: lets at most so many rows pass in so much time, over all or per key.
struct ThrottleOperator: Operator, Stateful {
  /// The time that rows are measured by.
  enum Clock: String, CaseIterable, Sendable {
    case event, processing
  }

  /// What becomes of rows over the limit.
  enum Excess: String, CaseIterable, Sendable {
    case drop, wait
  }

  static let limit = Option(
    "limit", .int, doc: "Rows that pass in the time `every`.", minimum: 1, maximum: Double(TokenRate.maxLimit))
  static let every = Option(
    "every", .duration, doc: "The time that `limit` counts for.", default: .seconds(1), minimum: 1_000_000,
    maximum: Double(TokenRate.maxEvery))
  static let burst = Option(
    optional: "burst", .int, doc: "Rows that may pass at once after a time of rest. `limit` when left out.", minimum: 1,
    maximum: Double(TokenRate.maxLimit))
  static let by = Option(
    optional: "by", .field, doc: "Each value of this field has a limit of its own. Rows without one share a limit.")
  static let clock = Option(
    "clock", .choice(Clock.self),
    doc: "`event` measures by the rows' event times, so that each run gives the same; `processing` by the host's clock.",
    default: .event)
  static let excess = Option(
    "excess", .choice(Excess.self),
    doc:
      "`drop` sends rows over the limit to the port `excess`; `wait` holds them, and all behind them, until their time comes.",
    default: .drop)
  static let maxKeys = Option(
    "max_keys", .int, doc: "Values of `by` that are remembered; beyond, the one not seen for longest is forgotten.",
    default: 100_000, minimum: 1, maximum: 10_000_000)
  static let component = Component(
    "throttle", doc: "Limit the rate of rows, over all or per key.", concurrency: .single,
    options: [limit, every, burst, by, clock, excess, maxKeys],
    outputPorts: [.init("out", doc: "rows within the limit"), .init("excess", doc: "rows over the limit")],
    inputs: [.named(by: by, required: false)], outputs: .same,
    arrival: [
      .init(with: clock, value: "processing", reason: "rows pass by the clock"),
      .init(partitions: true, reason: "rows use up the limit as they come"),
    ],
    eventTime: [.init(with: clock, value: "event")],
    example: """
      name: calm
      sources:
        readings: { use: generate, with: { kind: sensors, rate: 100, count: 1000, paced: false, seed: 7 } }
      operators:
        calm: { use: throttle, from: readings, with: { limit: 1, every: 5s, by: source } }
      sinks:
        out: { use: stdout, from: calm }

      """)

  /// Longest nap: stops and barriers are served between two calls.
  private static let napNanoseconds: Int64 = 4_000_000

  private let host: Host
  private let rate: TokenRate
  private let clock: Clock
  private let excess: Excess
  /// The one bucket of all rows, where there is no `by`.
  private var bucket: TokenBucket
  private var field: Field?
  private var buckets: BucketTable
  private let keys = KeyReader()
  private var codes = CodePlaces()
  private let excessPort: UInt32
  private let excessIsRead: Bool
  private var log = DropLog()
  /// Row numbers that pass, and those that do not.
  private let rows = RowLists()
  /// Rows of the batch in progress that have passed (`wait`).
  private var passed = 0

  init(_ config: Config) throws {
    host = config.host
    let limit = Int64(try config[Self.limit])
    rate = TokenRate(
      limit: limit, every: try config[Self.every].wholeNanoseconds, burst: try config[Self.burst].map { Int64($0) } ?? limit)
    clock = try config[Self.clock]
    excess = try config[Self.excess]
    if excess == .wait, clock == .event {
      throw PluginError.config("rows can wait by the host's clock alone: add `clock: processing`", at: "excess")
    }
    let by = try config[Self.by]
    field = by.map { Field($0) }
    bucket = rate.fresh
    buckets = BucketTable(rate, capacity: by == nil ? 1 : try config[Self.maxKeys])
    (excessPort, excessIsRead) = config.host.port("excess") ?? (1, false)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let column = field?.column(of: batch)
    codes.begin(column, rows: batch.count)
    if excess == .wait { return try pace(batch, column, &out) }
    guard clock == .event else {
      let now = host.now
      return try divide(batch, column, &out) { _ in now }
    }
    guard let time = batch.frame.column(role: .eventTime) else {
      throw PluginError.config(
        "the rows that come in have no event time: give their source one, or say `processing`", at: "clock")
    }
    if let times = time.ints {
      try divide(batch, column, &out) { times[$0] }
    } else {
      try divide(batch, column, &out) { time.time($0) }
    }
  }

  mutating func flush(_ out: inout Output) throws {
    if let line = log.rest() { host.log(.warning, line) }
  }

  /// Takes a token for a row; false when it is over the limit.
  @inline(__always)
  private mutating func take(_ row: Int, _ column: ColumnView?, at time: Int64) -> Bool {
    guard let column else { return rate.take(from: &bucket, at: time) }
    return buckets.take(at: place(of: row, column), time: time)
  }

  @inline(__always)
  private mutating func place(of row: Int, _ column: ColumnView) -> Int {
    if let known = codes.place(of: row, evictions: buckets.evictions) { return known }
    let place = buckets.place(of: keys.bytes(of: column, row: row))
    codes.note(place, of: row, evictions: buckets.evictions)
    return place
  }

  /// Sends each row to one of the two ports.
  @inline(__always)
  private mutating func divide(
    _ batch: Batch, _ column: ColumnView?, _ out: inout Output, time: (_ row: Int) -> Int64
  ) throws {
    let (within, over) = (rows.first, rows.second)
    var (passing, left) = (0, 0)
    for row in batch.rows {
      let passes = take(row, column, at: time(row))
      within[passing] = UInt16(truncatingIfNeeded: row)
      over[left] = UInt16(truncatingIfNeeded: row)
      passing &+= passes ? 1 : 0
      left &+= passes ? 0 : 1
    }
    try out.forward(batch, rows: UnsafeBufferPointer(start: within, count: passing))
    guard left > 0 else { return }
    if excessIsRead {
      try out.forward(batch, rows: UnsafeBufferPointer(start: over, count: left), to: excessPort)
    } else if let line = log.note(left, now: host.now) {
      host.log(.warning, line)
    }
  }

  /// Passes the rows whose time has come and naps until the next one's, or as long as one call may take.
  private mutating func pace(_ batch: Batch, _ column: ColumnView?, _ out: inout Output) throws {
    let now = host.now
    let from = passed
    var wait: Int64 = 0
    while passed < batch.count {
      let row = batch.selection.map { Int($0[passed]) } ?? passed
      guard take(row, column, at: now) else {
        wait = column.map { buckets.wait(at: place(of: row, $0)) } ?? rate.wait(bucket)
        break
      }
      rows.first[passed - from] = UInt16(truncatingIfNeeded: row)
      passed += 1
    }
    let count = passed - from
    if passed == batch.count { passed = 0 }
    try out.forward(batch, rows: UnsafeBufferPointer(start: rows.first, count: count))
    guard wait > 0 else { return }
    host.nap(min(wait, Self.napNanoseconds))
    out.callAgain()
  }
}

extension ThrottleOperator {
  static let stateVersion: UInt32 = 1

  mutating func snapshot(_ writer: StateWriter) throws {
    guard field == nil else { return try buckets.write(writer) }
    // The one bucket as the bucket of the key that is no value.
    var table = BucketTable(rate, capacity: 1)
    table.put(bucket)
    try table.write(writer)
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    try buckets.read(reader)
    if field == nil { bucket = buckets.only ?? rate.fresh }
  }
}
