import PluginKit

/// One value of any type that a fold keeps, borrowed.
struct FoldValue {
  /// Nil for null.
  var type: ColumnType?
  /// A number's 8 bytes, or whether it is true.
  var word: UInt64 = 0
  /// Of texts and binaries.
  var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

  static var null: FoldValue { FoldValue(type: nil) }

  /// The types that there are.
  static func isKept(_ type: ColumnType) -> Bool { isWord(type) || type == .bool || type == .string || type == .binary }

  /// True for types of 8 bytes.
  @inline(__always)
  static func isWord(_ type: ColumnType) -> Bool {
    switch type {
    case .int, .double, .time, .duration, .uint64: true
    default: false
    }
  }

  /// The value of a row in what an expression gave; nil for an error, and for a list or a map, which no fold keeps.
  @inline(__always)
  static func of(_ values: ColumnValues, _ index: Int) -> FoldValue? {
    switch values.state(index) {
    case .error: return nil
    case .null: return .null
    case .value: break
    }
    guard let type = values.type, let data = values.raw.data else { return nil }
    if isWord(type) { return FoldValue(type: type, word: data.load(fromByteOffset: index &* 8, as: UInt64.self)) }
    switch type {
    case .bool: return FoldValue(type: .bool, word: UInt64(data.load(fromByteOffset: index, as: UInt8.self)))
    case .string, .binary: return FoldValue(type: type, bytes: bytes(data, index))
    case .variant: return of(VariantReader(value: bytes(data, index), keys: values.keys))
    default: return nil
    }
  }

  private static func bytes(_ data: UnsafeRawPointer, _ index: Int) -> UnsafeRawBufferPointer {
    let text = data.assumingMemoryBound(to: tide_string.self)[index]
    return UnsafeRawBufferPointer(start: text.data, count: Int(truncatingIfNeeded: text.length))
  }

  private static func of(_ value: VariantReader) -> FoldValue? {
    switch value.kind {
    case .null: .null
    case .bool: FoldValue(type: .bool, word: value.bool == true ? 1 : 0)
    case .int: FoldValue(type: .int, word: UInt64(bitPattern: value.int ?? 0))
    case .double, .decimal: FoldValue(type: .double, word: (value.nearestDouble ?? 0).bitPattern)
    case .time: FoldValue(type: .time, word: UInt64(bitPattern: value.time ?? 0))
    case .string: FoldValue(type: .string, bytes: value.text ?? UnsafeRawBufferPointer(start: nil, count: 0))
    case .binary: FoldValue(type: .binary, bytes: value.binary ?? UnsafeRawBufferPointer(start: nil, count: 0))
    case .absent, .uuid, .dayTime, .object, .array: nil
    }
  }

  /// Puts the value into a column. One of another type than the column's is null.
  func put(into builder: FrameBuilder, _ column: Int, _ columnType: ColumnType, _ encoder: VariantEncoder) {
    let number = Int32(truncatingIfNeeded: column)
    guard let type else { return builder.putNull(column) }
    if columnType == .variant {
      encoder.removeAll()
      write(to: encoder)
      return builder.put(column, variant: encoder.bytes(from: 0))
    }
    switch (columnType, type) {
    case (.int, .int): builder.put(column, Int64(bitPattern: word))
    case (.double, .double): builder.put(column, Double(bitPattern: word))
    case (.bool, .bool): builder.put(column, word == 1)
    case (.time, .time): builder.put(column, time: Int64(bitPattern: word))
    case (.duration, .duration): _ = tide_put_duration(builder.core, number, Int64(bitPattern: word))
    case (.uint64, .uint64): _ = tide_put_u64(builder.core, number, word)
    case (.string, .string): builder.put(column, utf8: bytes)
    case (.binary, .binary): builder.put(column, binary: bytes)
    default: builder.putNull(column)
    }
  }

  /// Appends the value as a variant; a duration is its nanoseconds there.
  func write(to encoder: VariantEncoder) {
    switch type {
    case .bool: encoder.put(word == 1)
    case .int, .duration: encoder.put(int: Int64(bitPattern: word))
    case .uint64: encoder.put(decimal: Int128(word), scale: 0)
    case .double: encoder.put(Double(bitPattern: word))
    case .time: encoder.put(time: Int64(bitPattern: word))
    case .string: encoder.put(text: bytes)
    case .binary: encoder.put(binary: bytes)
    default: encoder.putNull()
    }
  }

  // MARK: Snapshots

  /// Longest text that a snapshot is believed to hold.
  private static let limitBytes: UInt32 = 16 << 20

  /// Appends type, and word or length and bytes.
  func write(_ writer: StateWriter, group: UInt32) throws {
    try writer.write(type?.rawValue ?? 0, group: group)
    guard let type else { return }
    guard type.hasHeap else { return try writer.write(word, group: group) }
    guard bytes.count <= Int(Self.limitBytes) else {
      throw PluginError.fatal("an accumulator of \(bytes.count) bytes cannot be saved; the limit is \(Self.limitBytes)")
    }
    try writer.write(UInt32(truncatingIfNeeded: bytes.count), group: group)
    try writer.write(bytes, group: group)
  }

  /// Reads what `write` wrote and hands it over.
  static func read(_ reader: StateReader, _ body: (FoldValue) -> Void) throws {
    guard let type = try readType(reader) else { return body(.null) }
    guard isKept(type) else { throw PluginError(.state, "the saved folds hold a value of type \(type)") }
    guard type.hasHeap else {
      let word: UInt64 = try reader.read()
      guard type != .bool || word < 2 else { throw PluginError(.state, "the saved folds hold \(word) for true or false") }
      return body(FoldValue(type: type, word: word))
    }
    let length: UInt32 = try reader.read()
    guard length <= limitBytes else { throw PluginError(.state, "the saved folds hold a text of \(length) bytes") }
    let bytes = try reader.readBytes(Int(length))
    guard type == .binary || String(validating: bytes, as: UTF8.self) != nil else {
      throw PluginError(.state, "the saved folds hold a text that is not UTF-8")
    }
    bytes.withUnsafeBytes { body(FoldValue(type: type, bytes: $0)) }
  }

  /// A type, or none.
  static func readType(_ reader: StateReader) throws -> ColumnType? {
    let byte: UInt8 = try reader.read()
    guard byte == 0 || ColumnType(rawValue: byte) != nil else {
      throw PluginError(.state, "the saved folds hold a field of type \(byte)")
    }
    return ColumnType(rawValue: byte)
  }
}
