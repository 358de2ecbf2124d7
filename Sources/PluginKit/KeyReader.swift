/// Reads values as key bytes: equal values have equal bytes, on every host and whatever column they stand in.
///
/// What the bytes are is in docs/frames.md, "Keys and key groups". One reader serves all columns; it keeps its memory, so that a
/// warm one allocates nothing. Not thread-safe.
public final class KeyReader {
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)

  public init() {}

  deinit { buffer.deallocate() }

  /// The key bytes of a row's value, a single zero when it has none. Valid until the next call.
  public func bytes(of column: ColumnView, row: Int) -> UnsafeRawBufferPointer {
    while true {
      let room = UInt64(buffer.count)
      let length = tide_key_bytes(
        column.frame, column.index, UInt32(truncatingIfNeeded: row), buffer.baseAddress!.assumingMemoryBound(to: UInt8.self),
        room)
      if length <= room { return UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]) }
      buffer.deallocate()
      buffer = .allocate(byteCount: Int(length) * 2, alignment: 8)
    }
  }

  /// XXH64 of a row's key bytes. With seed 0, `hash >> 57` is the key group.
  public func hash(of column: ColumnView, row: Int, seed: UInt64 = 0) -> UInt64 {
    let key = bytes(of: column, row: row)
    return tide_xxh64(key.baseAddress, UInt64(key.count), seed)
  }

  /// XXH64 of the key bytes of an integer.
  public func hash(of integer: Int64, seed: UInt64 = 0) -> UInt64 {
    buffer.storeBytes(of: 3, as: UInt8.self)
    buffer.storeBytes(of: integer.littleEndian, toByteOffset: 1, as: Int64.self)
    return tide_xxh64(buffer.baseAddress, 9, seed)
  }
}
