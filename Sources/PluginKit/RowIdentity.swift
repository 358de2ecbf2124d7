extension Batch {
  /// The frame's row that is visited at a position from 0.
  @inlinable
  public func row(at index: Int) -> UInt16 { selection?[index] ?? UInt16(truncatingIfNeeded: index) }
}

extension ColumnView {
  /// A frame row's id in a column of ids, as one number: an integer is itself, a text its XXH64; 0 without one.
  @inlinable
  public func identity(_ row: Int) -> Int64 {
    guard isValid(row) else { return 0 }
    guard type == .string else { return int(row) }
    let text = bytes(row)
    return Int64(bitPattern: tide_xxh64(text.baseAddress, UInt64(text.count), 0))
  }
}
