import CTidemill
import Frames

/// The fields of a key, from their key bytes back into columns.
public enum KeyField {
  /// A key dictionary of variants that holds no key.
  public static let noKeys = VariantKeys.encoded([])

  /// Adds the columns of a key's fields; a nil type is not known yet. One field alone has the role of the key, unless the fields are
  /// not those of the rows' key.
  public static func addColumns(_ fields: [String], _ types: [KeyType?], isKey: Bool = true, to builder: FrameBuilder) throws {
    for (at, field) in fields.enumerated() {
      let type = types[at] ?? .string
      let role: ColumnRole? = isKey && fields.count == 1 && type != .variant ? .key : nil
      let column = try builder.addColumn(field, type.column, parameter: type.parameter, role: role)
      if type == .variant { noKeys.withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
    }
  }

  /// Puts the values of a key into columns that follow each other. A value that is none of its column's type is null.
  ///
  /// - Parameter variant: memory for values of variant columns.
  public static func put(
    _ key: UnsafeRawBufferPointer, into builder: FrameBuilder, from column: Int, types: [KeyType?], _ variant: VariantEncoder
  ) {
    guard types.count > 1 else {
      if types.count == 1 { put(key, into: builder, column, types[0] ?? .string, variant) }
      return
    }
    var at = 1
    for (index, type) in types.enumerated() {
      let length = Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      let part = UnsafeRawBufferPointer(rebasing: key[at + 4..<at + 4 + length])
      put(part, into: builder, column + index, type ?? .string, variant)
      at += 4 + length
    }
  }

  /// True for bytes that can be the key of so many fields.
  public static func isKey(_ key: UnsafeRawBufferPointer, ofFields count: Int) -> Bool {
    guard count > 1 else { return count == 0 ? key.isEmpty : isValue(key) }
    guard key.first == UInt8(TIDE_KEY_SEVERAL) else { return false }
    var at = 1
    for _ in 0..<count {
      guard at + 4 <= key.count else { return false }
      let length = Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      guard length <= key.count - at - 4, isValue(UnsafeRawBufferPointer(rebasing: key[at + 4..<at + 4 + length])) else {
        return false
      }
      at += 4 + length
    }
    return at == key.count
  }

  private static func isValue(_ value: UnsafeRawBufferPointer) -> Bool {
    guard let tag = value.first else { return false }
    switch Int32(tag) {
    case TIDE_KEY_NULL, TIDE_KEY_FALSE, TIDE_KEY_TRUE: return value.count == 1
    case TIDE_KEY_INTEGER, TIDE_KEY_DOUBLE, TIDE_KEY_TIME, TIDE_KEY_UNSIGNED: return value.count == 9
    case TIDE_KEY_TEXT: return String(validating: value[1...], as: UTF8.self) != nil
    case TIDE_KEY_BINARY: return true
    case TIDE_KEY_NESTED: return value.count > 1
    case TIDE_KEY_DECIMAL: return value.count == 18 && value[1] <= 38
    default: return false
    }
  }

  @inline(__always)
  private static func put(
    _ value: UnsafeRawBufferPointer, into builder: FrameBuilder, _ column: Int, _ type: KeyType, _ variant: VariantEncoder
  ) {
    let tag = Int32(value[0])
    let rest = UnsafeRawBufferPointer(rebasing: value[1...])
    switch (type.column, tag) {
    case (.string, TIDE_KEY_TEXT): builder.put(column, utf8: rest)
    case (.int, TIDE_KEY_INTEGER): builder.put(column, word(rest))
    case (.bool, TIDE_KEY_TRUE), (.bool, TIDE_KEY_FALSE): builder.put(column, tag == TIDE_KEY_TRUE)
    case (.time, TIDE_KEY_TIME): builder.put(column, time: word(rest))
    case (.double, TIDE_KEY_INTEGER): builder.put(column, Double(word(rest)))
    case (.double, TIDE_KEY_DOUBLE): builder.put(column, double(rest))
    case (.variant, _): Self.variant(tag, rest, into: builder, column, variant)
    default: stored(tag, rest, into: builder, column, type)
    }
  }

  /// Puts a value of one of the types for storage, null when it is none.
  private static func stored(
    _ tag: Int32, _ rest: UnsafeRawBufferPointer, into builder: FrameBuilder, _ column: Int, _ type: KeyType
  ) {
    switch (type.column, tag) {
    case (.int32, TIDE_KEY_INTEGER): if let value = Int32(exactly: word(rest)) { return builder.put(column, value) }
    case (.uint16, TIDE_KEY_INTEGER): if let value = UInt16(exactly: word(rest)) { return builder.put(column, value) }
    case (.int8, TIDE_KEY_INTEGER): if let value = Int8(exactly: word(rest)) { return builder.put(column, value) }
    case (.uint64, TIDE_KEY_INTEGER): if let value = UInt64(exactly: word(rest)) { return builder.put(column, value) }
    case (.uint64, TIDE_KEY_DOUBLE): if let value = UInt64(exactly: double(rest)) { return builder.put(column, value) }
    case (.uint64, TIDE_KEY_UNSIGNED): return builder.put(column, UInt64(bitPattern: word(rest)))
    case (.float, TIDE_KEY_INTEGER): return builder.put(column, Float(word(rest)))
    case (.float, TIDE_KEY_DOUBLE): return builder.put(column, Float(double(rest)))
    case (.duration, TIDE_KEY_INTEGER): return builder.put(column, duration: word(rest))
    case (.decimal, TIDE_KEY_INTEGER):
      if let value = scaled(Int128(word(rest)), by: type.scale) { return builder.put(column, decimal: value) }
    case (.decimal, TIDE_KEY_UNSIGNED):
      if let value = scaled(Int128(UInt64(bitPattern: word(rest))), by: type.scale) {
        return builder.put(column, decimal: value)
      }
    case (.decimal, TIDE_KEY_DOUBLE):
      if let value = decimal(double(rest), scale: type.scale) { return builder.put(column, decimal: value) }
    case (.decimal, TIDE_KEY_DECIMAL):
      if let value = scaled(significand(rest), by: type.scale - Int(rest[0])) { return builder.put(column, decimal: value) }
    case (.binary, TIDE_KEY_BINARY): return builder.put(column, binary: rest)
    case (.fixed, TIDE_KEY_BINARY): if rest.count == type.parameter { return builder.put(column, fixed: rest) }
    default: break
    }
    builder.putNull(column)
  }

  /// Puts a value of any type. A list or a map, whose bytes mean nothing outside of its frame, is null; another value in its own
  /// encoding (`KeyReader.value`) stays as it is.
  private static func variant(
    _ tag: Int32, _ rest: UnsafeRawBufferPointer, into builder: FrameBuilder, _ column: Int, _ variant: VariantEncoder
  ) {
    variant.removeAll()
    switch tag {
    case TIDE_KEY_TRUE, TIDE_KEY_FALSE: variant.put(tag == TIDE_KEY_TRUE)
    case TIDE_KEY_INTEGER: variant.put(int: word(rest))
    case TIDE_KEY_DOUBLE: variant.put(double(rest))
    case TIDE_KEY_UNSIGNED: variant.put(decimal: Int128(UInt64(bitPattern: word(rest))), scale: 0)
    case TIDE_KEY_DECIMAL: variant.put(decimal: significand(rest), scale: Int(rest[0]))
    case TIDE_KEY_TIME: variant.put(time: word(rest))
    case TIDE_KEY_TEXT: variant.put(text: rest)
    case TIDE_KEY_BINARY: variant.put(binary: rest)
    case TIDE_KEY_NESTED: return isScalar(rest) ? builder.put(column, variant: rest) : builder.putNull(column)
    default: return builder.putNull(column)
    }
    builder.put(column, variant: variant.bytes(from: 0))
  }

  /// True for the whole of one value in Variant encoding that holds no others.
  private static func isScalar(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // With room behind it, a value whose bytes are not all there takes more than there are.
    withUnsafeTemporaryAllocation(byteCount: bytes.count + longestNumber, alignment: 1) { room in
      room.initializeMemory(as: UInt8.self, repeating: 0)
      room.copyMemory(from: bytes)
      let value = noKeys.withUnsafeBytes { VariantReader(value: UnsafeRawBufferPointer(room), keys: $0) }
      guard value.byteCount == bytes.count else { return false }
      switch value.kind {
      case .absent, .object, .array: return false
      case .string: return value.text.map { String(validating: $0, as: UTF8.self) != nil } == true
      default: return true
      }
    }
  }

  /// Bytes of a decimal in Variant encoding.
  private static let longestNumber = 18

  private static func word(_ bytes: UnsafeRawBufferPointer) -> Int64 { bytes.loadUnaligned(as: Int64.self) }

  private static func double(_ bytes: UnsafeRawBufferPointer) -> Double { Double(bitPattern: UInt64(bitPattern: word(bytes))) }

  /// Of the bytes of a decimal, behind its scale.
  private static func significand(_ bytes: UnsafeRawBufferPointer) -> Int128 {
    Int128(bytes.loadUnaligned(fromByteOffset: 9, as: Int64.self)) << 64
      | Int128(bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
  }

  /// What a decimal was that has the key bytes of a double: a whole number, or one of at most 15 digits, of which all that follow
  /// the point show in the double nearest to it.
  private static func decimal(_ number: Double, scale: Int) -> Int128? {
    if let whole = UInt64(exactly: number) { return scaled(Int128(whole), by: scale) }
    var power = 1.0
    for places in 1...min(max(scale, 1), mostPlaces) {
      power *= 10
      let digits = (number * power).rounded()
      guard digits.magnitude < 1e15 else { return nil }
      if digits / power == number { return scaled(Int128(digits), by: scale - places) }
    }
    return nil
  }

  /// Ten to this power is the greatest that is a double.
  private static let mostPlaces = 22

  /// A number by ten to a power; nil when that is below zero, or when the result has more than 38 digits.
  private static func scaled(_ number: Int128, by power: Int) -> Int128? {
    guard power >= 0 else { return nil }
    var number = number
    for _ in 0..<power {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      number = product
    }
    return number.magnitude < greatestDecimal ? number : nil
  }

  /// Ten to the power of 38.
  private static let greatestDecimal: UInt128 = 10_000_000_000_000_000_000 * 10_000_000_000_000_000_000
}
