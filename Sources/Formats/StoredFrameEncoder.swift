import CTidemill
import Frames
import StoredFrames

/// Writes rows as sealed frames, one for each batch, with the selected rows alone.
final class StoredFrameEncoder {
  private let sealer: FrameSealer
  private var selected = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var sealed = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var sequence: UInt64 = 0

  init(_ compression: EncodePlan.Compression) { sealer = FrameSealer(compression.codec) }

  deinit {
    selected.deallocate()
    sealed.deallocate()
  }

  /// The stored frame; valid until the next call.
  func encode(_ batch: UnsafePointer<tide_batch>) -> UnsafeRawBufferPointer {
    var frame = FrameView(batch.pointee.frame)
    let count = Int(batch.pointee.count)
    guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    if count < frame.rows {
      let bytes = FrameCompactor.byteCount(of: frame, selection: batch.pointee.selection, count: count)
      Self.reserve(bytes, &selected)
      FrameCompactor.compact(
        frame, selection: batch.pointee.selection, count: count, into: selected.baseAddress!, capacity: selected.count)
      frame = FrameView(bytes: selected.baseAddress!)
    }
    Self.reserve(FrameSealer.room(for: frame), &sealed)
    let length = sealer.seal(frame, sequence: sequence, into: sealed)
    sequence += 1
    return UnsafeRawBufferPointer(rebasing: sealed[..<length])
  }

  private static func reserve(_ bytes: Int, _ memory: inout UnsafeMutableRawBufferPointer) {
    guard memory.count < bytes else { return }
    memory.deallocate()
    memory = .allocate(byteCount: max(bytes, 64 << 10), alignment: FrameLimits.alignment)
  }
}

extension EncodePlan.Compression {
  fileprivate var codec: FrameCodec {
    switch self {
    case .none: .none
    case .lz4: .lz4
    case .zstd: .zstd
    }
  }
}
