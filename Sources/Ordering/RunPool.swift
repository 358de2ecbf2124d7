import PluginKit

/// Memory for runs. Small ones stand together in slabs; what some give back, others take.
///
/// Runs go in about the order in which they came, so that slabs empty one after the other.
final class RunPool {
  /// Room for a frame, the run behind it, and its keys.
  struct Block {
    let memory: UnsafeMutableRawPointer
    let bytes: Int
    /// Where it stands, with others; nil alone.
    fileprivate let slab: UnsafeMutablePointer<Slab>?
  }

  /// At the head of a slab.
  fileprivate struct Slab {
    var used = RunPool.headBytes
    /// Blocks that are taken.
    var blocks = 0
  }

  private static let slabBytes = 256 << 10
  private static let smallBytes = 64 << 10
  private static let headBytes = FrameLimits.alignment
  /// Empty slabs that are kept.
  private static let mostFree = 16

  private var slab: UnsafeMutablePointer<Slab>?
  private var free: [UnsafeMutablePointer<Slab>] = []

  init() { free.reserveCapacity(Self.mostFree + 1) }

  deinit {
    // Whoever has blocks gives them back before.
    if let slab { free.append(slab) }
    for slab in free { slab.deallocate() }
  }

  /// Room for a run whose frame has `frameBytes`, a multiple of 64, and so many rows at most.
  func take(frameBytes: Int, rows: Int) -> Block {
    let needed = frameBytes + MemoryLayout<Run>.stride + rows * MemoryLayout<SortKey>.stride
    let bytes = (needed + FrameLimits.alignment - 1) & ~(FrameLimits.alignment - 1)
    guard bytes <= Self.smallBytes else {
      return Block(memory: .allocate(byteCount: bytes, alignment: FrameLimits.alignment), bytes: bytes, slab: nil)
    }
    let slab = slab(with: bytes)
    let memory = UnsafeMutableRawPointer(slab) + slab.pointee.used
    slab.pointee.used += bytes
    slab.pointee.blocks += 1
    return Block(memory: memory, bytes: bytes, slab: slab)
  }

  private func slab(with bytes: Int) -> UnsafeMutablePointer<Slab> {
    if let slab, slab.pointee.used + bytes <= Self.slabBytes { return slab }
    // One that is full goes with its last block.
    if let slab, slab.pointee.blocks == 0 { keep(slab) }
    let next =
      free.popLast()
      ?? UnsafeMutableRawPointer.allocate(byteCount: Self.slabBytes, alignment: FrameLimits.alignment)
      .bindMemory(to: Slab.self, capacity: 1)
    next.initialize(to: Slab())
    slab = next
    return next
  }

  func give(_ block: Block) {
    guard let home = block.slab else { return block.memory.deallocate() }
    home.pointee.blocks -= 1
    guard home.pointee.blocks == 0 else { return }
    if home == slab { home.pointee.used = Self.headBytes } else { keep(home) }
  }

  private func keep(_ slab: UnsafeMutablePointer<Slab>) {
    free.count < Self.mostFree ? free.append(slab) : slab.deallocate()
  }
}
