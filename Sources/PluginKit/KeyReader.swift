/// Reads values as key bytes: equal values have equal bytes, on every host and whatever column they stand in.
///
/// What the bytes are is in docs/frames.md, "Keys and key groups". One reader serves all columns; it keeps its memory, so that a
/// warm one allocates nothing. Not thread-safe.
public final class KeyReader {
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
  private var indices: [Int32] = []

  public init() {}

  deinit { buffer.deallocate() }

  /// The key bytes of a row's value, a single zero when it has none. Valid until the next call.
  public func bytes(of column: ColumnView, row: Int) -> UnsafeRawBufferPointer {
    let row = UInt32(truncatingIfNeeded: row)
    return filled { tide_key_bytes(column.frame, column.index, row, $0, $1) }
  }

  /// The key bytes of a row's values in several columns of one frame; of one column, those of its value. Valid until the next call.
  public func bytes(of columns: [ColumnView], row: Int) -> UnsafeRawBufferPointer {
    guard columns.count > 1, let frame = columns.first?.frame else {
      return columns.first.map { bytes(of: $0, row: row) } ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
    indices.removeAll(keepingCapacity: true)
    for column in columns { indices.append(column.index) }
    let (count, row) = (UInt32(truncatingIfNeeded: indices.count), UInt32(truncatingIfNeeded: row))
    return indices.withUnsafeBufferPointer { indices in
      filled { tide_key_bytes_n(frame, indices.baseAddress, count, row, $0, $1) }
    }
  }

  /// The key bytes of one value in Variant encoding. Valid until the next call.
  public func bytes(ofVariant value: tide_string) -> UnsafeRawBufferPointer { filled { tide_key_variant(value, $0, $1) } }

  /// A row's value for `KeyField.put`, which gives it back in the form that it came in: of variants too, where 1 and 1.0 are one key.
  /// It is no key itself. Valid until the next call.
  public func value(of column: ColumnView, row: Int) -> UnsafeRawBufferPointer {
    guard column.type == .variant, column.isValid(row) else { return bytes(of: column, row: row) }
    let encoded = column.bytes(row)
    return filled {
      tide_key_text_($0, $1, UInt8(TIDE_KEY_NESTED), encoded.baseAddress, UInt64(encoded.count))
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

  /// Calls `write` with more room until what it wrote fits.
  private func filled(_ write: (UnsafeMutablePointer<UInt8>, UInt64) -> UInt64) -> UnsafeRawBufferPointer {
    while true {
      let length = write(buffer.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(buffer.count))
      if length <= UInt64(buffer.count) { return UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]) }
      buffer.deallocate()
      buffer = .allocate(byteCount: Int(length) * 2, alignment: 8)
    }
  }
}
