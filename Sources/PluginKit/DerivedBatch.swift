import CTidemill
import Frames

/// Rows of a batch with other columns, in memory of the component's own: for expressions that read what the component knows,
/// and for keys that are values of expressions.
///
/// ```swift
/// keyed = try DerivedBatch([.keep([]), .set("by")])                 // init
/// …
/// let copy = try keyed.derive(batch, values: [try by.values(of: batch)])
/// let numbers = keys.numbers(of: copy, by: [copy.frame.column(named: "by")!])
/// ```
/// What it gives is valid until the next `derive`, and never sent: `Output.send(_:changing:)` makes rows that are.
public final class DerivedBatch {
  private let changes: FrameDeriver
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
  private let view = BatchView()

  public init(_ changes: [ColumnChange]) throws { self.changes = try FrameDeriver(changes) }

  deinit { memory.deallocate() }

  /// Copies the rows of a batch, one behind the other, with one value for each of them for each change that sets.
  public func derive(_ batch: Batch, values: [ColumnValues]) throws -> Batch {
    try derive(batch, .init(batch.selection, count: batch.count), values)
  }

  /// The same with some frame rows, ascending; values are those of these rows.
  public func derive(_ batch: Batch, rows: UnsafeBufferPointer<UInt16>, values: [ColumnValues]) throws -> Batch {
    try derive(batch, .init(rows.baseAddress, count: rows.count), values)
  }

  /// The frame rows of the last copy that are given, ascending.
  public func part(_ rows: UnsafeBufferPointer<UInt16>) -> Batch { view.rows(rows, of: FrameView(bytes: memory.baseAddress!)) }

  /// Where the values of a column of 8 bytes stand in the last copy, whose values differ: they may be written over there.
  public func words(ofColumn index: Int) -> UnsafeMutablePointer<UInt64> {
    let frame = memory.baseAddress!.assumingMemoryBound(to: tide_frame.self)
    let column = tide_col(frame, Int32(truncatingIfNeeded: index)).pointee
    return (memory.baseAddress! + Int(column.data)).assumingMemoryBound(to: UInt64.self)
  }

  private func derive(_ batch: Batch, _ rows: FrameDeriver.Rows, _ values: [ColumnValues]) throws -> Batch {
    precondition(rows.count > 0, "a frame has rows")
    try changes.derive(batch.frame, rows, values: values, limit: .max) { bytes in
      if bytes > memory.count {
        memory.deallocate()
        memory = .allocate(byteCount: max(bytes, memory.count * 2), alignment: 64)
      }
      return memory.baseAddress!
    } commit: { _ in
    }
    let frame = memory.baseAddress!.assumingMemoryBound(to: tide_frame.self)
    if frame.pointee.schema_id == 0 { frame.pointee.schema_id = schemaID(of: FrameView(frame)) }
    return view.all(of: FrameView(frame))
  }
}

/// Rows of a frame as a batch of the component's own, for expressions and keys; valid until it is asked again.
public final class BatchView {
  private let raw = UnsafeMutablePointer<tide_batch>.allocate(capacity: 1)

  public init() {
    raw.initialize(to: tide_batch())
    raw.pointee.size = UInt32(MemoryLayout<tide_batch>.size)
  }

  deinit { raw.deallocate() }

  public func all(of frame: FrameView) -> Batch { batch(frame, nil, frame.rows) }

  /// Some rows, ascending.
  public func rows(_ rows: UnsafeBufferPointer<UInt16>, of frame: FrameView) -> Batch {
    batch(frame, rows.baseAddress, rows.count)
  }

  private func batch(_ frame: FrameView, _ selection: UnsafePointer<UInt16>?, _ count: Int) -> Batch {
    raw.pointee.frame = frame.frame
    raw.pointee.selection = selection
    raw.pointee.count = UInt32(truncatingIfNeeded: count)
    return Batch(UnsafePointer(raw))
  }
}
