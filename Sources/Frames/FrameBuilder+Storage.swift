import CTidemill

/// Values of the types for storage, and columns inside columns; the Swift face of `build_more.h`.
extension FrameBuilder {
  // MARK: One value. Disfavoured, so that an integer literal means a 64-bit integer.

  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: Int32) {
    _ = tide_put_i32(core, number(column), value)
  }
  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: UInt16) {
    _ = tide_put_u16(core, number(column), value)
  }
  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: Int8) { _ = tide_put_i8(core, number(column), value) }
  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: UInt64) {
    _ = tide_put_u64(core, number(column), value)
  }
  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: Float) {
    _ = tide_put_f32(core, number(column), value)
  }
  @inlinable public func put(_ column: Int, duration nanoseconds: Int64) {
    _ = tide_put_duration(core, number(column), nanoseconds)
  }
  /// As many bytes as the column's parameter says.
  @inlinable public func put(_ column: Int, fixed bytes: UnsafeRawBufferPointer) {
    _ = tide_put_fixed(core, number(column), bytes.baseAddress, UInt64(bytes.count))
  }
  /// The integer before the point is set by the column's scale.
  @inlinable public func put(_ column: Int, decimal significand: Int128) {
    _ = tide_put_decimal(
      core, number(column), Int64(truncatingIfNeeded: significand >> 64), UInt64(truncatingIfNeeded: significand))
  }

  // MARK: One value for all rows

  @_disfavoredOverload public func setConstant(_ column: Int, _ value: Int32) { tide_const_i32(core, number(column), value) }
  @_disfavoredOverload public func setConstant(_ column: Int, _ value: UInt16) { tide_const_u16(core, number(column), value) }
  @_disfavoredOverload public func setConstant(_ column: Int, _ value: Int8) { tide_const_i8(core, number(column), value) }
  @_disfavoredOverload public func setConstant(_ column: Int, _ value: UInt64) { tide_const_u64(core, number(column), value) }
  @_disfavoredOverload public func setConstant(_ column: Int, _ value: Float) { tide_const_f32(core, number(column), value) }
  public func setConstant(_ column: Int, duration nanoseconds: Int64) {
    tide_const_duration(core, number(column), nanoseconds)
  }
  public func setConstant(_ column: Int, decimal significand: Int128) {
    tide_const_decimal(
      core, number(column), Int64(truncatingIfNeeded: significand >> 64), UInt64(truncatingIfNeeded: significand))
  }
  /// Row i of a column of durations or unsigned 64-bit integers, `type`, is `base + i * step`, wrapping.
  public func setSequence(_ column: Int, _ type: ColumnType, base: Int64, step: Int64 = 1) {
    tide_sequence(core, number(column), UInt32(type.rawValue), base, step)
  }

  // MARK: Columns inside columns: what is inside comes first

  /// Ends a list: what was put into the column inside it since the last one.
  @inlinable public func putList(_ column: Int) { _ = tide_put_list(core, number(column)) }
  /// Ends a structure: what was put into the columns inside it since the last one; a field without a value is null.
  @inlinable public func putStructure(_ column: Int) { _ = tide_put_struct(core, number(column)) }

  @inlinable func number(_ column: Int) -> Int32 { Int32(truncatingIfNeeded: column) }
}
