/// Where the results of one call go; valid during that call.
public struct Output {
  @usableFromInline let raw: OpaquePointer
  @usableFromInline let instance: Instance.Reference
  var again = false

  init(_ instance: Instance.Reference, _ raw: OpaquePointer) {
    self.instance = instance
    self.raw = raw
  }

  /// The instance's host.
  public var host: Host { instance.pointee.host }

  /// Passes a batch on as it is, without copying.
  public func forward(_ batch: Batch, to port: UInt32 = 0) throws {
    guard batch.count > 0 else { return }
    try check(host.table.pointee.forward(raw, port, batch.raw, nil, 0))
  }

  /// Passes some rows of a batch on, without copying them.
  ///
  /// - Parameter rows: frame row numbers, strictly ascending, a subset of the batch's.
  public func forward(_ batch: Batch, rows: UnsafeBufferPointer<UInt16>, to port: UInt32 = 0) throws {
    guard rows.count > 0 else { return }
    if rows.count == batch.count { return try forward(batch, to: port) }
    try check(host.table.pointee.forward(raw, port, batch.raw, rows.baseAddress, UInt32(truncatingIfNeeded: rows.count)))
  }

  /// Passes on the rows that satisfy `keep`, without copying them.
  @inlinable
  public func forward(_ batch: Batch, to port: UInt32 = 0, where keep: (_ row: Int) throws -> Bool) throws {
    let kept = instance.pointee.rowsBuffer()
    var count = 0
    let visited = min(batch.count, Int(TIDE_MAX_ROWS))
    var index = 0
    if let selection = batch.selection {
      while index < visited {
        let row = selection[index]
        kept[count] = row
        count &+= try keep(Int(row)) ? 1 : 0
        index &+= 1
      }
    } else {
      while index < visited {
        kept[count] = UInt16(truncatingIfNeeded: index)
        count &+= try keep(index) ? 1 : 0
        index &+= 1
      }
    }
    try forward(batch, rows: UnsafeBufferPointer(start: kept, count: count), to: port)
  }

  /// Publishes the rows of a builder as one frame and begins its next one; nothing without rows.
  public func commit(_ builder: FrameBuilder, to port: UInt32 = 0) throws {
    try check(builder.finish(host: host.table, output: raw, port: port))
  }

  /// Publishes the rows of a merger as one frame and empties it; nothing without rows. For components whose outputs are `.merged`.
  public func commit(_ merger: FrameMerger, to port: UInt32 = 0) throws {
    let bytes = merger.byteCount
    guard bytes > 0 else { return }
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    try check(host.table.pointee.reserve(raw, port, UInt64(bytes), &slot))
    slot.used = UInt64(merger.write(into: slot.bytes, capacity: Int(slot.capacity)))
    try check(host.table.pointee.commit(raw, &slot))
    merger.reset()
  }

  /// Publishes the frame that a joiner was given.
  public func commit(_ joiner: FrameJoiner, to port: UInt32 = 0) throws {
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    try check(host.table.pointee.reserve(raw, port, UInt64(joiner.byteCount), &slot))
    slot.used = UInt64(joiner.write(into: slot.bytes))
    try check(host.table.pointee.commit(raw, &slot))
  }

  /// Sends one row of the input to the dead-letter port.
  public func reject(_ row: Int, of batch: Batch, _ why: String) throws {
    try check(why.withBorrowed { host.table.pointee.reject(raw, batch.raw, UInt32(truncatingIfNeeded: row), $0) })
  }

  /// The same with a reason in UTF-8, for components that reject many: nothing is allocated.
  public func reject(_ row: Int, of batch: Batch, utf8 why: UnsafeRawBufferPointer) throws {
    let text = tide_string(data: why.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(why.count))
    try check(host.table.pointee.reject(raw, batch.raw, UInt32(truncatingIfNeeded: row), text))
  }

  /// Says that no row before `time` (ns) is expected any more: of a source's partition, or of an operator's output.
  public func watermark(_ time: Int64, partition: UInt32 = 0) throws {
    try check(host.table.pointee.watermark(raw, partition, time))
  }

  /// Takes a partition out of the minimum of watermarks until its next row.
  public func idle(partition: UInt32 = 0) throws {
    try check(host.table.pointee.idle(raw, partition))
  }

  /// Asks the host to call again with the same input: a call does a bounded amount of work.
  public mutating func callAgain() { again = true }
}
