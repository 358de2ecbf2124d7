import CHost

/// How much memory pools may hold together.
public final class FrameBudget: @unchecked Sendable {
  fileprivate let budget: OpaquePointer

  public init(limitBytes: Int) {
    guard let budget = tide_budget_create(UInt64(limitBytes)) else { preconditionFailure("out of memory for a budget") }
    self.budget = budget
  }

  deinit { tide_budget_release(budget) }

  /// Bytes that the pools hold in blocks now, in use and free. Any thread.
  public var heldBytes: Int { Int(tide_budget_held(budget)) }
}

/// The memory that one thread's frames come from, and return to from wherever they were released.
public final class FramePool: @unchecked Sendable {
  private let pool: OpaquePointer

  /// `crossing`: most blocks leave the thread, so the oldest are reused first, and rest before. `keepBytes`: how much is kept for
  /// reuse. `budget`: bounds this pool and others together; nil = no bound.
  public init(crossing: Bool, keepBytes: Int, budget: FrameBudget? = nil) {
    guard let pool = tide_pool_create(crossing ? 1 : 0, UInt64(keepBytes), budget?.budget) else {
      preconditionFailure("out of memory for a frame pool")
    }
    self.pool = pool
  }

  deinit { tide_pool_destroy(pool) }

  /// A block with room for `bytes` and one reference, contents undefined; nil when memory is out, or when not even `leaving` bytes
  /// of the budget would be left. Owner's thread only.
  public func take(_ bytes: Int, leaving: Int = 0) -> UnsafeMutablePointer<tide_block>? {
    tide_pool_take(pool, UInt64(bytes), UInt64(leaving))
  }

  /// Bytes held in blocks, in use and free. Any thread.
  public var heldBytes: Int { Int(tide_pool_bytes(pool)) }
}
