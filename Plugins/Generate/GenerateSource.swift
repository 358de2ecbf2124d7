import PluginKit

/// Source `generate`: makes events of a kind, at a rate, for a while.
struct GenerateSource: Source, Stateful {
  static let kind = Option("kind", .choice(Workload.Kind.self), doc: "What the events look like.", default: .sensors)
  static let rate = Option(
    "rate", .double, doc: "Events per second of event time. 0: as `paced: false`, at 1000 events per second of event time.",
    default: 1000, minimum: 0, maximum: 1e9, unit: "events/s")
  static let paced = Option(
    "paced", .bool, doc: "Send each event when its time has come. `false`: as fast as the pipeline takes them.", default: true)
  static let count = Option(optional: "count", .int, doc: "Stop after so many events.", minimum: 0)
  static let duration = Option(
    optional: "duration", .duration, doc: "Stop after so much event time.", minimum: 0)
  static let sources = Option(
    "sources", .int, doc: "Number of sensors, users or hosts that the events come from.", default: 10, minimum: 1,
    maximum: 65536)
  static let seed = Option("seed", .int, doc: "The same seed and `start` give the same events.", default: 1)
  static let load = Option(
    "load", .choice(Load.Shape.self),
    doc:
      "`ramp` grows from a tenth of the rate to all of it in one period, `spike` sends ten times as much in the last tenth of "
      + "each period, `wave` swings by 80 % once a period.", default: .steady)
  static let period = Option("period", .duration, doc: "Period of `load`.", default: .seconds(60), minimum: 1e6)
  static let start = Option(
    optional: "start", .string,
    doc: "Event time of the first event, such as `2026-01-01T00:00:00Z`. Without it, the time of day.")
  static let outliers = Option(
    "outliers", .double, doc: "Share of events that are far off.", default: 0.001, minimum: 0, maximum: 1)

  static let component = Component(
    "generate", doc: "Make events: readings of sensors, actions of users, metrics of hosts.", concurrency: .single,
    options: [kind, rate, paced, count, duration, sources, seed, load, period, start, outliers],
    outputs: .fields([
      .init("time", .time, role: .eventTime), .init("source", .string, role: .source, doc: "The sensor, user or host."),
      .init("type", .string, role: .type, doc: "The quantity or the action."),
      .init("value", .double, doc: "The reading, or the amount of an action with one."), .init("unit", .string),
      .init("quality", .string, doc: "good, uncertain or bad; not for actions."),
      .init("device", .string, doc: "web, android or ios; only for actions."),
      .init("item", .string, doc: "Only for actions that are about one."),
    ]), pollEvery: .milliseconds(2),
    example: """
      name: demo
      sources:
        readings: { use: generate, with: { kind: sensors, rate: 100, count: 500, seed: 7 } }
      sinks:
        out: { use: stdout, from: readings }

      """)

  static let stateVersion: UInt32 = 1
  private static let rowsPerFrame = 1024

  private let host: Host
  private let shape: Load
  private let isPaced: Bool
  private let count: UInt64
  private let duration: Int64
  private let start: Int64?
  private let builder = FrameBuilder()
  private let workload: Workload
  /// Events made so far.
  private var made: UInt64 = 0
  private var schedule: Schedule?
  /// Reading of the host's clock at which an event of elapsed time 0 is due.
  private var clockStart: Int64?

  init(_ config: Config) throws {
    host = config.host
    let rate = try config[Self.rate]
    guard rate >= 0, rate.isFinite else { throw PluginError.config("the rate is not a number of events", at: Self.rate.name) }
    shape = Load(
      shape: try config[Self.load], rate: rate > 0 ? rate : 1000,
      periodSeconds: Double(max(try config[Self.period].wholeNanoseconds, 1)) * 1e-9)
    isPaced = try config[Self.paced] && rate > 0
    count = try config[Self.count].map { UInt64(clamping: $0) } ?? .max
    duration = try config[Self.duration]?.wholeNanoseconds ?? .max
    start = try config[Self.start].map { text in
      guard let time = Timestamp.nanoseconds(text) else {
        throw PluginError.config("'\(text)' is no time such as 2026-01-01T00:00:00Z", at: Self.start.name)
      }
      return time
    }
    builder.maxRows = Self.rowsPerFrame
    workload = try Workload(
      try config[Self.kind], sources: min(max(try config[Self.sources], 1), 65536),
      seed: UInt64(bitPattern: Int64(try config[Self.seed])), outliers: try config[Self.outliers], builder)
  }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    var now = host.now
    var schedule = self.schedule ?? Schedule(start: start ?? now, shape)
    let clockStart = self.clockStart ?? now.subtractingReportingOverflow(schedule.elapsed).partialValue
    self.clockStart = clockStart
    defer { self.schedule = schedule }
    while true {
      guard made < count, schedule.elapsed < duration, let time = schedule.next else {
        try out.commit(builder)
        return .end
      }
      if isPaced && schedule.elapsed > now.subtractingReportingOverflow(clockStart).partialValue {
        try out.commit(builder)
        return .idle
      }
      workload.put(made, at: time, builder)
      made += 1
      schedule.advance()
      if builder.endRow() {
        try out.commit(builder)
        now = host.now
        if now >= deadline { return .ready }
      }
    }
  }

  /// Rows of a call are committed before it ends, so the number of events made and their schedule are all there is.
  mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(made)
    try writer.write(schedule?.start ?? start ?? .min)
    try writer.write(schedule?.elapsed ?? 0)
    try writer.write((schedule?.carry ?? 0).bitPattern)
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    guard reader.version == Self.stateVersion else {
      throw PluginError(.state, "saved by version \(reader.version) of this source")
    }
    made = try reader.read()
    let start: Int64 = try reader.read()
    let elapsed: Int64 = try reader.read()
    let carry = Double(bitPattern: try reader.read())
    guard elapsed >= 0, abs(carry) <= 0.5 else { throw PluginError(.state, "the saved schedule is damaged") }
    if made > 0 { schedule = Schedule(start: start, shape, elapsed: elapsed, carry: carry) }
  }
}
