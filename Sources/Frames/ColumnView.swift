import CTidemill

/// One column of a frame, read in place; borrows the frame.
///
/// Row readers want `row < rows` of the frame. They give zero, false or empty for null rows and for values of another type, as
/// the C readers do. Vectors are `nil` when the column is laid out otherwise: then read row by row.
@frozen public struct ColumnView {
  public let frame: UnsafePointer<tide_frame>
  /// Number of the descriptor; -1 is the column that is null in every row.
  public let index: Int32

  @inlinable public init(frame: UnsafePointer<tide_frame>, index: Int32) {
    self.frame = frame
    self.index = index
  }

  @inlinable var descriptor: UnsafePointer<tide_column> { tide_col(frame, index) }
  /// Values: the frame's rows for a column, the number of entries for a dictionary.
  @inlinable public var count: Int { index < 0 ? Int(frame.pointee.rows) : Int(descriptor.pointee.len) }
  @inlinable public var isAbsent: Bool { index < 0 }

  /// `nil` for an absent column.
  @inlinable public var type: ColumnType? { ColumnType(rawValue: UInt8(truncatingIfNeeded: tide_type(frame, index))) }
  /// `nil` for an absent column.
  @inlinable public var encoding: ColumnEncoding? { isAbsent ? nil : ColumnEncoding(rawValue: descriptor.pointee.enc) }
  @inlinable public var role: ColumnRole? { isAbsent ? nil : ColumnRole(rawValue: descriptor.pointee.role) }
  @inlinable public var isNullable: Bool { isAbsent || descriptor.pointee.flags & UInt8(TIDE_NULLABLE) != 0 }
  /// Rows without a value.
  @inlinable public var nullCount: Int { isAbsent ? count : Int(descriptor.pointee.nulls) }

  /// Name, empty for the host's own columns.
  public var name: String { String(decoding: nameBytes, as: UTF8.self) }
  /// Name as UTF-8, borrowed from the frame.
  @inlinable public var nameBytes: UnsafeRawBufferPointer {
    isAbsent ? UnsafeRawBufferPointer(start: nil, count: 0) : raw(tide_name(frame, index))
  }

  // MARK: One value

  @inlinable public func isValid(_ row: Int) -> Bool { tide_valid(frame, index, UInt32(truncatingIfNeeded: row)) != 0 }
  /// Integers and times as they are, booleans as 0 or 1.
  @inlinable public func int(_ row: Int) -> Int64 { tide_i64(frame, index, UInt32(truncatingIfNeeded: row)) }
  /// Doubles as they are, integers widened.
  @inlinable public func double(_ row: Int) -> Double { tide_f64(frame, index, UInt32(truncatingIfNeeded: row)) }
  @inlinable public func bool(_ row: Int) -> Bool { tide_bool(frame, index, UInt32(truncatingIfNeeded: row)) != 0 }
  /// Nanoseconds since the epoch, UTC.
  @inlinable public func time(_ row: Int) -> Int64 { tide_i64(frame, index, UInt32(truncatingIfNeeded: row)) }
  /// Bytes of a string, binary or variant value, borrowed from the frame.
  @inlinable public func bytes(_ row: Int) -> UnsafeRawBufferPointer {
    raw(tide_bytes(frame, index, UInt32(truncatingIfNeeded: row)))
  }
  /// A copy of a string value; empty for other types.
  public func string(_ row: Int) -> String {
    String(decoding: raw(tide_utf8(frame, index, UInt32(truncatingIfNeeded: row))), as: UTF8.self)
  }
  /// A variant's value and the key dictionary that its column shares, both in Parquet's Variant encoding and borrowed.
  @inlinable public func variant(_ row: Int) -> (value: UnsafeRawBufferPointer, keys: UnsafeRawBufferPointer) {
    var keys = tide_string()
    let value = tide_var(frame, index, UInt32(truncatingIfNeeded: row), &keys)
    return (raw(value), raw(keys))
  }

  // MARK: All rows

  /// The rows of a flat column of integers or times.
  @inlinable public var ints: UnsafeBufferPointer<Int64>? {
    guard let start = tide_i64_vec(frame, index) ?? tide_time_vec(frame, index) else { return nil }
    return UnsafeBufferPointer(start: start, count: count)
  }
  /// The rows of a flat column of doubles.
  @inlinable public var doubles: UnsafeBufferPointer<Double>? {
    guard let start = tide_f64_vec(frame, index) else { return nil }
    return UnsafeBufferPointer(start: start, count: count)
  }
  /// The codes of a dictionary-encoded column, each below `dictionary.count`.
  @inlinable public var codes: UnsafeBufferPointer<UInt16>? {
    guard let start = tide_code_vec(frame, index) else { return nil }
    return UnsafeBufferPointer(start: start, count: count)
  }
  /// One bit a row, least significant first, 1 = has a value; `nil` when no row is null.
  @inlinable public var validity: UnsafePointer<UInt8>? { tide_valid_vec(frame, index) }
  /// The distinct strings of a dictionary-encoded column, as a column of their own.
  @inlinable public var dictionary: ColumnView? {
    let found = tide_dict(frame, index)
    return found < 0 ? nil : ColumnView(frame: frame, index: found)
  }

  @inlinable func raw(_ string: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: string.data, count: Int(truncatingIfNeeded: string.length))
  }
}
