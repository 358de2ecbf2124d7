import CTidemill
import CWorker
import Glibc

/// Memory of an input batch that can be made read-only and taken away: pages of one arena, whose addresses are known to who looks
/// at a crash.
final class FrameMemory {
  /// What is done to lay a trap for a plugin that does what it must not.
  enum Trap {
    case none, readOnly, takenAway
  }

  private static let arenaBytes = 1 << 30
  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  let trap: Trap
  private let arena: UnsafeMutableRawPointer
  private var used = 0

  init(_ trap: Trap, _ shared: UnsafeMutablePointer<tide_worker_page>?) throws {
    self.trap = trap
    guard let made = mmap(nil, Self.arenaBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      made != MAP_FAILED
    else { throw CaseEnd.skipped("there is no memory for input") }
    arena = made
    shared?.pointee.arena = UInt64(UInt(bitPattern: made))
    shared?.pointee.arena_end = UInt64(UInt(bitPattern: made + Self.arenaBytes))
  }

  deinit { munmap(arena, Self.arenaBytes) }

  /// Puts a batch and all it points to into pages of their own, calls `body` with it, and springs the trap afterwards.
  func with<T>(_ input: InputBatch, _ body: (UnsafePointer<tide_batch>) throws -> T) throws -> T {
    let selectionBytes = 2 * (input.selection?.count ?? 0)
    let frameAt = Self.up(MemoryLayout<tide_batch>.size + selectionBytes, to: 64)
    let bytes = Self.up(frameAt + input.frame.count, to: Self.page)
    // Addresses are used again only when nothing can be gained from their not being.
    if trap != .takenAway || used + bytes > Self.arenaBytes { used = 0 }
    guard used + bytes <= Self.arenaBytes else { throw CaseEnd.skipped("an input frame of \(bytes) bytes is too large") }
    let start = arena + used
    used += bytes
    mprotect(start, bytes, PROT_READ | PROT_WRITE)
    let batch = start.assumingMemoryBound(to: tide_batch.self)
    batch.initialize(to: tide_batch())
    batch.pointee.size = UInt32(MemoryLayout<tide_batch>.size)
    batch.pointee.port = input.port
    (start + frameAt).copyMemory(from: input.frame.base, byteCount: input.frame.count)
    let frame = (start + frameAt).assumingMemoryBound(to: tide_frame.self)
    batch.pointee.frame = UnsafePointer(frame)
    batch.pointee.count = frame.pointee.rows
    if let rows = input.selection {
      let place = (start + MemoryLayout<tide_batch>.size).assumingMemoryBound(to: UInt16.self)
      for (index, row) in rows.enumerated() { place[index] = row }
      batch.pointee.selection = UnsafePointer(place)
      batch.pointee.count = UInt32(rows.count)
    }
    if trap == .readOnly { mprotect(start, bytes, PROT_READ) }
    defer {
      if trap == .takenAway {
        mprotect(start, bytes, PROT_NONE)
        madvise(start, bytes, MADV_DONTNEED)
      }
    }
    return try body(UnsafePointer(batch))
  }

  private static func up(_ bytes: Int, to step: Int) -> Int { (bytes + step - 1) / step * step }
}

/// A batch as it will be handed out.
struct InputBatch {
  var frame: FrameBytes
  /// Rows to visit; nil = all.
  var selection: [UInt16]?
  var port: UInt32 = 0

  init(_ frame: FrameBytes, selection: [UInt16]? = nil, port: UInt32 = 0) {
    self.frame = frame
    self.selection = selection
    self.port = port
  }
}

/// The bytes of a finished frame.
final class FrameBytes {
  let base: UnsafeMutableRawPointer
  let count: Int

  init(count: Int) {
    self.count = count
    base = .allocate(byteCount: max(count, 128), alignment: 64)
  }

  deinit { base.deallocate() }

  var frame: UnsafeMutablePointer<tide_frame> { base.assumingMemoryBound(to: tide_frame.self) }
  var rows: Int { Int(frame.pointee.rows) }
}
