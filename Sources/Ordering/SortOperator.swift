import PluginKit

/// Operator `sort`: holds rows until the watermark has passed them and sends them in the order of event time and id.
///
/// The host uses it too, for `order: event_time`.
public struct SortOperator: Operator, Stateful, WatermarkHandler {
  /// What becomes of a row that is behind the watermark of its partition.
  public enum Late: String, CaseIterable, Sendable {
    case port, pass
  }

  static let late = Option(
    "late", .choice(Late.self),
    doc:
      "Where late rows go: `port` sends them to the port `late` at once; `pass` lets them through, where rows would stand whose time is the watermark that they came behind.",
    default: .port)

  private static let latePort = "late"

  public static let component = Component(
    "sort", doc: "Hold rows until the watermark has passed them, and send them in the order of event time and id.",
    concurrency: .single, options: [late],
    outputPorts: [
      .init("out"),
      .init(
        latePort, doc: "rows that came behind the watermark, with how late they were", late: true,
        outputs: .adding([.init(LateRows.field, .int, doc: "nanoseconds that the row's watermark was past its event time")])),
    ],
    inputs: [], outputs: .merged, allocates: .amortised, keyedState: true, eventTime: [.always],
    waits: [.init(reason: "sends its rows")],
    example: """
      name: sorted
      sources:
        one: { use: generate, with: { kind: sensors, count: 500, paced: false, seed: 7 }, watermark: { delay: 5s } }
        two: { use: generate, with: { kind: sensors, count: 500, paced: false, seed: 8 }, watermark: { delay: 5s } }
      operators:
        sorted: { use: sort, from: [one, two], state: { bytes: 64MiB, keys: 100000 } }
      sinks:
        out: { use: stdout, from: sorted }

      """)

  private let held: HeldRows
  /// Nil where they pass.
  private let lateRows: LateRows?
  /// Those of a batch that are not late.
  private var punctual: [UInt16] = []
  /// No row before is expected any more.
  private var watermark = Int64.min
  private var limits: StateGuard

  public init(_ config: Config) throws {
    held = try HeldRows()
    limits = try StateGuard(config.host.info.state, of: "the buffers", counting: "rows")
    switch try config[Self.late] {
    case .pass: lateRows = nil
    case .port: lateRows = try LateRows(port: config.host.port(Self.latePort)?.index ?? 1)
    }
  }

  public mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    guard let times = batch.frame.column(role: .eventTime) else {
      throw PluginError.config("the rows that come in have no event time: give their source one with `time`", at: "")
    }
    if let lateRows, batch.frame.hasRowWatermark {
      try take(batch, times, lateRows, &out)
    } else {
      try held.add(batch.frame, rows: batch.selection, count: batch.count)
    }
    try held.merge()
    let held = held
    try limits.check(keys: { held.count }, bytes: { held.byteCount })
    // Behind an input that was idle, rows may come that the watermark has passed.
    if held.hasRows(before: watermark) { _ = try held.send(before: watermark, &out) }
  }

  /// Holds the rows of a batch that are not late, and sends the others.
  private mutating func take(_ batch: Batch, _ times: ColumnView, _ late: LateRows, _ out: inout Output) throws {
    punctual.removeAll(keepingCapacity: true)
    for (at, row) in batch.rows.enumerated() {
      let time = times.time(row), watermark = batch.frame.rowWatermark(row)
      if watermark <= time {
        punctual.append(UInt16(truncatingIfNeeded: row))
      } else {
        let (by, isTooFar) = watermark.subtractingReportingOverflow(time)
        late.add(at, of: batch, by: isTooFar ? .max : by)
      }
    }
    try late.send(batch, &out)
    try punctual.withUnsafeBufferPointer { try held.add(batch.frame, rows: $0.baseAddress, count: $0.count) }
  }

  public mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil, time >= watermark else { return }
    watermark = time
    if try !held.send(before: time, &out) { out.callAgain() }
  }

  public mutating func flush(_ out: inout Output) throws {
    if try !held.send(before: nil, &out) { out.callAgain() }
  }
}

extension SortOperator {
  public static let stateVersion: UInt32 = 1

  /// The watermark, then the rows.
  public mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(watermark)
    try held.snapshot(writer)
  }

  public mutating func restore(group: UInt32, _ reader: StateReader) throws {
    watermark = try reader.read()
    while try held.restore(reader) {}
  }
}
