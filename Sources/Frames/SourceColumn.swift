import CTidemill

/// Values of a column in any encoding, read one by one by whoever copies them. Not of lists and structures themselves.
struct SourceColumn {
  let encoding: ColumnEncoding
  /// Bytes of a value of fixed width, 0 for other types.
  let width: Int
  let data: UnsafeRawPointer
  let heap: UnsafeRawPointer
  private let validity: UnsafeRawPointer?
  /// Offsets of a dictionary of texts; values of fixed width have none.
  private let entryOffsets: UnsafePointer<Int32>?
  private let entryBytes: UnsafeRawPointer?
  let dictionaryCount: Int
  /// Values to copy.
  let range: Range<Int>

  init(_ column: ColumnView, width: Int, _ range: Range<Int>) {
    let descriptor = column.descriptor
    guard let encoding = column.encoding else { preconditionFailure("a column of a valid frame has an encoding") }
    self.encoding = encoding
    self.width = width
    self.range = range
    let frame = UnsafeRawPointer(column.frame)
    data = frame + Int(descriptor.pointee.data)
    heap = frame + Int(descriptor.pointee.heap)
    validity = descriptor.pointee.valid == 0 ? nil : frame + Int(descriptor.pointee.valid)
    guard let entries = column.dictionary?.descriptor.pointee else {
      (entryOffsets, entryBytes, dictionaryCount) = (nil, nil, 0)
      return
    }
    let values = frame + Int(entries.data)
    entryOffsets = width == 0 ? values.assumingMemoryBound(to: Int32.self) : nil
    entryBytes = width == 0 ? frame + Int(entries.heap) : values
    dictionaryCount = Int(entries.len)
  }

  /// Values that lie in memory of their own.
  init(
    encoding: ColumnEncoding, width: Int, data: UnsafeRawPointer, heap: UnsafeRawPointer, validity: UnsafeRawPointer? = nil,
    entries: (offsets: UnsafeRawPointer, bytes: UnsafeRawPointer)? = nil, range: Range<Int>
  ) {
    self.encoding = encoding
    self.width = width
    self.data = data
    self.heap = heap
    self.validity = validity
    self.range = range
    entryOffsets = entries?.offsets.assumingMemoryBound(to: Int32.self)
    entryBytes = entries?.bytes
    dictionaryCount = 0
  }

  var hasNulls: Bool { validity != nil }

  @inline(__always)
  func isValid(_ row: Int) -> Bool { validity?.bit(row) ?? true }

  /// Code of a dictionary; 0 where one value stands for all rows.
  @inline(__always)
  func code(_ row: Int) -> Int { encoding == .dictionary ? Int(data.load(fromByteOffset: 2 * row, as: UInt16.self)) : 0 }

  /// Step of a sequence.
  var step: Int64 { data.load(fromByteOffset: 8, as: Int64.self) }

  /// Value of a sequence in a row.
  @inline(__always)
  func sequenceValue(_ row: Int) -> Int64 { data.load(as: Int64.self) &+ step &* Int64(row) }

  /// Bytes of a value of fixed width, or of a string, binary or variant; not of a sequence.
  func bytes(_ row: Int) -> UnsafeRawBufferPointer {
    if encoding == .dictionary, let entryBytes {
      let code = code(row)
      guard let entryOffsets else { return UnsafeRawBufferPointer(start: entryBytes + width * code, count: width) }
      return slice(entryBytes, entryOffsets, code)
    }
    let at = encoding == .constant ? 0 : row
    if width > 0 { return UnsafeRawBufferPointer(start: data + width * at, count: width) }
    return slice(heap, data.assumingMemoryBound(to: Int32.self), at)
  }

  private func slice(_ bytes: UnsafeRawPointer, _ offsets: UnsafePointer<Int32>, _ at: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes + Int(offsets[at]), count: Int(offsets[at + 1] - offsets[at]))
  }
}

extension UnsafeRawPointer {
  /// Bit `index`, least significant first.
  @inline(__always)
  func bit(_ index: Int) -> Bool { load(fromByteOffset: index >> 3, as: UInt8.self) >> UInt8(index & 7) & 1 != 0 }
}

extension ColumnType {
  /// Bytes of a value, where all have as many; 0 for truths, texts, variants and what holds other columns.
  func width(_ parameter: Int) -> Int {
    switch self {
    case .int, .double, .time, .duration, .uint64: 8
    case .int32, .float: 4
    case .uint16: 2
    case .int8: 1
    case .decimal: 16
    case .fixed: parameter
    case .bool, .string, .binary, .variant, .list, .structure: 0
    }
  }

  /// True for the types that a dictionary of values may stand for.
  var hasDictionary: Bool { self == .string || self == .binary || self == .fixed || self == .decimal }
}
