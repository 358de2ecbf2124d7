import PluginKit

/// Operator `batch`: gathers rows into frames of so many rows, or of what came in so much time.
struct BatchOperator: Operator, Stateful, TimerHandler, WatermarkHandler {
  static let count = Option(
    optional: "count", .int, doc: "Rows of a batch. 65536, the most that a frame holds, when left out.", minimum: 1,
    maximum: Double(BatchLimits.maxCount))
  static let every = Option(
    optional: "every", .duration,
    doc: "A batch leaves so long after its first row came, by the host's clock, even if it is not full.",
    minimum: 1_000_000)
  static let bytes = Option(
    "bytes", .bytes, doc: "Bytes of values and records that a batch holds at most; a larger row is a batch of its own.",
    default: 4 << 20, minimum: 1024, maximum: Double(BatchLimits.maxBytes))
  static let component = Component(
    "batch", doc: "Gather rows into batches by their number, by time, or by what comes first of both.", concurrency: .single,
    options: [count, every, bytes], inputs: [], outputs: .merged,
    arrival: [
      .init(with: every, reason: "a batch leaves by the clock"),
      .init(partitions: true, reason: "a batch holds rows as they come"),
    ],
    example: """
      name: batches
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        batches: { use: batch, from: readings, with: { count: 300, every: 2s } }
      sinks:
        out: { use: stdout, from: batches }

      """)

  private static let timer: UInt64 = 0
  /// The frame of a batch must stay below 16 MiB, also where rows are light and what they share, such as key dictionaries, is not.
  private static let maxHeldBytes = 15 << 20

  /// Batches that one call sends at most: between calls the host serves whatever else is due.
  private static let batchesPerCall = 64

  private let host: Host
  private let limits: BatchLimits
  private let every: Int64?
  private let held = FrameMerger()
  private var weight = 0
  /// When the held rows leave; nil without rows or without `every`.
  private var deadline: Int64?
  /// The input's watermark.
  private var watermark = Int64.min
  /// The watermark that stood before the first held row; the output has it until the rows have left.
  private var before = Int64.min
  /// Rows of the input in progress that earlier calls are done with.
  private var done = 0
  private let rows = RowLists()

  init(_ config: Config) throws {
    host = config.host
    let count = try config[Self.count]
    every = try config[Self.every]?.wholeNanoseconds
    guard count != nil || every != nil else {
      throw PluginError.config("batch needs `count`, `every` or both", at: "count")
    }
    limits = BatchLimits(count: count ?? BatchLimits.maxCount, bytes: try config[Self.bytes])
  }

  /// Restored rows leave when they would have left.
  mutating func open() throws { if let deadline { try host.timer(Self.timer, at: deadline, .processing) } }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    let frame = batch.frame
    if held.rows > 0, !held.accepts(frame) || held.heldBytes + frame.byteCount > Self.maxHeldBytes { try emit(&out) }
    let canBeHeld = held.accepts(frame)
    let weights = RowWeights(frame, selection: batch.selection)
    var sent = 0
    while done < batch.count, sent < Self.batchesPerCall {
      let cut = limits.cut(
        done..<batch.count, held: held.rows, weight: weight, least: weights.least, total: weights.total,
        fitting: { weights.count(of: $0, within: $1) })
      let part = done..<done + cut.rows
      if held.rows == 0, cut.isFull || !canBeHeld {
        try forward(batch, part, &out)
      } else {
        try hold(batch, part, weights)
        if cut.isFull { try emit(&out) }
      }
      done = part.upperBound
      sent += cut.isFull ? 1 : 0
    }
    if done < batch.count { out.callAgain() } else { done = 0 }
  }

  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws {
    deadline = nil
    try emit(&out)
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil else { return }
    watermark = time
    try out.watermark(held.rows > 0 ? before : time)
  }

  mutating func flush(_ out: inout Output) throws { try emit(&out) }

  // MARK: Rows

  private mutating func hold(_ batch: Batch, _ part: Range<Int>, _ weights: RowWeights) throws {
    guard !part.isEmpty else { return }
    if held.rows == 0 {
      before = watermark
      if let every {
        deadline = host.now &+ every
        try host.timer(Self.timer, at: host.now &+ every, .processing)
      }
    }
    weight += weights.total(part)
    if let selection = batch.selection {
      held.append(batch.frame, selection: selection + part.lowerBound, count: part.count)
    } else {
      held.append(batch.frame, part)
    }
  }

  /// Sends what is held, and lets the watermark catch up.
  private mutating func emit(_ out: inout Output) throws {
    guard held.rows > 0 else { return }
    if deadline != nil { try host.cancelTimer(Self.timer, .processing) }
    deadline = nil
    try out.commit(held)
    weight = 0
    try out.watermark(watermark)
  }

  /// Sends a whole batch that stands in one frame, without copying it.
  private func forward(_ batch: Batch, _ part: Range<Int>, _ out: inout Output) throws {
    if part.count == batch.count { return try out.forward(batch) }
    if let selection = batch.selection {
      return try out.forward(batch, rows: UnsafeBufferPointer(start: selection + part.lowerBound, count: part.count))
    }
    for (k, row) in part.enumerated() { rows.first[k] = UInt16(truncatingIfNeeded: row) }
    try out.forward(batch, rows: UnsafeBufferPointer(start: rows.first, count: part.count))
  }
}

extension BatchOperator {
  static let stateVersion: UInt32 = 1

  /// The held rows as one frame, and when they leave.
  mutating func snapshot(_ writer: StateWriter) throws {
    let count = held.byteCount
    try writer.write(UInt64(count))
    try writer.write(deadline ?? .max)
    guard count > 0 else { return }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: FrameLimits.alignment)
    defer { bytes.deallocate() }
    held.write(into: bytes.baseAddress!, capacity: count)
    try writer.write(UnsafeRawBufferPointer(bytes))
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    let count = Int(clamping: try reader.read(UInt64.self))
    let time = try reader.read(Int64.self)
    guard count > 0 else { return }
    guard count <= FrameLimits.defaultMaxBytes else {
      throw PluginError(.state, "the saved rows take \(count) bytes, and a frame has at most \(FrameLimits.defaultMaxBytes)")
    }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: FrameLimits.alignment)
    defer { bytes.deallocate() }
    try reader.read(into: bytes)
    do {
      let frame = try FrameValidator.validate(UnsafeRawBufferPointer(bytes))
      guard frame.kind?.hasRows == true, held.accepts(frame) else { throw PluginError(.state, "the saved rows are no rows") }
      held.append(frame, 0..<frame.rows)
      weight = RowWeights(frame, selection: nil).total(0..<frame.rows)
      deadline = time == .max ? nil : time
    } catch let error as FrameRejection {
      throw PluginError(.state, "the saved rows are damaged: \(error)")
    }
  }
}
