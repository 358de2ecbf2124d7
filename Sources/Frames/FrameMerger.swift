import CTidemill
import Glibc

/// Gathers rows of several frames of one schema into one frame.
///
/// Rows are copied when they are appended, so nothing of a frame is held. Encodings stay where the frames agree: a constant with one
/// value, a sequence that goes on, dictionaries, which become one. Row watermarks and verbatim records come along; checksums, the
/// position in a log and what was said of a column's order do not. Memory is kept from frame to frame. Not thread-safe.
public final class FrameMerger {
  /// Of the first frame: what all share.
  private var header = tide_frame()
  private var names: [UInt8] = []
  private var schema: UInt64 = 0
  private var columns: [MergedColumn] = []
  /// Row watermarks, from the first frame on that has some.
  private var watermarks: MergedColumn?
  private var verbatim: MergedColumn?
  /// The descriptors of the frame that is laid out.
  private var table: [tide_column] = []
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Rows gathered so far.
  public private(set) var rows = 0

  public init() {}

  deinit { scratch.deallocate() }

  /// Bytes that are held now, about the length of the frame.
  public var heldBytes: Int {
    columns.reduce(0) { $0 + $1.byteCount } + (watermarks?.byteCount ?? 0) + (verbatim?.byteCount ?? 0)
  }

  /// True when rows of a frame can join those that are held: it has their schema and kind, and verbatim records if they have. With
  /// nothing held, every frame can that leaves the merger descriptors for dictionaries and riders.
  public func accepts(_ frame: FrameView) -> Bool {
    guard rows > 0 else { return 2 * frame.descriptorCount + 2 <= FrameLimits.maxColumns }
    return Self.schema(of: frame) == schema && frame.frame.pointee.kind == header.kind && frame.hasVerbatim == (verbatim != nil)
  }

  /// Appends the selected rows of a frame that is accepted.
  ///
  /// `selection` holds `count` strictly ascending row numbers; nil selects the first `count` rows. There is room for 65536 rows,
  /// and in columns inside others for `FrameLimits.maxNestedValues`.
  public func append(_ frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int) {
    precondition(rows + count <= FrameLimits.maxRows, "a merger holds the rows of one frame")
    guard count > 0 else { return }
    guard let selection else { return append(frame, 0..<count) }
    let first = Int(selection[0])
    if Int(selection[count - 1]) - first == count - 1 { return append(frame, first..<first + count) }
    let bytes = FrameCompactor.byteCount(of: frame, selection: selection, count: count)
    if scratch.count < bytes {
      scratch.deallocate()
      scratch = .allocate(byteCount: bytes * 2, alignment: FrameLimits.alignment)
    }
    FrameCompactor.compact(frame, selection: selection, count: count, into: scratch.baseAddress!, capacity: scratch.count)
    append(FrameView(bytes: scratch.baseAddress!), 0..<count)
  }

  /// Appends a range of rows of a frame that is accepted.
  public func append(_ frame: FrameView, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if rows == 0 { begin(frame) }
    precondition(accepts(frame), "a merger takes frames of one schema")
    for (index, column) in columns.enumerated() { column.append(frame.column(index), range) }
    verbatim?.append(frame.column(Int(frame.frame.pointee.verbatim)), range)
    appendWatermarks(frame, range)
    rows += range.count
  }

  /// Drops the rows; keeps memory.
  public func reset() {
    rows = 0
    for column in columns { column.removeAll() }
    watermarks = nil
    verbatim?.removeAll()
  }

  /// Length of the frame that `write` would write; 0 without rows.
  public var byteCount: Int {
    guard rows > 0 else { return 0 }
    for column in columns { column.shareKeys() }
    return run(nil)
  }

  /// Writes the frame to 64-byte aligned memory and gives its length; 0, and nothing written, when there is none or it does not
  /// fit. The rows stay until `reset`.
  @discardableResult
  public func write(into bytes: UnsafeMutableRawPointer, capacity: Int) -> Int {
    let length = byteCount
    guard length > 0, length <= capacity else { return 0 }
    return run(bytes)
  }

  // MARK: Gathering

  private static func schema(of frame: FrameView) -> UInt64 {
    frame.schemaID == 0 ? Frames.schemaID(of: frame) : frame.schemaID
  }

  private func begin(_ frame: FrameView) {
    let source = frame.frame
    header = source.pointee
    let schema = Self.schema(of: frame)
    if schema != self.schema || columns.isEmpty {
      self.schema = schema
      columns = (0..<frame.columnCount).map { MergedColumn(like: frame.column($0)) }
      names = Array(frame.bytes[Int(source.pointee.names)..<Int(source.pointee.names) + Int(source.pointee.names_len)])
    }
    if !frame.hasVerbatim {
      verbatim = nil
    } else if verbatim == nil {
      verbatim = MergedColumn(rider: .binary)
    }
  }

  private func appendWatermarks(_ frame: FrameView, _ range: Range<Int>) {
    guard frame.hasRowWatermark || watermarks != nil else { return }
    let column = watermarks ?? MergedColumn(rider: .int)
    if watermarks == nil {
      watermarks = column
      column.append(constant: .min, count: rows)
    }
    if frame.hasRowWatermark {
      column.append(frame.column(Int(frame.frame.pointee.row_wm)), range)
    } else {
      column.append(constant: .min, count: range.count)
    }
  }

  // MARK: The frame

  private func placeRider(_ rider: MergedColumn?, names: Int, _ layout: inout FrameLayout) {
    guard let rider else { return }
    table.append(rider.template)
    rider.place(&table, table.count - 1, names: names, &layout)
  }

  /// Lays the frame out, and writes it when there is memory.
  private func run(_ out: UnsafeMutableRawPointer?) -> Int {
    let first = columns.reduce(columns.count) { $0 + $1.extraDescriptors }
    let total = first + (watermarks == nil ? 0 : 1) + (verbatim == nil ? 0 : 1)
    let namesOffset = FrameLimits.headerBytes + FrameLimits.descriptorBytes * total
    var layout = FrameLayout(out: out, at: namesOffset + names.count)
    table.removeAll(keepingCapacity: true)
    for column in columns { table.append(column.template) }
    for (index, column) in columns.enumerated() { column.place(&table, index, names: namesOffset, &layout) }
    placeRider(watermarks, names: namesOffset, &layout)
    placeRider(verbatim, names: namesOffset, &layout)
    precondition(table.count == total, "a merged frame has the descriptors that were counted")
    let length = layout.close()
    guard let out else { return length }
    names.withUnsafeBytes { if let text = $0.baseAddress { (out + namesOffset).copyMemory(from: text, byteCount: $0.count) } }
    table.withUnsafeBytes { (out + FrameLimits.headerBytes).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    let frame = out.assumingMemoryBound(to: tide_frame.self)
    frame.initialize(to: header)
    frame.pointee.schema_id = schema
    frame.pointee.log_pos = .max
    frame.pointee.cols = UInt16(total)
    frame.pointee.names = UInt32(namesOffset)
    frame.pointee.names_len = UInt32(names.count)
    frame.pointee.row_wm = watermarks == nil ? 0 : UInt16(first)
    frame.pointee.verbatim = verbatim == nil ? 0 : UInt16(total - 1)
    frame.finish(rows: rows, length: length)
    return length
  }
}
