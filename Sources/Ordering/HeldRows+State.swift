import PluginKit

extension HeldRows {
  /// Writes the rows that are left of each run, as a frame behind its length (UInt64).
  public func snapshot(_ writer: StateWriter) throws {
    for run in runs { try copy(of: run.pointee) { try Self.write($0, writer, StateWriter.allGroups) } }
  }

  /// The same by key groups: `group` says which one a row of a frame belongs to.
  ///
  /// Each frame stands behind `mark`, for an owner that writes other things, too.
  public func snapshot(_ writer: StateWriter, mark: UInt8, by group: (FrameView, _ row: Int) -> UInt32) throws {
    for run in runs {
      try copy(of: run.pointee) { frame in
        var rows: [UInt32: [UInt16]] = [:]
        for row in 0..<frame.rows { rows[group(frame, row), default: []].append(UInt16(truncatingIfNeeded: row)) }
        for (group, rows) in rows {
          try writer.write(mark, group: group)
          try rows.withUnsafeBufferPointer { rows in
            try gatherer.copy(frame, .init(rows.baseAddress, count: rows.count)) { try Self.write($0, writer, group) }
          }
        }
      }
    }
  }

  private func copy(of run: Run, _ body: (FrameView) throws -> Void) throws {
    run.cursor == 0 ? try body(run.frame) : try gatherer.copy(rest: run, body)
  }

  private static func write(_ frame: FrameView, _ writer: StateWriter, _ group: UInt32) throws {
    try writer.write(UInt64(frame.byteCount), group: group)
    try writer.write(frame.bytes, group: group)
  }

  /// Reads one frame of a snapshot; false at the end of the blob. Throws `state` for what is no frame of rows with event times.
  ///
  /// - Parameter group: which group a row belongs to; nil where there are none. The blob's own is `expected`.
  public func restore(
    _ reader: StateReader, expected: UInt32 = StateWriter.allGroups, by group: ((FrameView, _ row: Int) -> UInt32)? = nil
  ) throws -> Bool {
    guard let length = try reader.readUnlessAtEnd(UInt64.self) else { return false }
    guard length <= FrameLimits.defaultMaxBytes else {
      throw PluginError(.state, "the saved rows take \(length) bytes, and a frame has at most \(FrameLimits.defaultMaxBytes)")
    }
    let bytes = try reader.readBytes(Int(length))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: FrameLimits.alignment)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let frame: FrameView
    do {
      frame = try FrameValidator.validate(UnsafeRawBufferPointer(rebasing: memory[..<bytes.count]))
    } catch {
      throw PluginError(.state, "the saved rows are damaged: \(error)")
    }
    guard frame.kind?.hasRows == true, frame.byteCount == bytes.count, frame.column(role: .eventTime) != nil else {
      throw PluginError(.state, "the saved rows are no rows with event times")
    }
    if let group {
      for row in 0..<frame.rows where group(frame, row) != expected {
        throw PluginError(.state, "the saved rows of group \(expected) have a row of group \(group(frame, row))")
      }
    }
    try add(frame, rows: nil, count: frame.rows)
    return true
  }
}
