import Glibc
import PluginKit

/// What a carrier of sealed frames needs of a frame's header: where the next one begins, and the frame's number. A signed header is
/// believed only when its checksum holds.
struct FrameHeader {
  /// Bytes that the header takes.
  static let headerBytes = 128

  /// Bytes of the frame as it is sent.
  let byteCount: Int
  /// Its number in the stream of its sender.
  let sequence: UInt64

  /// Nil when the bytes hold no whole header, begin with something else, or with a header whose checksum does not match.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerBytes, Self.read(bytes, \tide_frame.magic) == TIDE_FRAME_MAGIC else { return nil }
    if Self.isSigned(bytes), !Self.holdsChecksum(bytes) { return nil }
    byteCount = Int(Self.read(bytes, \tide_frame.frame_len))
    sequence = Self.read(bytes, \tide_frame.seq)
    if byteCount < Self.headerBytes { return nil }
  }

  /// Where the next signed header may begin behind the first byte, as the decoder looks for it: there is one, or the bytes end
  /// before that can be told.
  static func nextSigned(in bytes: UnsafeRawBufferPointer) -> Int {
    let first = UInt8(truncatingIfNeeded: TIDE_FRAME_MAGIC)
    var at = 1
    while at < bytes.count {
      guard let found = memchr(bytes.baseAddress! + at, Int32(first), bytes.count - at) else { return bytes.count }
      at = UnsafeRawPointer(found) - bytes.baseAddress!
      let left = UnsafeRawBufferPointer(rebasing: bytes[at...])
      if left.count < headerBytes { return at }
      if read(left, \tide_frame.magic) == TIDE_FRAME_MAGIC, isSigned(left), holdsChecksum(left) { return at }
      at += 1
    }
    return bytes.count
  }

  private static func isSigned(_ header: UnsafeRawBufferPointer) -> Bool {
    read(header, \tide_frame.flags) & UInt16(TIDE_FLAG_HEAD_CRC) != 0
  }

  /// CRC-32C (Castagnoli) of all bytes before the checksum itself.
  private static func holdsChecksum(_ header: UnsafeRawBufferPointer) -> Bool {
    let signedBytes = MemoryLayout<tide_frame>.offset(of: \.head_crc)!
    var crc = UInt32.max
    for byte in header[..<signedBytes] { crc = crc >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    return ~crc == read(header, \tide_frame.head_crc)
  }

  /// Of each byte, by the reflected polynomial.
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(byte) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
  }

  private static func read<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ field: KeyPath<tide_frame, T>) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: MemoryLayout<tide_frame>.offset(of: field)!, as: T.self))
  }
}
