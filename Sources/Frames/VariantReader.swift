import CTidemill

/// One value in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), borrowed: the Swift
/// face of `variant.h`.
///
/// The bytes may be any: what leaves them reads as absent. Readers of scalars give `nil` for values of another kind.
@frozen public struct VariantReader {
  @frozen public enum Kind: UInt32, Sendable {
    /// No value, not even null.
    case absent
    case null
    case bool
    case int
    /// And float.
    case double
    case decimal
    /// A date, or a date and a time.
    case time
    /// A time of day.
    case dayTime
    case string
    case binary
    case uuid
    case object
    case array
  }

  /// From the value's first byte on; a value knows its own length.
  public let value: UnsafeRawBufferPointer
  /// The sorted key dictionary that the column shares.
  public let keys: UnsafeRawBufferPointer

  @inlinable public init(value: UnsafeRawBufferPointer, keys: UnsafeRawBufferPointer) {
    self.value = value
    self.keys = keys
  }

  @inlinable init(_ value: tide_string, _ keys: UnsafeRawBufferPointer) {
    self.init(value: Self.bytes(value), keys: keys)
  }

  @inlinable public var kind: Kind { Kind(rawValue: tide_var_kind(core)) ?? .absent }
  /// Bytes that the value takes.
  @inlinable public var byteCount: Int { Int(tide_var_size(core)) }

  // MARK: Scalars

  @inlinable public var bool: Bool? { kind == .bool ? tide_var_bool(core) != 0 : nil }
  @inlinable public var int: Int64? { kind == .int ? tide_var_i64(core) : nil }
  /// Any number, to the nearest double or next to it.
  @inlinable public var double: Double? {
    switch kind {
    case .int, .double, .decimal: tide_var_f64(core)
    default: nil
    }
  }
  /// Any number, to the nearest double: what readers of its text get.
  public var nearestDouble: Double? {
    guard kind == .decimal, let decimal else { return double }
    return Double("\(decimal.significand)e\(-decimal.scale)")
  }
  /// A decimal number, or an integer.
  @inlinable public var decimal: DecimalValue? {
    switch kind {
    case .int, .decimal: DecimalValue(tide_var_decimal(core))
    default: nil
    }
  }
  /// Nanoseconds since the epoch, UTC.
  @inlinable public var time: Int64? { kind == .time ? tide_var_time(core) : nil }
  /// The bytes of a string.
  @inlinable public var text: UnsafeRawBufferPointer? { kind == .string ? Self.bytes(tide_var_string(core)) : nil }
  /// The bytes of a binary value or a UUID.
  @inlinable public var binary: UnsafeRawBufferPointer? {
    switch kind {
    case .binary, .uuid: Self.bytes(tide_var_binary(core))
    default: nil
    }
  }

  // MARK: Containers

  /// Elements of an array, fields of an object; 0 for other kinds.
  @inlinable public var count: Int { Int(tide_var_count(core)) }

  /// The k-th element, or the value of the k-th field; absent when there are fewer.
  @inlinable public subscript(k: Int) -> VariantReader { VariantReader(tide_var_at(core, UInt32(clamping: k)), keys) }

  /// Id of a name in a key dictionary, which finds its fields: look it up once a frame. `nil` when no value has it.
  @inlinable public static func id(of name: String, in keys: UnsafeRawBufferPointer) -> Int64? {
    var name = name
    let id = name.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { tide_var_key(text(keys), $0.baseAddress, UInt64($0.count)) }
    }
    return id < 0 ? nil : id
  }

  /// Value of the field with this id; absent when the object has none, and for other kinds.
  @inlinable public func field(_ id: Int64) -> VariantReader { VariantReader(tide_var_field(core, id), keys) }

  /// Calls `body` with the name and value of each field of an object, in the order of the names' bytes.
  @inlinable public func forEachField(_ body: (UnsafeRawBufferPointer, VariantReader) -> Void) {
    guard kind == .object else { return }
    for k in 0..<UInt32(count) {
      let name = tide_var_key_name(Self.text(keys), tide_var_id_at(core, k))
      body(Self.bytes(name), VariantReader(tide_var_at(core, k), keys))
    }
  }

  // MARK: As C has it

  @inlinable var core: tide_string { Self.text(value) }

  @inlinable static func text(_ bytes: UnsafeRawBufferPointer) -> tide_string {
    tide_string(data: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
  }
  @inlinable static func bytes(_ text: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.data, count: Int(truncatingIfNeeded: text.length))
  }
}

extension ColumnView {
  /// The key dictionary that all variants of the column share; empty for other types.
  @inlinable public var variantKeys: UnsafeRawBufferPointer { raw(tide_var_dictionary(frame, index)) }

  /// A variant's value with what reads it; absent for null and other types.
  @inlinable public func variantReader(_ row: Int) -> VariantReader {
    let (value, keys) = variant(row)
    return VariantReader(value: value, keys: keys)
  }
}
