import CTidemill

/// Lays out the buffers of a frame one after the other, and writes them; or only counts, when there is no memory to write to.
struct FrameLayout {
  /// Where the frame is written; nil counts.
  let out: UnsafeMutableRawPointer?
  /// End of what is laid out so far.
  var at = 0

  /// Reserves a buffer at the next multiple of 64, zeros before it; its offset and, when writing, its memory.
  mutating func place(_ bytes: Int) -> (offset: UInt32, memory: UnsafeMutableRawPointer?) {
    let from = FrameLimits.aligned(at)
    zero(to: from)
    at = from + bytes
    // A frame that is longer than frames can be is counted, and never written.
    return (UInt32(truncatingIfNeeded: from), out.map { $0 + from })
  }

  /// Reserves a buffer and copies it.
  mutating func place(copying source: UnsafeRawPointer, _ bytes: Int) -> UInt32 {
    let (offset, memory) = place(bytes)
    memory?.copyMemory(from: source, byteCount: bytes)
    return offset
  }

  /// Fills up to the end of the frame and gives its length.
  mutating func close() -> Int {
    zero(to: FrameLimits.aligned(at))
    return at
  }

  private mutating func zero(to end: Int) {
    (out.map { $0 + at })?.initializeMemory(as: UInt8.self, repeating: 0, count: end - at)
    at = end
  }
}

extension UnsafeMutablePointer<tide_frame> {
  /// Completes the header of a frame that was laid out behind descriptors at byte 128: lengths, rows, the range of the event time;
  /// without checksums.
  func finish(rows: Int, length: Int) {
    pointee.rows = UInt32(rows)
    finishWhole(length: length)
    setTimeRange()
  }

  /// The same for a frame that has the rows of the one that its header was copied from.
  func finishWhole(length: Int) {
    pointee.header_len = UInt16(FrameLimits.headerBytes)
    pointee.frame_len = UInt32(length)
    pointee.raw_len = UInt32(length)
    pointee.desc = UInt32(FrameLimits.headerBytes)
    dropChecksums()
  }

  private func setTimeRange() {
    let time = tide_role(self, UInt32(TIDE_ROLE_EVENT_TIME))
    guard time >= 0 else { return }
    var low = tide_i64(self, time, 0)
    var high = low
    var row: UInt32 = 1
    while row < pointee.rows {
      let value = tide_i64(self, time, row)
      low = min(low, value)
      high = max(high, value)
      row &+= 1
    }
    pointee.tmin = low
    pointee.tmax = high
  }
}
