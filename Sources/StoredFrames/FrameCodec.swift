import CTidemill

/// How the content of a stored or sent frame is compressed.
@frozen public enum FrameCodec: UInt8, Sendable, CaseIterable {
  case none
  /// LZ4 blocks: fast both ways.
  case lz4
  /// Zstandard, level 1: about a third shorter, and three times the work.
  case zstd
}
