/// Rows of the input with other columns: a `FrameDeriver`, kept in the component, says what changes.
///
/// ```swift
/// changes = try FrameDeriver([.rename("temp", to: "celsius"), .set("level")])      // init
/// …
/// try out.send(batch, changing: changes, values: [try level.values(of: batch)])
/// ```
/// Throws `FrameDeriveError` where the changes do not fit a frame. What would be longer than frames may be goes out in several.
extension Output {
  /// Sends the rows of a batch; one value for each of them, in their order, for each change that sets.
  public func send(
    _ batch: Batch, changing changes: FrameDeriver, values: [ColumnValues] = [], to port: UInt32 = 0
  ) throws {
    try send(batch, .init(batch.selection, count: batch.count), changes, values, batch.count, port)
  }

  /// Sends some rows of a batch. There is a value for each row of the batch, those that do not go included.
  ///
  /// - Parameter rows: frame row numbers, strictly ascending, a subset of the batch's.
  public func send(
    _ batch: Batch, rows: UnsafeBufferPointer<UInt16>, changing changes: FrameDeriver, values: [ColumnValues] = [],
    to port: UInt32 = 0
  ) throws {
    guard rows.count < batch.count else { return try send(batch, changing: changes, values: values, to: port) }
    guard let first = rows.baseAddress, rows.count > 0 else { return }
    guard let selection = batch.selection else {
      // Row numbers are the values' numbers too.
      return try send(batch, .init(first, count: rows.count, values: first), changes, values, batch.count, port)
    }
    let places = instance.pointee.rowsBuffer()
    var at = 0
    for index in 0..<rows.count {
      while at < batch.count - 1, selection[at] != rows[index] { at &+= 1 }
      places[index] = UInt16(truncatingIfNeeded: at)
    }
    try send(batch, .init(first, count: rows.count, values: places), changes, values, batch.count, port)
  }

  /// Sends rows of a batch that may come several times, such as once for each element of a list. There is a value for each row
  /// that goes.
  ///
  /// - Parameter rows: frame row numbers, in any order; those of the batch, each as often as it is to go, or not at all.
  public func send(
    _ batch: Batch, repeating rows: UnsafeBufferPointer<UInt16>, changing changes: FrameDeriver, values: [ColumnValues] = [],
    to port: UInt32 = 0
  ) throws {
    guard let first = rows.baseAddress else { return }
    try send(batch, .init(first, count: rows.count, areRepeated: true), changes, values, rows.count, port)
  }

  private func send(
    _ batch: Batch, _ rows: FrameDeriver.Rows, _ changes: FrameDeriver, _ values: [ColumnValues], _ count: Int, _ port: UInt32
  ) throws {
    precondition(values.allSatisfy { $0.count == count }, "there is one value for each row")
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    try changes.derive(batch.frame, rows, values: values) { bytes in
      try check(host.table.pointee.reserve(raw, port, UInt64(bytes), &slot))
      return UnsafeMutableRawPointer(slot.bytes)
    } commit: { length in
      slot.used = UInt64(length)
      try check(host.table.pointee.commit(raw, &slot))
    }
  }
}
