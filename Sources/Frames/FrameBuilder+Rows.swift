import CTidemill

/// Row by row. A column that a row leaves out is null there.
extension FrameBuilder {
  @inlinable public func put(_ column: Int, _ value: Int64) {
    _ = tide_put_i64(core, Int32(truncatingIfNeeded: column), value)
  }
  // Disfavoured, so that an integer literal means an integer.
  @_disfavoredOverload @inlinable public func put(_ column: Int, _ value: Double) {
    _ = tide_put_f64(core, Int32(truncatingIfNeeded: column), value)
  }
  @inlinable public func put(_ column: Int, _ value: Bool) {
    _ = tide_put_bool(core, Int32(truncatingIfNeeded: column), value ? 1 : 0)
  }
  /// Nanoseconds since the epoch, UTC, into a column of times.
  @inlinable public func put(_ column: Int, time nanoseconds: Int64) {
    _ = tide_put_time(core, Int32(truncatingIfNeeded: column), nanoseconds)
  }
  @inlinable public func put(_ column: Int, _ value: String) {
    var value = value
    value.withUTF8 { put(column, utf8: UnsafeRawBufferPointer($0)) }
  }
  /// Well-formed UTF-8, copied into a column of strings.
  @inlinable public func put(_ column: Int, utf8 bytes: UnsafeRawBufferPointer) {
    _ = tide_put_bytes_(core, Int32(truncatingIfNeeded: column), UInt32(TIDE_UTF8), bytes.baseAddress, UInt64(bytes.count))
  }
  /// Bytes, copied into a column of binaries.
  @inlinable public func put(_ column: Int, binary bytes: UnsafeRawBufferPointer) {
    _ = tide_put_binary(core, Int32(truncatingIfNeeded: column), bytes.baseAddress, UInt64(bytes.count))
  }
  /// A Parquet Variant value over the keys that `setKeys` gives before the frame is written.
  @inlinable public func put(_ column: Int, variant bytes: UnsafeRawBufferPointer) {
    _ = tide_put_variant(core, Int32(truncatingIfNeeded: column), bytes.baseAddress, UInt64(bytes.count))
  }
  /// The current row's original record.
  @inlinable public func putVerbatim(_ bytes: UnsafeRawBufferPointer) {
    _ = tide_put_verbatim(core, bytes.baseAddress, UInt64(bytes.count))
  }
  @inlinable public func putNull(_ column: Int) { _ = tide_put_null(core, Int32(truncatingIfNeeded: column)) }

  /// Ends the current row; true when the frame is full (`maxRows`, `maxBytes`) or something failed: then write it.
  @inlinable @discardableResult public func endRow() -> Bool { tide_end_row(core) != TIDE_OK }

  /// Takes back what the current row has been given.
  @inlinable public func dropRow() { tide_drop_row(core) }
}
