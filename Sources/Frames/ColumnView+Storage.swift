import CTidemill

/// A decimal number: `significand * 10^-scale`.
@frozen public struct DecimalValue: Equatable, Sendable {
  public var significand: Int128
  public var scale: Int

  @inlinable public init(significand: Int128, scale: Int) {
    self.significand = significand
    self.scale = scale
  }

  @inlinable init(_ value: tide_decimal) {
    significand = Int128(value.high) << 64 | Int128(value.low)
    scale = Int(value.scale)
  }
}

/// The types that save room in storage. Small integers and durations are read by `int`, floats by `double`, fixed bytes by
/// `bytes`.
extension ColumnView {
  /// What the type takes beside itself: bytes of a fixed value, `precision << 8 | scale` of a decimal, form of a time.
  @inlinable public var parameter: Int { isAbsent ? 0 : Int(descriptor.pointee.param) }

  /// An unsigned 64-bit integer as it is, and another integer that is not negative.
  @inlinable public func uint(_ row: Int) -> UInt64 { tide_u64(frame, index, UInt32(truncatingIfNeeded: row)) }
  @inlinable public func decimal(_ row: Int) -> DecimalValue {
    DecimalValue(tide_decimal128(frame, index, UInt32(truncatingIfNeeded: row)))
  }

  // MARK: All rows

  @inlinable public var int32s: UnsafeBufferPointer<Int32>? { buffer(tide_i32_vec(frame, index)) }
  @inlinable public var uint16s: UnsafeBufferPointer<UInt16>? { buffer(tide_u16_vec(frame, index)) }
  @inlinable public var int8s: UnsafeBufferPointer<Int8>? { buffer(tide_i8_vec(frame, index)) }
  @inlinable public var floats: UnsafeBufferPointer<Float>? { buffer(tide_f32_vec(frame, index)) }
  @inlinable public var uint64s: UnsafeBufferPointer<UInt64>? { buffer(tide_u64_vec(frame, index)) }
  /// Nanoseconds.
  @inlinable public var durations: UnsafeBufferPointer<Int64>? { buffer(tide_duration_vec(frame, index)) }

  @inlinable func buffer<Element>(_ start: UnsafePointer<Element>?) -> UnsafeBufferPointer<Element>? {
    start.map { UnsafeBufferPointer(start: $0, count: count) }
  }
}
