import CTidemill

/// Copies the selected rows of a frame into a frame of their own.
///
/// Rows that few want pin the whole frame in memory, and a selection does not cross a process: then copying what is left is
/// cheaper. Every encoding stays, except that a sequence becomes flat when the rows are not contiguous. What lists and structures
/// hold comes along row by row. Dictionaries are copied whole; row watermark and verbatim records come along; the schema stays;
/// checksums are dropped.
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

/// Values of a column that a compaction keeps, by their numbers.
struct Kept {
  let count: Int
  /// The frame's rows.
  var rows: UnsafePointer<UInt16>?
  /// Values of a column inside another.
  var values: UnsafePointer<UInt32>?

  /// Number of the k-th one; the first `count` are kept when there is no list.
  @inline(__always) func callAsFunction(_ k: Int) -> Int {
    if let rows { return Int(rows[k]) }
    return values.map { Int($0[k]) } ?? k
  }
}

/// One pass over the frame: lays out and writes, or only counts when there is no `out`.
struct Compaction {
  let source: UnsafePointer<tide_frame>
  let rows: Kept
  let out: UnsafeMutableRawPointer?
  /// Every row is kept: buffers are copied as they are.
  let isWhole: Bool
  /// How the frame's columns change.
  let derivation: Derivation?
  /// Rows may stand several times in a row.
  let repeatsRows: Bool
  /// Values of the columns inside others so far.
  private var nestedValues = 0
  /// True when these are more than a frame may hold: nothing was laid out then.
  private(set) var isOverfull = false
  /// What the columns inside others keep, by descriptor; set when the column around them is compacted, which comes first.
  var inner: [Int: Kept] = [:]
  /// Memory behind `inner`.
  var lists: [UnsafeMutablePointer<UInt32>] = []
  var layout: FrameLayout

  init(
    frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, out: UnsafeMutableRawPointer?,
    deriving derivation: Derivation? = nil, repeatsRows: Bool = false
  ) {
    precondition(count >= 1 && (repeatsRows || count <= frame.rows), "a compaction selects some of the frame's rows")
    source = frame.frame
    // Of an ascending selection, as many rows as the frame has are all of them.
    isWhole = count == frame.rows && !repeatsRows
    rows = Kept(count: count, rows: isWhole ? nil : selection)
    self.out = out
    self.derivation = derivation
    self.repeatsRows = repeatsRows
    layout = FrameLayout(out: out)
  }

  func sourceBytes(_ offset: UInt32) -> UnsafePointer<UInt8> { tide_at(source, offset) }

  mutating func run() -> Int {
    defer { for list in lists { list.deallocate() } }
    let columns = Int(source.pointee.cols)
    // What was counted is written: it need not be found out again.
    if out == nil { derivation?.begin(source, rows: rows.count) }
    let names = FrameLimits.headerBytes + FrameLimits.descriptorBytes * (derivation?.descriptorCount ?? columns)
    layout.at = names + (derivation?.namesBytes ?? Int(source.pointee.names_len))
    out?.copyMemory(from: source, byteCount: FrameLimits.headerBytes)
    var innerNames = names
    if let derivation { innerNames = derivation.writeNames(layout, at: names) } else { copyNames(to: names) }
    for column in 0..<columns {
      if let derivation, derivation.leavesOut(column) { continue }
      var descriptor = descriptor(column)
      if isOverfull { return .max }
      guard let derivation else {
        if descriptor.name_len > 0 { descriptor.name = UInt32(names + Int(descriptor.name) - Int(source.pointee.names)) }
        layout.write(descriptor, at: column)
        continue
      }
      let place = derivation.change(
        &descriptor, column, names: names, innerNames: &innerNames, layout: layout, source: source)
      layout.write(descriptor, at: place)
    }
    derivation?.placeAdditions(&self, names: names)
    let length = layout.close()
    if let out { finishHeader(out.assumingMemoryBound(to: tide_frame.self), names: names, length: length) }
    return length
  }

  private func copyNames(to names: Int) {
    (out.map { $0 + names })?
      .copyMemory(from: UnsafeRawPointer(source) + Int(source.pointee.names), byteCount: Int(source.pointee.names_len))
  }

  /// Lays out the buffers of a column, and gives its descriptor.
  mutating func descriptor(_ column: Int) -> tide_column {
    var descriptor = tide_col(source, Int32(column)).pointee
    if descriptor.name_len == 0 { descriptor.name = 0 }
    if repeatsRows { descriptor.flags &= ~UInt8(TIDE_UNIQUE) }
    if isWhole {
      copyWhole(&descriptor)
    } else if let kept = kept(column) {
      if descriptor.parent != UInt16(TIDE_NONE_COLUMN) { count(nested: kept.count) }
      if !isOverfull { compactColumn(&descriptor, kept) }
    } else {
      copyBuffers(&descriptor)
    }
    return descriptor
  }

  private mutating func count(nested values: Int) {
    nestedValues += values
    if nestedValues > FrameLimits.maxNestedValues { isOverfull = true }
  }

  /// The values that a descriptor keeps; `nil` for dictionaries, which stay whole.
  func kept(_ column: Int) -> Kept? {
    let hasRows =
      column < Int(source.pointee.top) || (source.pointee.row_wm != 0 && column == Int(source.pointee.row_wm))
      || (source.pointee.verbatim != 0 && column == Int(source.pointee.verbatim))
    return hasRows ? rows : inner[column]
  }

  func finishHeader(_ header: UnsafeMutablePointer<tide_frame>, names: Int, length: Int) {
    header.pointee.names = UInt32(names)
    derivation?.change(header)
    if isWhole { header.finishWhole(length: length) } else { header.finish(rows: rows.count, length: length) }
  }

  // MARK: Buffers

  mutating func place(_ bytes: Int) -> (offset: UInt32, memory: UnsafeMutableRawPointer?) { layout.place(bytes) }

  mutating func placeCopy(of offset: UInt32, _ bytes: Int) -> UInt32 {
    layout.place(copying: sourceBytes(offset), bytes)
  }

  /// Copies a column of which every value is kept.
  mutating func copyWhole(_ column: inout tide_column) {
    if column.valid != 0 { column.valid = placeCopy(of: column.valid, (Int(column.len) + 7) / 8) }
    copyBuffers(&column)
  }

  mutating func copyBuffers(_ column: inout tide_column) {
    if column.data != 0 { column.data = placeCopy(of: column.data, Int(column.data_len)) }
    if column.heap != 0 { column.heap = placeCopy(of: column.heap, Int(column.heap_len)) }
  }

  mutating func compactColumn(_ column: inout tide_column, _ kept: Kept) {
    compactValidity(&column, kept)
    column.len = UInt32(kept.count)
    switch ColumnEncoding(rawValue: column.enc) {
    case .constant:
      copyBuffers(&column)
      keepChildren(of: column) { Kept(count: Int($0.len)) }
    case .dictionary: gather(&column, kept, as: UInt16.self)
    case .sequence: compactSequence(&column, kept)
    default:
      switch ColumnType(rawValue: column.type) {
      case .bool: compactBits(&column, kept)
      case .int, .double, .time, .duration, .uint64: gather(&column, kept, as: UInt64.self)
      case .int32, .float: gather(&column, kept, as: UInt32.self)
      case .uint16: gather(&column, kept, as: UInt16.self)
      case .int8: gather(&column, kept, as: UInt8.self)
      case .decimal: gather(&column, kept, width: 16)
      case .fixed: gather(&column, kept, width: Int(column.param))
      case .list: compactList(&column, kept)
      case .structure: keepChildren(of: column) { _ in kept }
      default: compactHeap(&column, kept)
      }
    }
  }

  mutating func keepChildren(of column: tide_column, _ kept: (tide_column) -> Kept) {
    for child in Int(column.first_child)..<Int(column.first_child) + Int(column.nchild) {
      inner[child] = kept(tide_col(source, Int32(child)).pointee)
    }
  }

  mutating func compactValidity(_ column: inout tide_column, _ kept: Kept) {
    let bits = sourceBytes(column.valid)
    guard column.valid != 0 else { return }
    var valid = 0
    for k in 0..<kept.count { valid += Int(tide_bit_(bits, UInt32(kept(k)))) }
    column.nulls = UInt32(kept.count - valid)
    column.valid = 0
    if valid < kept.count { column.valid = placeBits(bits, kept) }
  }

  mutating func compactBits(_ column: inout tide_column, _ kept: Kept) {
    column.data_len = UInt32((kept.count + 7) / 8)
    column.data = placeBits(sourceBytes(column.data), kept)
  }

  mutating func placeBits(_ bits: UnsafePointer<UInt8>, _ kept: Kept) -> UInt32 {
    let bytes = (kept.count + 7) / 8
    let (offset, memory) = place(bytes)
    guard let into = memory?.initializeMemory(as: UInt8.self, repeating: 0, count: bytes) else { return offset }
    for k in 0..<kept.count { into[k >> 3] |= UInt8(tide_bit_(bits, UInt32(kept(k)))) << UInt8(k & 7) }
    return offset
  }

  /// Reserves a buffer for values of fixed width.
  mutating func placeValues(_ column: inout tide_column, _ kept: Kept, width: Int) -> UnsafeMutableRawPointer? {
    let (offset, memory) = place(width * kept.count)
    column.data = offset
    column.data_len = UInt32(truncatingIfNeeded: width * kept.count)
    return memory
  }

  /// Copies the kept elements of a buffer of integers of one size.
  mutating func gather<Element: FixedWidthInteger>(_ column: inout tide_column, _ kept: Kept, as: Element.Type) {
    let from = UnsafeRawPointer(sourceBytes(column.data)).assumingMemoryBound(to: Element.self)
    guard let memory = placeValues(&column, kept, width: MemoryLayout<Element>.size) else { return }
    let into = memory.assumingMemoryBound(to: Element.self)
    var k = 0
    if let selection = kept.rows {
      while k < kept.count {
        into[k] = from[Int(selection[k])]
        k &+= 1
      }
    } else if let values = kept.values {
      while k < kept.count {
        into[k] = from[Int(values[k])]
        k &+= 1
      }
    } else {
      memory.copyMemory(from: from, byteCount: kept.count * MemoryLayout<Element>.size)
    }
  }

  /// Copies the kept elements of a buffer of any fixed width.
  mutating func gather(_ column: inout tide_column, _ kept: Kept, width: Int) {
    let from = UnsafeRawPointer(sourceBytes(column.data))
    guard let memory = placeValues(&column, kept, width: width) else { return }
    for k in 0..<kept.count { (memory + width * k).copyMemory(from: from + width * kept(k), byteCount: width) }
  }

  mutating func compactSequence(_ column: inout tide_column, _ kept: Kept) {
    let from = sourceBytes(column.data)
    let base = tide_load_i64_(from)
    let step = tide_load_i64_(from + 8)
    if isRun(kept) {
      let memory = placeValues(&column, Kept(count: 2), width: 8)
      memory?.storeBytes(of: base &+ step &* Int64(kept(0)), as: Int64.self)
      memory?.storeBytes(of: step, toByteOffset: 8, as: Int64.self)
      return
    }
    let nulls = column.valid != 0
    column.enc = ColumnEncoding.flat.rawValue
    guard let memory = placeValues(&column, kept, width: 8) else { return }
    let valid = nulls ? out.map { $0 + Int(column.valid) }?.assumingMemoryBound(to: UInt8.self) : nil
    for k in 0..<kept.count {
      let isNull = valid.map { tide_bit_($0, UInt32(k)) == 0 } ?? false
      memory.storeBytes(of: isNull ? 0 : base &+ step &* Int64(kept(k)), toByteOffset: 8 * k, as: Int64.self)
    }
  }

  /// True when each value is the one behind the one before it.
  func isRun(_ kept: Kept) -> Bool {
    guard kept(kept.count - 1) - kept(0) == kept.count - 1 else { return false }
    return !repeatsRows || (1..<kept.count).allSatisfy { kept($0) == kept($0 - 1) + 1 }
  }

  /// Copies the kept lists' offsets, and has the column inside keep the elements that they hold.
  mutating func compactList(_ column: inout tide_column, _ kept: Kept) {
    let offsets = UnsafeRawPointer(sourceBytes(column.data)).assumingMemoryBound(to: Int32.self)
    var total = 0
    for k in 0..<kept.count { total += Int(offsets[kept(k) + 1] - offsets[kept(k)]) }
    if total > FrameLimits.maxNestedValues {
      isOverfull = true
      return
    }
    let elements = UnsafeMutablePointer<UInt32>.allocate(capacity: max(total, 1))
    lists.append(elements)
    let (offset, data) = place(4 * (kept.count + 1))
    column.data = offset
    column.data_len = UInt32(4 * (kept.count + 1))
    data?.storeBytes(of: 0, as: Int32.self)
    var end = 0
    for k in 0..<kept.count {
      for element in offsets[kept(k)]..<offsets[kept(k) + 1] {
        elements[end] = UInt32(element)
        end += 1
      }
      data?.storeBytes(of: Int32(end), toByteOffset: 4 * (k + 1), as: Int32.self)
    }
    inner[Int(column.first_child)] = Kept(count: total, values: UnsafePointer(elements))
  }

  mutating func compactHeap(_ column: inout tide_column, _ kept: Kept) {
    let offsets = UnsafeRawPointer(sourceBytes(column.data)).assumingMemoryBound(to: Int32.self)
    let heap = UnsafeRawPointer(sourceBytes(column.heap))
    let (dataOffset, data) = place(4 * (kept.count + 1))
    var total = 0
    for k in 0..<kept.count { total += Int(offsets[kept(k) + 1] - offsets[kept(k)]) }
    let (heapOffset, bytes) = place(total)
    column.data = dataOffset
    column.data_len = UInt32(4 * (kept.count + 1))
    column.heap = heapOffset
    column.heap_len = UInt32(truncatingIfNeeded: total)
    guard let data, let bytes else { return }
    var end = 0
    data.storeBytes(of: 0, as: Int32.self)
    for k in 0..<kept.count {
      let from = Int(offsets[kept(k)])
      let length = Int(offsets[kept(k) + 1]) - from
      (bytes + end).copyMemory(from: heap + from, byteCount: length)
      end += length
      data.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: 4 * (k + 1), as: Int32.self)
    }
  }
}
