import CTidemill
import Frames

/// The bytes of a frame between its buffers, which have to be zero: what a slot held before must not travel on.
enum FrameGaps {
  /// The first byte that belongs to nothing and is not zero; nil when there is none. The frame has passed validation.
  static func dirt(in frame: FrameView) -> Int? {
    let head = frame.frame.pointee
    var used = [0..<Int(head.header_len)]
    used.append(range(head.desc, Int(head.cols) * FrameLimits.descriptorBytes))
    used.append(range(head.names, Int(head.names_len)))
    for index in 0..<frame.descriptorCount {
      let column = tide_col(frame.frame, Int32(index)).pointee
      if column.valid != 0 { used.append(range(column.valid, (Int(column.len) + 7) / 8)) }
      used.append(range(column.data, Int(column.data_len)))
      used.append(range(column.heap, Int(column.heap_len)))
    }
    used.sort { $0.lowerBound < $1.lowerBound }
    let bytes = frame.bytes
    var end = 0
    for part in used where !part.isEmpty {
      if part.lowerBound > end, let dirt = bytes[end..<part.lowerBound].firstIndex(where: { $0 != 0 }) { return dirt }
      end = max(end, part.upperBound)
    }
    return end < bytes.count ? bytes[end...].firstIndex { $0 != 0 } : nil
  }

  private static func range(_ start: UInt32, _ length: Int) -> Range<Int> { Int(start)..<Int(start) + length }
}
