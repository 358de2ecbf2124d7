import PluginKit

/// The record that names the fields of all others in a file, for reading that does not begin at its start.
enum HeaderRow {
  /// Bytes in which it has to end.
  private static let reachBytes = 1 << 20

  /// Gives the first record of a file to the decoder, which makes no row of it.
  static func pass(of file: Descriptor, to codec: Codec, partition: UInt32, _ out: inout Output) throws {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: reachBytes, alignment: 64)
    defer { bytes.deallocate() }
    let got = try file.read(into: bytes, at: 0)
    guard let end = end(of: bytes[..<got]) else { return }
    let record = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    _ = try codec.decode(record, readable: got, partition: partition, offset: 0, final: false, &out)
  }

  /// Behind the first line end outside of quotes.
  private static func end(of bytes: Slice<UnsafeMutableRawBufferPointer>) -> Int? {
    var isQuoted = false
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[index] == UInt8(ascii: "\n"), !isQuoted { return index + 1 }
    }
    return nil
  }
}
