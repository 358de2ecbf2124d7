import CTidemill
import Glibc

/// Column by column, and one value for all rows.
extension FrameBuilder {
  // MARK: Whole columns: append to each, then end the rows

  /// Appends rows to a column of integers, times or durations.
  public func append(_ column: Int, contentsOf values: UnsafeBufferPointer<Int64>) {
    appendWords(column, UnsafeRawBufferPointer(values)) { $0 == TIDE_I64 || $0 == TIDE_TIME || $0 == TIDE_DURATION }
  }
  /// Appends rows to a column of doubles.
  public func append(_ column: Int, contentsOf values: UnsafeBufferPointer<Double>) {
    appendWords(column, UnsafeRawBufferPointer(values)) { $0 == TIDE_F64 }
  }

  /// Ends `count` rows at once; columns that have fewer values are null in what they lack.
  public func endRows(_ count: Int) {
    let target = rows + count
    guard target <= FrameLimits.maxRows else { return fail(-1, "a frame has at most 65536 rows") }
    for index in 0..<Int(core.pointee.count) {
      let column = core.pointee.columns + index
      guard column.pointee.form < TIDE_B_CONSTANT, column.pointee.parent < 0, core.pointee.status >= 0 else { continue }
      guard Int(column.pointee.count) <= target else { return fail(index, "a column has more values than rows") }
      guard Int(column.pointee.count) < target, tide_b_room_(core, column, UInt32(target)) >= 0 else { continue }
      while Int(column.pointee.count) < target, tide_b_null_(core, column) >= 0 {}
    }
    if core.pointee.status >= 0 { core.pointee.rows = UInt32(target) }
    core.pointee.open = .max
  }

  private func appendWords(_ index: Int, _ words: UnsafeRawBufferPointer, fits: (Int32) -> Bool) {
    let count = words.count / 8
    guard count > 0, core.pointee.status >= 0 else { return }
    guard index >= 0, index < Int(core.pointee.count) else { return fail(index, "there is no such column") }
    let column = core.pointee.columns + index
    guard fits(Int32(column.pointee.type)) else { return fail(index, "a value is of another type than its column") }
    guard column.pointee.parent < 0 else { return fail(index, "the values of a column inside another are put one by one") }
    guard column.pointee.form < TIDE_B_CONSTANT else { return fail(index, "a column has a value beside its constant") }
    guard tide_b_catch_up_(core, column) >= 0 else { return }
    let from = Int(column.pointee.count)
    guard from + count <= FrameLimits.maxRows else { return fail(index, "a frame has at most 65536 rows") }
    guard tide_b_room_(core, column, UInt32(from + count)) >= 0 else { return }
    memcpy(column.pointee.data + 8 * from, words.baseAddress!, 8 * count)
    if column.pointee.nulls > 0 {
      for row in from..<from + count { tide_b_set_bit_(column.pointee.valid, UInt32(row), 1) }
    }
    column.pointee.count += UInt32(count)
  }

  private func fail(_ column: Int, _ reason: StaticString) {
    reason.withUTF8Buffer { text in
      text.withMemoryRebound(to: CChar.self) { _ = tide_b_fail(core, Int32(clamping: column), $0.baseAddress) }
    }
  }

  // MARK: One value for all rows: of this frame and the next ones, until it is set again

  public func setConstant(_ column: Int, _ value: Int64) { tide_const_i64(core, Int32(clamping: column), value) }
  // Disfavoured, so that an integer literal means an integer.
  @_disfavoredOverload public func setConstant(_ column: Int, _ value: Double) {
    tide_const_f64(core, Int32(clamping: column), value)
  }
  public func setConstant(_ column: Int, _ value: Bool) { tide_const_bool(core, Int32(clamping: column), value ? 1 : 0) }
  /// Nanoseconds since the epoch, UTC.
  public func setConstant(_ column: Int, time nanoseconds: Int64) {
    tide_const_time(core, Int32(clamping: column), nanoseconds)
  }
  public func setConstant(_ column: Int, _ value: String) {
    var value = value
    value.withUTF8 { setConstant(column, bytes: UnsafeRawBufferPointer($0), type: .string) }
  }
  /// A string, binary, variant or fixed value; `type` is the column's.
  public func setConstant(_ column: Int, bytes: UnsafeRawBufferPointer, type: ColumnType) {
    tide_const_bytes(core, Int32(clamping: column), UInt32(type.rawValue), bytes.baseAddress, UInt64(bytes.count))
  }
  /// Row i of an integer column is `base + i * step`, wrapping.
  public func setSequence(_ column: Int, base: Int64, step: Int64 = 1) {
    tide_sequence(core, Int32(clamping: column), UInt32(TIDE_I64), base, step)
  }
  /// Row i of a column of times is `base + i * step` nanoseconds, wrapping.
  public func setSequence(_ column: Int, timeBase base: Int64, step: Int64) {
    tide_sequence(core, Int32(clamping: column), UInt32(TIDE_TIME), base, step)
  }
  /// Sets the key dictionary of a variant column: Parquet Variant metadata with sorted keys.
  public func setKeys(_ column: Int, metadata: UnsafeRawBufferPointer) {
    tide_b_keys(core, Int32(clamping: column), metadata.baseAddress, UInt32(clamping: metadata.count))
  }
}
