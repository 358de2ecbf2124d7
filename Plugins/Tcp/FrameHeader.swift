import PluginKit

/// What a carrier of sealed frames needs of a frame's header: where the next one begins, and the frame's number.
struct FrameHeader {
  /// Bytes that the header takes.
  private static let headerBytes = 128

  /// Bytes of the frame as it is sent.
  let byteCount: Int
  /// Its number in the stream of its sender.
  let sequence: UInt64

  /// Nil when the bytes hold no whole header, or begin with something else.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerBytes, Self.read(bytes, \tide_frame.magic) == TIDE_FRAME_MAGIC else { return nil }
    byteCount = Int(Self.read(bytes, \tide_frame.frame_len))
    sequence = Self.read(bytes, \tide_frame.seq)
    if byteCount < Self.headerBytes { return nil }
  }

  private static func read<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ field: KeyPath<tide_frame, T>) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: MemoryLayout<tide_frame>.offset(of: field)!, as: T.self))
  }
}
