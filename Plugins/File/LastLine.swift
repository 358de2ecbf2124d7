import PluginKit

/// Where reading begins when what a file holds already is of no interest.
enum LastLine {
  /// Bytes from the end in which an unfinished line is looked for.
  private static let reachBytes: UInt64 = 1 << 20

  /// Position behind the last line end: a line that is still being written is read whole once it ends.
  static func start(in file: Descriptor, length: UInt64) throws -> UInt64 {
    let count = Int(min(length, reachBytes))
    guard count > 0 else { return length }
    return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { bytes in
      let from = length - UInt64(count)
      let got = try file.read(into: bytes, at: from)
      guard let end = bytes[..<got].lastIndex(of: UInt8(ascii: "\n")) else { return from == 0 ? 0 : length }
      return from + UInt64(end) + 1
    }
  }
}
