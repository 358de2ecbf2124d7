/// One value in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), borrowed.
///
/// The bytes may be any: what leaves them reads as null, and as an object without fields.
struct VariantReader {
  enum Kind: Equatable {
    case null, bool, int, double, string, time, binary, object, array
  }

  /// From the value's first byte on; a value knows its own length.
  let value: UnsafeRawBufferPointer
  /// The sorted key dictionary that the column shares.
  let keys: UnsafeRawBufferPointer

  private var head: UInt8 { value.first ?? 0 }

  var kind: Kind {
    switch head & 3 {
    case 1: return .string
    case 2: return .object
    case 3: return .array
    default: break
    }
    switch head >> 2 {
    case 1, 2: return .bool
    case 3...6: return .int
    case 7...10, 14: return .double
    case 11...13, 18, 19: return .time
    case 15: return .binary
    case 16, 17, 20: return .string
    default: return .null
    }
  }

  /// The bytes of a string; nil for another kind.
  var text: UnsafeRawBufferPointer? {
    if head & 3 == 1 { return slice(value, 1, Int(head >> 2)) }
    guard head == 16 << 2 else { return nil }
    return slice(value, 5, Self.load(value, at: 1, width: 4))
  }

  /// An integer of 8 to 64 bits; nil for another kind.
  var int: Int64? {
    guard head & 3 == 0, 3...6 ~= head >> 2 else { return nil }
    let width = 1 << (Int(head >> 2) - 3)
    guard value.count > width else { return nil }
    let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(value[1 + $1]) << (8 * UInt64($1)) }
    let unused = UInt64(64 - 8 * width)
    return Int64(bitPattern: bits << unused) >> Int64(unused)
  }

  /// Calls `body` with the name and value of each field of an object, in the order of the names' bytes.
  func forEachField(_ body: (UnsafeRawBufferPointer, VariantReader) -> Void) {
    guard head & 3 == 2 else { return }
    let bits = Int(head >> 2)
    let countWidth = bits >> 4 & 1 == 1 ? 4 : 1, idWidth = (bits >> 2 & 3) + 1, offsetWidth = (bits & 3) + 1
    let count = Self.load(value, at: 1, width: countWidth)
    let ids = 1 + countWidth, offsets = ids + count * idWidth, values = offsets + (count + 1) * offsetWidth
    guard values <= value.count else { return }
    for field in 0..<count {
      let id = Self.load(value, at: ids + field * idWidth, width: idWidth)
      let from = values + Self.load(value, at: offsets + field * offsetWidth, width: offsetWidth)
      guard let name = key(id), from < value.count else { continue }
      body(name, VariantReader(value: UnsafeRawBufferPointer(rebasing: value[from...]), keys: keys))
    }
  }

  private func key(_ number: Int) -> UnsafeRawBufferPointer? {
    guard let first = keys.first else { return nil }
    let width = Int(first >> 6) + 1
    let count = Self.load(keys, at: 1, width: width)
    let offsets = 1 + width, text = offsets + (count + 1) * width
    guard number < count, text <= keys.count else { return nil }
    let from = Self.load(keys, at: offsets + number * width, width: width)
    let to = Self.load(keys, at: offsets + (number + 1) * width, width: width)
    return to < from ? nil : slice(keys, text + from, to - from)
  }

  private func slice(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UnsafeRawBufferPointer? {
    start + count <= bytes.count ? UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]) : nil
  }

  /// A little-endian number of 1 to 4 bytes; 0 where they leave the bytes.
  private static func load(_ bytes: UnsafeRawBufferPointer, at start: Int, width: Int) -> Int {
    guard start + width <= bytes.count else { return 0 }
    return (0..<width).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
  }
}
