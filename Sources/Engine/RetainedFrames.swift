import CHost
import Synchronization

/// Memory of the frames that components keep beyond a call, and its bound. Lives on with what is kept after the pipeline is gone.
final class RetainedFrames: Sendable {
  private let limitBytes: Int
  private let bytes = Atomic<Int>(0)

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Counts the block's memory; false when there is no room for it. Any thread.
  func admit(_ block: UnsafeMutablePointer<tide_block>) -> Bool {
    let cost = Edge.charge(for: block)
    if bytes.add(cost, ordering: .relaxed).newValue <= limitBytes { return true }
    bytes.subtract(cost, ordering: .relaxed)
    return false
  }

  /// The block was admitted and is not kept after all.
  func takeBack(_ block: UnsafeMutablePointer<tide_block>) { bytes.subtract(Edge.charge(for: block), ordering: .relaxed) }

  /// Drops a batch whose block was admitted. Any thread.
  func letGo(_ kept: UnsafeMutablePointer<tide_kept>) {
    takeBack(kept.pointee.passed.block)
    tide_kept_release(kept)
  }
}
