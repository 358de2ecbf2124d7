import CHost

/// The memory that one thread's frames come from, and return to from wherever they were released.
public final class FramePool: @unchecked Sendable {
  private let pool: OpaquePointer

  /// `crossing`: most blocks leave the thread, so the oldest are reused first. `keepBytes`: how much is kept for reuse.
  public init(crossing: Bool, keepBytes: Int) {
    guard let pool = tide_pool_create(crossing ? 1 : 0, UInt64(keepBytes)) else {
      preconditionFailure("out of memory for a frame pool")
    }
    self.pool = pool
  }

  deinit { tide_pool_destroy(pool) }

  /// A block with room for `bytes` and one reference, contents undefined; nil when memory is out. Owner's thread only.
  public func take(_ bytes: Int) -> UnsafeMutablePointer<tide_block>? { tide_pool_take(pool, UInt64(bytes)) }

  /// Bytes held in blocks, in use and free. Any thread.
  public var heldBytes: Int { Int(tide_pool_bytes(pool)) }
}
