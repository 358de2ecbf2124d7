import CTidemill

/// Copies the selected rows of a frame into a frame of their own.
///
/// Rows that few want pin the whole frame in memory, and a selection does not cross a process: then copying what is left is
/// cheaper. Every encoding stays, except that a sequence becomes flat when the rows are not contiguous. Dictionaries are copied
/// whole; row watermark and verbatim records come along; the schema stays; checksums are dropped.
public enum FrameCompactor {
  /// Length of the frame that `compact` would write.
  ///
  /// `selection` holds `count` >= 1 strictly ascending row numbers; `nil` selects the first `count` rows.
  public static func byteCount(of frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int) -> Int {
    var compaction = Compaction(frame: frame, selection: selection, count: count, out: nil)
    return compaction.run()
  }

  /// Writes the frame to 64-byte aligned memory apart from the source, and gives its length; 0, and nothing written, when it does
  /// not fit.
  @discardableResult
  public static func compact(
    _ frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, into bytes: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    guard byteCount(of: frame, selection: selection, count: count) <= capacity else { return 0 }
    var compaction = Compaction(frame: frame, selection: selection, count: count, out: bytes)
    return compaction.run()
  }
}

/// One pass over the frame: lays out and writes, or only counts when there is no `out`.
private struct Compaction {
  let source: UnsafePointer<tide_frame>
  let selection: UnsafePointer<UInt16>?
  let count: Int
  let out: UnsafeMutableRawPointer?
  /// End of what is laid out so far.
  var at = 0

  init(frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, out: UnsafeMutableRawPointer?) {
    precondition(count >= 1 && count <= frame.rows, "a compaction selects some of the frame's rows")
    source = frame.frame
    self.selection = selection
    self.count = count
    self.out = out
  }

  func sourceBytes(_ offset: UInt32) -> UnsafePointer<UInt8> { tide_at(source, offset) }

  /// Frame row of the selected row `k`.
  @inline(__always) func row(_ k: Int) -> Int { selection.map { Int($0[k]) } ?? k }

  mutating func run() -> Int {
    let columns = Int(source.pointee.cols)
    let descriptors = FrameLimits.headerBytes
    let names = descriptors + FrameLimits.descriptorBytes * columns
    let namesBytes = Int(source.pointee.names_len)
    at = names + namesBytes
    out?.copyMemory(from: source, byteCount: FrameLimits.headerBytes)
    (out.map { $0 + names })?.copyMemory(from: UnsafeRawPointer(source) + Int(source.pointee.names), byteCount: namesBytes)
    for column in 0..<columns {
      var descriptor = tide_col(source, Int32(column)).pointee
      descriptor.name =
        descriptor.name_len == 0 ? 0 : UInt32(names + Int(descriptor.name) - Int(source.pointee.names))
      if hasRows(column) {
        compactColumn(&descriptor)
      } else {
        copyBuffers(&descriptor)
      }
      (out.map { $0 + descriptors + FrameLimits.descriptorBytes * column })?.storeBytes(of: descriptor, as: tide_column.self)
    }
    let length = FrameLimits.aligned(at)
    if let out {
      zero(from: at, to: length)
      finishHeader(out.assumingMemoryBound(to: tide_frame.self), names: names, length: length)
    }
    return length
  }

  /// True for descriptors with a value a row; the others are dictionaries.
  func hasRows(_ column: Int) -> Bool {
    column < Int(source.pointee.top) || (source.pointee.row_wm != 0 && column == Int(source.pointee.row_wm))
      || (source.pointee.verbatim != 0 && column == Int(source.pointee.verbatim))
  }

  func finishHeader(_ header: UnsafeMutablePointer<tide_frame>, names: Int, length: Int) {
    header.pointee.header_len = UInt16(FrameLimits.headerBytes)
    header.pointee.frame_len = UInt32(length)
    header.pointee.raw_len = UInt32(length)
    header.pointee.rows = UInt32(count)
    header.pointee.desc = UInt32(FrameLimits.headerBytes)
    header.pointee.names = UInt32(names)
    header.dropChecksums()
    let time = tide_role(header, UInt32(TIDE_ROLE_EVENT_TIME))
    guard time >= 0 else { return }
    var low = tide_i64(header, time, 0)
    var high = low
    var k: UInt32 = 1
    while k < UInt32(count) {
      let value = tide_i64(header, time, k)
      low = min(low, value)
      high = max(high, value)
      k &+= 1
    }
    header.pointee.tmin = low
    header.pointee.tmax = high
  }

  // MARK: Buffers

  /// Reserves a buffer at the next multiple of 64, zeros before it; its offset and, when writing, its memory.
  mutating func place(_ bytes: Int) -> (offset: UInt32, memory: UnsafeMutableRawPointer?) {
    let from = FrameLimits.aligned(at)
    zero(from: at, to: from)
    at = from + bytes
    return (UInt32(from), out.map { $0 + from })
  }

  func zero(from: Int, to: Int) {
    (out.map { $0 + from })?.initializeMemory(as: UInt8.self, repeating: 0, count: to - from)
  }

  mutating func placeCopy(of offset: UInt32, _ bytes: Int) -> UInt32 {
    let (to, memory) = place(bytes)
    memory?.copyMemory(from: sourceBytes(offset), byteCount: bytes)
    return to
  }

  mutating func copyBuffers(_ column: inout tide_column) {
    column.data = placeCopy(of: column.data, Int(column.data_len))
    if column.heap != 0 { column.heap = placeCopy(of: column.heap, Int(column.heap_len)) }
  }

  mutating func compactColumn(_ column: inout tide_column) {
    compactValidity(&column)
    column.len = UInt32(count)
    switch ColumnEncoding(rawValue: column.enc) {
    case .constant: copyBuffers(&column)
    case .dictionary: gather(&column, as: UInt16.self)
    case .sequence: compactSequence(&column)
    default:
      switch ColumnType(rawValue: column.type) {
      case .bool: compactBits(&column)
      case .int, .double, .time: gather(&column, as: UInt64.self)
      default: compactHeap(&column)
      }
    }
  }

  mutating func compactValidity(_ column: inout tide_column) {
    let bits = sourceBytes(column.valid)
    guard column.valid != 0 else { return }
    var valid = 0
    for k in 0..<count { valid += Int(tide_bit_(bits, UInt32(row(k)))) }
    column.nulls = UInt32(count - valid)
    column.valid = 0
    if valid < count { column.valid = placeBits(bits) }
  }

  mutating func compactBits(_ column: inout tide_column) {
    column.data_len = UInt32((count + 7) / 8)
    column.data = placeBits(sourceBytes(column.data))
  }

  mutating func placeBits(_ bits: UnsafePointer<UInt8>) -> UInt32 {
    let bytes = (count + 7) / 8
    let (offset, memory) = place(bytes)
    guard let into = memory?.initializeMemory(as: UInt8.self, repeating: 0, count: bytes) else { return offset }
    for k in 0..<count { into[k >> 3] |= UInt8(tide_bit_(bits, UInt32(row(k)))) << UInt8(k & 7) }
    return offset
  }

  /// Copies the selected elements of a buffer of fixed width.
  mutating func gather<Element: FixedWidthInteger>(_ column: inout tide_column, as: Element.Type) {
    let bytes = count * MemoryLayout<Element>.size
    let from = UnsafeRawPointer(sourceBytes(column.data)).assumingMemoryBound(to: Element.self)
    let (offset, memory) = place(bytes)
    column.data = offset
    column.data_len = UInt32(bytes)
    guard let memory else { return }
    guard let selection else { return memory.copyMemory(from: from, byteCount: bytes) }
    let into = memory.assumingMemoryBound(to: Element.self)
    var k = 0
    while k < count {
      into[k] = from[Int(selection[k])]
      k &+= 1
    }
  }

  mutating func compactSequence(_ column: inout tide_column) {
    let from = sourceBytes(column.data)
    let base = tide_load_i64_(from)
    let step = tide_load_i64_(from + 8)
    if row(count - 1) - row(0) == count - 1 {
      let (offset, memory) = place(16)
      column.data = offset
      column.data_len = 16
      memory?.storeBytes(of: base &+ step &* Int64(row(0)), as: Int64.self)
      memory?.storeBytes(of: step, toByteOffset: 8, as: Int64.self)
      return
    }
    let (offset, memory) = place(8 * count)
    let nulls = column.valid != 0
    column.enc = ColumnEncoding.flat.rawValue
    column.data = offset
    column.data_len = UInt32(8 * count)
    guard let memory else { return }
    let valid = nulls ? out.map { $0 + Int(column.valid) }?.assumingMemoryBound(to: UInt8.self) : nil
    for k in 0..<count {
      let isNull = valid.map { tide_bit_($0, UInt32(k)) == 0 } ?? false
      memory.storeBytes(of: isNull ? 0 : base &+ step &* Int64(row(k)), toByteOffset: 8 * k, as: Int64.self)
    }
  }

  mutating func compactHeap(_ column: inout tide_column) {
    let offsets = UnsafeRawPointer(sourceBytes(column.data)).assumingMemoryBound(to: Int32.self)
    let heap = UnsafeRawPointer(sourceBytes(column.heap))
    let (dataOffset, data) = place(4 * (count + 1))
    var total = 0
    for k in 0..<count { total += Int(offsets[row(k) + 1] - offsets[row(k)]) }
    let (heapOffset, bytes) = place(total)
    column.data = dataOffset
    column.data_len = UInt32(4 * (count + 1))
    column.heap = heapOffset
    column.heap_len = UInt32(total)
    guard let data, let bytes else { return }
    var end = 0
    data.storeBytes(of: 0, as: Int32.self)
    for k in 0..<count {
      let from = Int(offsets[row(k)])
      let length = Int(offsets[row(k) + 1]) - from
      (bytes + end).copyMemory(from: heap + from, byteCount: length)
      end += length
      data.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: 4 * (k + 1), as: Int32.self)
    }
  }
}
