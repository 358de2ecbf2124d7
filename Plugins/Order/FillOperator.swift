import Ordering
import PluginKit

/// Operator `fill`: makes the rows that a key lacks in a step of event time.
struct FillOperator: Operator, Stateful, WatermarkHandler {
  private typealias Options = FillOptions

  static let component = Component(
    "fill", doc: "Make rows, by key, for steps of event time that have none.", concurrency: .keyed, options: FillOptions.all,
    inputs: [
      .named(by: FillOptions.key), .named(by: FillOptions.fields, required: false),
      .named(by: FillOptions.values, required: false),
    ],
    outputs: .adding([.init(MadeRows.mark, .bool, doc: "true for a row that was made")]),
    allocates: .amortised, keyedState: true, eventTime: [.always], waits: [.init(reason: "sends its rows")],
    example: """
      name: steady
      sources:
        readings: { use: generate, with: { kind: sensors, rate: 1, count: 200, paced: false, seed: 7 }, watermark: monotonic }
      operators:
        steady:
          use: fill
          from: readings
          with: { every: 2s, key: source, fields: { value: linear, unit: previous, quality: "null" } }
      sinks:
        out: { use: stdout, from: steady }

      """)

  /// Frames of rows that one call makes at most: between calls the host serves whatever else is due.
  private static let framesPerCall = 16

  /// Rows that the watermark has not passed.
  private let held: HeldRows
  /// Rows that it has passed, and those that were made: they wait until no other can be made before them.
  private let ready: HeldRows
  private let filler: GapFiller
  /// Frames in order whose gaps are not all filled, the next one last.
  private var waiting: [HeldRows.Frame] = []
  private var watermark = Int64.min
  private var limits: StateGuard

  init(_ config: Config) throws {
    held = try HeldRows()
    ready = try HeldRows()
    limits = try StateGuard(config.host.info.state, of: "the filled keys")
    var fields: [MadeRows.Field] = []
    for entry in try config[Options.fields] {
      let origin: MadeRows.Field.Origin =
        switch entry.value {
        case .previous: .previous
        case .linear: .linear
        case .null: .null
        }
      fields.append(MadeRows.Field(name: entry.name, origin: origin, path: entry.path))
    }
    let keyFields = try config[Options.key] ?? []
    for entry in try config[Options.values] {
      if fields.contains(where: { $0.name == entry.name }) {
        throw PluginError.config("`fields` says how '\(entry.name)' is filled already", at: entry.path)
      }
      fields.append(MadeRows.Field(name: entry.name, origin: .value(entry.value), path: entry.path))
    }
    if let key = keyFields.first(where: { name in fields.contains { $0.name == name } }) {
      throw PluginError.config("'\(key)' is a field of the key, which every row has", at: "key")
    }
    if let field = fields.first(where: { $0.name == MadeRows.mark }) {
      throw PluginError.config("'\(field.name)' is the field that tells made rows from others", at: "fields")
    }
    let every = try config[Options.every].wholeNanoseconds
    filler = try GapFiller(
      keyFields: keyFields, fields: fields,
      scale: StepScale(length: every, offset: try config[Options.offset].wholeNanoseconds % every),
      maxGap: try config[Options.maxGap].wholeNanoseconds, maxRows: try config[Options.maxRows], node: config.host.info.node)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    guard batch.frame.column(role: .eventTime) != nil else {
      throw PluginError.config("the rows that come in have no event time: give their source one with `time`", at: "every")
    }
    try held.add(batch.frame, rows: batch.selection, count: batch.count)
    try held.merge()
    try checkLimits()
  }

  private mutating func checkLimits() throws {
    let (held, ready, gaps) = (held, ready, filler.gaps)
    try limits.check(
      keys: { gaps.keys.count }, bytes: { held.byteCount + ready.byteCount + gaps.byteCount }, trim: { gaps.keys.sweep() })
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil, time >= watermark else { return }
    watermark = time
    guard try fill(before: time, &out) else { return out.callAgain() }
    let settled = filler.settled(at: time)
    guard try ready.send(before: settled, &out) else { return out.callAgain() }
    try out.watermark(settled)
  }

  mutating func flush(_ out: inout Output) throws {
    guard try fill(before: nil, &out), try ready.send(before: nil, &out) else { return out.callAgain() }
  }

  /// Makes what is missing before the rows before a time, and sends what is settled meanwhile. False when there is more.
  private mutating func fill(before time: Int64?, _ out: inout Output) throws -> Bool {
    filler.begin(frames: Self.framesPerCall)
    while filler.hasFramesLeft {
      if waiting.isEmpty {
        waiting = try held.next(before: time).reversed()
        guard let frame = waiting.last?.frame else { return true }
        try filler.take(frame, to: ready)
      }
      guard let frame = waiting.last?.frame else { return true }
      guard try filler.fill(frame, to: ready) else { return false }
      let place = Self.place(of: frame.rows - 1, frame)
      waiting.removeLast()
      if let next = waiting.last?.frame { try filler.take(next, to: ready) }
      try ready.merge()
      guard try ready.send(before: filler.settled(at: place), &out) else { return false }
      try checkLimits()
    }
    return false
  }

  /// Where a row stands in the order: its time, of a late one the watermark that it came behind.
  private static func place(of row: Int, _ frame: FrameView) -> Int64 {
    let time = frame.column(role: .eventTime)?.time(row) ?? .min
    return frame.hasRowWatermark ? max(time, frame.rowWatermark(row)) : time
  }
}

extension FillOperator {
  static let stateVersion: UInt32 = 1

  private static let keyMark: UInt8 = 1
  private static let rowsMark: UInt8 = 2
  private static let readyMark: UInt8 = 3

  /// What belongs to no key: the watermark. By key group the last rows of keys, and the rows that wait, for the watermark or for what
  /// may be made before them.
  mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(watermark)
    try filler.snapshot(writer, mark: Self.keyMark)
    let filler = filler
    try held.snapshot(writer, mark: Self.rowsMark) { filler.group(of: $0, row: $1) }
    try ready.snapshot(writer, mark: Self.readyMark) { filler.group(of: $0, row: $1) }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    guard group != StateWriter.allGroups else {
      watermark = try reader.read()
      return
    }
    let filler = filler
    while let mark = try reader.readUnlessAtEnd(UInt8.self) {
      switch mark {
      case Self.keyMark: try filler.restore(reader, group)
      case Self.rowsMark, Self.readyMark:
        let rows = mark == Self.rowsMark ? held : ready
        guard try rows.restore(reader, expected: group, by: { filler.group(of: $0, row: $1) }) else {
          throw PluginError(.state, "the saved rows are missing")
        }
      default: throw PluginError(.state, "the saved state holds an entry of kind \(mark)")
      }
    }
  }
}
