import PluginKit

/// Rows of one batch that are passed on.
final class KeptRows {
  private let memory = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  private var count = 0

  deinit { memory.deallocate() }

  var rows: UnsafeBufferPointer<UInt16> { UnsafeBufferPointer(start: memory, count: count) }

  func clear() { count = 0 }

  @inline(__always)
  func append(_ row: Int) {
    memory[count] = UInt16(truncatingIfNeeded: row)
    count &+= 1
  }
}
