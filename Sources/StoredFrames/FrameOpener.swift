import CCodec
import CHost
import CTidemill
import Frames

/// Turns stored or sent bytes back into frames: checks what they are signed with, unpacks, and validates with all rules.
///
/// Nothing is allocated before the sizes in the header are known to be within the limit. Memory is kept from frame to frame. An
/// opener for frames of several peers is told whose each is: their schemas are kept apart. Not thread-safe.
public final class FrameOpener {
  /// Longest frame, as stored and once opened, in bytes.
  public let limit: Int
  private let core: OpaquePointer
  private let onlyPeer = SchemaInterner()
  /// 64-byte aligned; grows to the longest frame seen.
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  public init(limit: Int = FrameLimits.defaultMaxBytes) {
    self.limit = min(max(limit, 0), FrameLimits.hardMaxBytes)
    guard let core = tide_opener_create() else { fatalError("memory ran out") }
    self.core = core
  }

  deinit {
    tide_opener_destroy(core)
    memory.deallocate()
  }

  /// Opens the stored frame that the bytes, of any alignment, begin with; the view is good until the next call, or until
  /// the opener is gone.
  public func open(_ bytes: UnsafeRawBufferPointer, peer: SchemaInterner? = nil) throws(FrameRejection) -> FrameView {
    guard case .frame(let stored) = try StoredFrame.cut(bytes, limit: limit) else {
      throw FrameRejection(rule: 3, column: nil, offset: 8, reason: "frame_len is more than the bytes at hand")
    }
    if memory.count < stored.rawByteCount {
      memory.deallocate()
      memory = .allocate(byteCount: max(stored.rawByteCount, 64 << 10), alignment: FrameLimits.alignment)
    }
    return try open(bytes, into: memory, peer: peer)
  }

  /// The same into 64-byte aligned memory of the caller with room for `StoredFrame.rawByteCount` bytes.
  public func open(
    _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, peer: SchemaInterner? = nil
  ) throws(FrameRejection) -> FrameView {
    guard let from = bytes.baseAddress, let into = room.baseAddress else {
      throw FrameRejection(rule: 1, column: nil, offset: 0, reason: "there are fewer than 128 bytes")
    }
    var why = tide_validation()
    let length = tide_open(
      core, from.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count), UInt64(limit), (peer ?? onlyPeer).core,
      into.assumingMemoryBound(to: UInt8.self), UInt64(room.count), &why)
    guard length > 0 else { throw FrameRejection(why) }
    return FrameView(bytes: into)
  }
}
