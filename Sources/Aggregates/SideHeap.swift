/// Memory that states have beside their records, and how much of it there is.
struct SideHeap {
  /// What one block costs beside what it holds.
  static let overheadBytes = 16

  /// Bytes of all blocks.
  let total: UnsafeMutablePointer<Int>

  func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    total.pointee &+= bytes &+ Self.overheadBytes
    return .allocate(byteCount: bytes, alignment: 8)
  }

  /// - Parameter bytes: what it was allocated with.
  func deallocate(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    total.pointee &-= bytes &+ Self.overheadBytes
    block.deallocate()
  }
}
