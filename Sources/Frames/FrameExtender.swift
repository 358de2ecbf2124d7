import CTidemill

/// Copies selected rows of a frame and gives them one column more, or another in place of the one of that name.
///
/// As `FrameCompactor`, but for the original records, which the rows no longer are: they stay behind. The host computes the schema
/// anew. A column that plays a role, or has columns inside it, is not replaced: it loses its name, so that it is written nowhere, and
/// keeps its part.
public struct FrameExtender {
  let frame: FrameView
  let selection: UnsafePointer<UInt16>?
  let count: Int
  private var addition: Addition

  /// Where the new column's buffers are, to be filled; the frame is complete but for them.
  public struct Buffers {
    /// Length of the frame.
    public var length: Int
    /// One value a row, or for texts the offsets.
    public var data: UnsafeMutableRawPointer
    /// Of texts.
    public var heap: UnsafeMutableRawPointer
    /// Nil when no row is null.
    public var valid: UnsafeMutableRawPointer?
  }

  /// A column of integers, unsigned integers, doubles or texts for `count` >= 1 rows.
  ///
  /// - Parameters:
  ///   - selection: strictly ascending row numbers; `nil` selects the first `count` rows.
  ///   - name: 1 ... 255 bytes; must stay where it is as long as this value.
  ///   - heapBytes: bytes of all texts together.
  public init(
    _ frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, name: UnsafeRawBufferPointer, type: ColumnType,
    nulls: Int,
    heapBytes: Int = 0
  ) {
    self.frame = frame
    self.selection = selection
    self.count = count
    addition = Addition(frame.frame, name: name, type: type, nulls: nulls, heapBytes: heapBytes)
  }

  /// True when there is no room for one more column.
  public var isFull: Bool { frame.descriptorCount >= FrameLimits.maxColumns }

  /// Length of the frame that `extend` writes.
  public func byteCount() -> Int {
    var compaction = Compaction(frame: frame, selection: selection, count: count, out: nil, adding: addition)
    return compaction.run()
  }

  /// Writes the frame to 64-byte aligned memory of at least `byteCount` bytes.
  public func extend(into bytes: UnsafeMutableRawPointer) -> Buffers {
    var compaction = Compaction(frame: frame, selection: selection, count: count, out: bytes, adding: addition)
    let length = compaction.run()
    let column = compaction.addition!.column
    return Buffers(
      length: length, data: bytes + Int(column.data), heap: bytes + Int(column.heap),
      valid: column.valid == 0 ? nil : bytes + Int(column.valid))
  }
}

/// A column that a frame gets while it is copied, and what that changes of the others.
struct Addition {
  let name: UnsafeRawBufferPointer
  let heapBytes: Int
  /// As it is laid out.
  var column: tide_column
  /// Where it stands.
  private let place: Int
  /// The column that it replaces, or that makes room for its name.
  private let named: Int?
  private let isReplacement: Bool
  private let verbatim: Int?

  init(_ frame: UnsafePointer<tide_frame>, name: UnsafeRawBufferPointer, type: ColumnType, nulls: Int, heapBytes: Int) {
    self.name = name
    self.heapBytes = heapBytes
    let found = tide_find_n(frame, name.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(name.count))
    named = found < 0 ? nil : Int(found)
    let isPlain = found >= 0 && tide_col(frame, found).pointee.role == UInt8(TIDE_NONE_ROLE)
    isReplacement = isPlain && tide_col(frame, found).pointee.nchild == 0
    place = isReplacement ? Int(found) : Int(frame.pointee.top)
    verbatim = frame.pointee.verbatim == 0 ? nil : Int(frame.pointee.verbatim)
    column = tide_column()
    column.type = type.rawValue
    column.role = UInt8(TIDE_NONE_ROLE)
    column.flags = UInt8(TIDE_NULLABLE)
    column.dict = UInt16(TIDE_NONE_COLUMN)
    column.parent = UInt16(TIDE_NONE_COLUMN)
    column.name_len = UInt16(name.count)
    column.nulls = UInt32(nulls)
  }

  /// Descriptors more than before.
  var growth: Int { (isReplacement ? 0 : 1) - (verbatim == nil ? 0 : 1) }
  var nameGrowth: Int { name.count }

  /// True for a descriptor that does not come along.
  func leavesOut(_ descriptor: Int) -> Bool { descriptor == verbatim || (isReplacement && descriptor == named) }

  /// Where a descriptor of the old frame stands in the new one.
  private func moved(_ descriptor: Int) -> Int {
    var index = descriptor
    if !isReplacement, descriptor >= place { index += 1 }
    if let verbatim, descriptor > verbatim { index -= 1 }
    return index
  }

  /// Corrects what a descriptor says of others, and gives its own new place.
  func change(_ descriptor: inout tide_column, _ index: Int) -> Int {
    if descriptor.dict != UInt16(TIDE_NONE_COLUMN) { descriptor.dict = UInt16(moved(Int(descriptor.dict))) }
    if descriptor.parent != UInt16(TIDE_NONE_COLUMN) { descriptor.parent = UInt16(moved(Int(descriptor.parent))) }
    if descriptor.nchild > 0 { descriptor.first_child = UInt16(moved(Int(descriptor.first_child))) }
    if index == named {
      descriptor.name_len = 0
      descriptor.name = 0
    }
    return moved(index)
  }

  /// Lays out the column behind the others.
  mutating func lay(into layout: inout FrameLayout, rows: Int, nameAt: Int) {
    column.len = UInt32(rows)
    column.name = UInt32(nameAt)
    if column.nulls > 0 { column.valid = layout.place((rows + 7) / 8).offset }
    let isText = column.type == ColumnType.string.rawValue
    let bytes = isText ? 4 * (rows + 1) : 8 * rows
    column.data = layout.place(bytes).offset
    column.data_len = UInt32(bytes)
    if isText {
      column.heap = layout.place(heapBytes).offset
      column.heap_len = UInt32(heapBytes)
    }
    guard let out = layout.out else { return }
    (out + nameAt).copyMemory(from: name.baseAddress!, byteCount: name.count)
    (out + FrameLimits.headerBytes + FrameLimits.descriptorBytes * place).storeBytes(of: column, as: tide_column.self)
  }

  /// Corrects the header that was copied.
  func change(_ header: UnsafeMutablePointer<tide_frame>) {
    header.pointee.cols = UInt16(Int(header.pointee.cols) + growth)
    header.pointee.names_len += UInt32(nameGrowth)
    if !isReplacement { header.pointee.top += 1 }
    if header.pointee.row_wm != 0 { header.pointee.row_wm = UInt16(moved(Int(header.pointee.row_wm))) }
    header.pointee.verbatim = 0
    header.pointee.schema_id = 0
  }
}
