import CTidemill
import Frames

/// Decodes bytes that are all there, such as a sample: frame by frame, without rings.
public struct RecordReader {
  private let decoder: RecordDecoder

  /// Throws `FormatError` when the plan cannot work.
  public init(_ plan: RecordPlan) throws { decoder = try RecordDecoder(plan) }

  /// Calls `rows` for every frame and `dead` for every record that became no row, until the bytes end or `rows` returns false.
  /// Both borrow what they are given for the call.
  public func read(
    _ bytes: UnsafeRawBufferPointer, rows: (FrameView) -> Bool, dead: (RecordDecoder.DeadRecord) -> Void = { _ in }
  ) {
    guard let start = bytes.baseAddress else { return }
    var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { memory.deallocate() }
    var at = 0
    while at < bytes.count {
      let left = bytes.count - at
      let step = decoder.decode(start + at, length: left, readable: left, offset: UInt64(at), final: true, ingestTime: 0)
      decoder.deadRecords.forEach(dead)
      at += step.consumed
      if decoder.rows > 0 {
        let length = decoder.frameByteCount
        if length > memory.count {
          memory.deallocate()
          memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64)
        }
        guard let into = memory.baseAddress,
          decoder.writeFrame(into: into, capacity: memory.count, stream: 0, firstID: 0) == length,
          rows(FrameView(UnsafeRawPointer(into).assumingMemoryBound(to: tide_frame.self)))
        else { return }
      } else if step.consumed == 0 && !step.frameReady {
        return
      }
    }
  }
}
