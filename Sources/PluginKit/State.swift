/// Appends to the blobs of a snapshot, one per key group; groups may come in any order.
public struct StateWriter {
  /// The group of state that belongs to no key.
  public static let allGroups: UInt32 = 0xFFFF_FFFF

  let raw: UnsafePointer<tide_writer>

  /// Appends bytes to the blob of a group.
  public func write(_ bytes: UnsafeRawBufferPointer, group: UInt32 = StateWriter.allGroups) throws {
    try check(raw.pointee.write(raw.pointee.context, group, bytes.baseAddress, UInt64(bytes.count)))
  }

  /// Appends an integer, little-endian.
  public func write<T: FixedWidthInteger>(_ value: T, group: UInt32 = StateWriter.allGroups) throws {
    try withUnsafeBytes(of: value.littleEndian) { try write($0, group: group) }
  }

  /// Appends a text: its length in bytes (UInt32), then its UTF-8.
  public func write(_ text: String, group: UInt32 = StateWriter.allGroups) throws {
    try write(UInt32(clamping: text.utf8.count), group: group)
    try Array(text.utf8).withUnsafeBytes { try write($0, group: group) }
  }
}

/// Reads one group's blob as the version that wrote it left it.
public struct StateReader {
  let raw: UnsafePointer<tide_reader>

  /// `Stateful.stateVersion` of the writer.
  public var version: UInt32 { raw.pointee.state_version }

  /// Fills all of `bytes`. Throws `state` when the blob ends before.
  public func read(into bytes: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let got = raw.pointee.read(raw.pointee.context, bytes.baseAddress! + done, UInt64(bytes.count - done))
      guard got > 0, got <= bytes.count - done else {
        throw PluginError(.state, "the saved state ends \(bytes.count - done) bytes too early")
      }
      done += Int(got)
    }
  }

  /// Reads an integer, little-endian.
  public func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
    var value: T = 0
    try withUnsafeMutableBytes(of: &value) { try read(into: $0) }
    return T(littleEndian: value)
  }

  /// Reads a text of at most `limit` bytes.
  public func readText(limit: Int = 64 << 10) throws -> String {
    let length = Int(try read(UInt32.self))
    guard length <= limit else { throw PluginError(.state, "the saved state holds a text of \(length) bytes") }
    var bytes = [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBytes { try read(into: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
