import CCodec
import CTidemill
import Frames

/// Turns frames into the bytes that are stored or sent: compressed where that pays, and signed with both checksums.
///
/// Keeps what compressing needs from frame to frame. Not thread-safe.
public final class FrameSealer {
  public let codec: FrameCodec
  private let core: OpaquePointer

  public init(_ codec: FrameCodec) {
    self.codec = codec
    guard let core = tide_sealer_create(UInt32(codec.rawValue)) else { fatalError("memory ran out") }
    self.core = core
  }

  deinit { tide_sealer_destroy(core) }

  /// Bytes that `seal` wants to have for a frame; it may use fewer.
  public static func room(for frame: FrameView) -> Int { frame.byteCount }

  /// Writes the stored form of a frame to memory of any alignment apart from it, and gives its length; 0, and nothing written,
  /// when the memory is shorter than `room(for:)`.
  ///
  /// The frame must have passed validation or come from a builder; a missing schema identity is filled in. `sequence` replaces
  /// the frame's number in its stream.
  public func seal(_ frame: FrameView, sequence: UInt64? = nil, into bytes: UnsafeMutableRawBufferPointer) -> Int {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
    return Int(tide_seal(core, frame.frame, sequence ?? frame.sequence, start, UInt64(bytes.count)))
  }
}
