/// What a source of frames answers: that all frames up to a number were taken. 16 bytes: `TIDEACK1`, then the number as u64,
/// little-endian.
struct Acknowledgement {
  static let byteCount = 16
  private static let magic = Array("TIDEACK1".utf8)

  /// Number of the last frame that was taken.
  let sequence: UInt64

  init(_ sequence: UInt64) { self.sequence = sequence }

  /// Nil when the 16 bytes are something else.
  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
    sequence = bytes.dropFirst(Self.magic.count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  var bytes: [UInt8] { Self.magic + (0..<8).map { UInt8(truncatingIfNeeded: sequence >> ($0 * 8)) } }
}
