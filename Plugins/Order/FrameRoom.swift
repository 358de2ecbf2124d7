import Ordering
import PluginKit

/// Memory for one frame at a time on its way to rows that are held.
final class FrameRoom {
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: FrameLimits.alignment)

  deinit { memory.deallocate() }

  /// Memory of so many bytes at least; what was there is gone.
  func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
    if bytes > memory.count {
      memory.deallocate()
      memory = .allocate(byteCount: max(bytes, 2 * memory.count), alignment: FrameLimits.alignment)
    }
    return memory.baseAddress!
  }

  /// Adds the frame that stands in the memory to others.
  func add(to rows: HeldRows) throws {
    let header = memory.baseAddress!.assumingMemoryBound(to: tide_frame.self)
    // Frames without it are not put together.
    if header.pointee.schema_id == 0 { header.pointee.schema_id = schemaID(of: FrameView(header)) }
    let frame = FrameView(bytes: UnsafeRawPointer(memory.baseAddress!))
    try rows.add(frame, rows: nil, count: frame.rows)
  }
}
