import CHost
import CTidemill
import Frames

/// What the header of a stored frame says before the frame is opened.
public struct StoredFrame: Equatable, Sendable {
  /// Bytes as it is stored, a multiple of 64.
  public let byteCount: Int
  /// Bytes once it is opened.
  public let rawByteCount: Int
  public let kind: FrameKind?
  public let codec: FrameCodec
  /// Source partition or edge.
  public let stream: UInt32
  /// Number of the frame in its stream.
  public let sequence: UInt64
  /// True when the header was signed, so that its lengths are no accident.
  public let isSigned: Bool

  /// What stands at the beginning of a stream's bytes.
  public enum Cut: Equatable, Sendable {
    /// Too few bytes to tell, or a frame that is not all there: ask again with this many in all.
    case needs(Int)
    /// A whole frame, to be opened.
    case frame(StoredFrame)
  }

  /// Looks at the frame that the bytes, of any alignment, begin with; throws when none can begin there.
  ///
  /// A frame that is longer than `limit`, as stored or once opened, is refused before anything is made ready for it, so what
  /// `needs` asks for is never above `limit`.
  public static func cut(
    _ bytes: UnsafeRawBufferPointer, limit: Int = FrameLimits.defaultMaxBytes
  ) throws(FrameRejection) -> Cut {
    guard bytes.count >= FrameLimits.headerBytes else { return .needs(FrameLimits.headerBytes) }
    var header = tide_frame()
    var why = tide_validation()
    let start = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    guard tide_envelope_read(start, UInt64(max(limit, 0)), &header, &why) == 0 else { throw FrameRejection(why) }
    guard bytes.count >= Int(header.frame_len) else { return .needs(Int(header.frame_len)) }
    return .frame(StoredFrame(header))
  }

  /// Length of the frame that the bytes begin with, if its header is signed and the length is one that a frame can have, though
  /// perhaps above the reader's limit; nil otherwise.
  ///
  /// So a frame that is refused, also one that is too long, can be passed over.
  public static func signedByteCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= FrameLimits.headerBytes, let start = bytes.baseAddress else { return nil }
    var header = tide_frame()
    var why = tide_validation()
    if tide_envelope_read(start.assumingMemoryBound(to: UInt8.self), UInt64(FrameLimits.hardMaxBytes), &header, &why) != 0 {
      let length = Int(header.frame_len)
      let isLength =
        length >= FrameLimits.headerBytes && length <= FrameLimits.hardMaxBytes && length % FrameLimits.alignment == 0
      // Rule 5 is also that of a checksum at byte 60 that does not match.
      let isForged = why.offset == 60
      guard isLength, why.rule > 2, !isForged else { return nil }
    }
    return header.flags & UInt16(TIDE_FLAG_HEAD_CRC) != 0 ? Int(header.frame_len) : nil
  }

  /// First place at or after `from` where a signed frame may begin; `bytes.count` when there is none. After a frame that was
  /// refused, the stream goes on there.
  ///
  /// A header without a checksum is passed over: bytes that only look like one would have to be opened to tell.
  public static func nextStart(
    in bytes: UnsafeRawBufferPointer, from: Int, limit: Int = FrameLimits.defaultMaxBytes
  ) -> Int {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), from < bytes.count else { return bytes.count }
    return Int(tide_envelope_find(start, UInt64(bytes.count), UInt64(max(from, 0)), UInt64(max(limit, 0))))
  }

  private init(_ header: tide_frame) {
    byteCount = Int(header.frame_len)
    rawByteCount = Int(header.raw_len)
    kind = FrameKind(rawValue: header.kind)
    codec = FrameCodec(rawValue: header.codec) ?? .none
    stream = header.stream
    sequence = header.seq
    isSigned = header.flags & UInt16(TIDE_FLAG_HEAD_CRC) != 0
  }
}
