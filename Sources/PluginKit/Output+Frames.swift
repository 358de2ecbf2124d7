extension Output {
  /// Sends frames that are written where they leave from.
  ///
  /// `write` is given two functions: one reserves 64-byte aligned memory for a frame, the other publishes what was written there, a
  /// frame of so many bytes. Each frame is reserved, written and published before the next one.
  ///
  /// ```swift
  /// try out.frames { reserve, commit in
  ///   try deriver.derive(frame, rows, values: [], reserve: reserve, commit: commit)
  /// }
  /// ```
  public func frames(
    to port: UInt32 = 0,
    _ write: (_ reserve: (_ bytes: Int) throws -> UnsafeMutableRawPointer, _ commit: (_ bytes: Int) throws -> Void) throws ->
      Void
  ) throws {
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    try write { bytes in
      try check(host.table.pointee.reserve(raw, port, UInt64(bytes), &slot))
      return UnsafeMutableRawPointer(slot.bytes)
    } _: { bytes in
      slot.used = UInt64(bytes)
      try check(host.table.pointee.commit(raw, &slot))
    }
  }
}
