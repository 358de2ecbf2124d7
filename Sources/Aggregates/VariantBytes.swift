import PluginKit

/// Values in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1): results of any kind,
/// lists of them, and counts by name.
struct VariantBytes {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func put(_ value: Scalar) {
    switch value.kind {
    case .none: bytes.append(0)
    case .bool: bytes.append(value.word == 1 ? 1 << 2 : 2 << 2)
    case .int, .duration:
      let (type, width): (UInt8, Int) =
        if Int8(exactly: value.int) != nil { (3, 1) } else if Int16(exactly: value.int) != nil {
          (4, 2)
        } else if Int32(exactly: value.int) != nil {
          (5, 4)
        } else { (6, 8) }
      bytes.append(type << 2)
      put(value.int, width)
    case .uint:
      // A decimal of 16 bytes without fraction.
      bytes += [10 << 2, 0]
      put(value.int, 8)
      put(0, 8)
    case .double:
      bytes.append(7 << 2)
      put(value.int, 8)
    case .time:
      bytes.append(18 << 2)
      put(value.int, 8)
    case .string:
      if value.bytes.count < 64 {
        bytes.append(UInt8(value.bytes.count) << 2 | 1)
      } else {
        bytes.append(16 << 2)
        put(Int64(value.bytes.count), 4)
      }
      bytes.append(contentsOf: value.bytes)
    case .binary:
      bytes.append(15 << 2)
      put(Int64(value.bytes.count), 4)
      bytes.append(contentsOf: value.bytes)
    }
  }

  /// A list of what `put` writes for each of `count` items.
  mutating func putList(_ count: Int, _ put: (inout VariantBytes, Int) -> Void) {
    var body = VariantBytes()
    var ends: [Int64] = [0]
    for index in 0..<count {
      put(&body, index)
      ends.append(Int64(body.bytes.count))
    }
    let width = Self.width(of: body.bytes.count)
    let isLarge = count > 255
    bytes.append(3 | UInt8(width - 1) << 2 | (isLarge ? 1 << 4 : 0))
    self.put(Int64(count), isLarge ? 4 : 1)
    for end in ends { self.put(end, width) }
    bytes += body.bytes
  }

  /// An object whose fields are numbers, in the order of the ids.
  mutating func putObject(_ fields: [(id: Int, value: Scalar)], names: Int) {
    var body = VariantBytes()
    var ends: [Int64] = [0]
    for field in fields {
      body.put(field.value)
      ends.append(Int64(body.bytes.count))
    }
    let (width, idWidth) = (Self.width(of: body.bytes.count), Self.width(of: max(names - 1, 0)))
    let isLarge = fields.count > 255
    bytes.append(2 | UInt8(width - 1) << 2 | UInt8(idWidth - 1) << 4 | (isLarge ? 1 << 6 : 0))
    put(Int64(fields.count), isLarge ? 4 : 1)
    for field in fields { put(Int64(field.id), idWidth) }
    for end in ends { put(end, width) }
    bytes += body.bytes
  }

  /// The dictionary of sorted names.
  static func dictionary(_ names: [[UInt8]]) -> [UInt8] {
    let width = width(of: max(names.reduce(0) { $0 + $1.count }, names.count))
    var made = VariantBytes()
    // Version 1, sorted, and the width of what follows.
    made.bytes = [0x11 | UInt8(width - 1) << 6]
    made.put(Int64(names.count), width)
    var end = 0
    made.put(0, width)
    for name in names {
      end += name.count
      made.put(Int64(end), width)
    }
    for name in names { made.bytes += name }
    return made.bytes
  }

  private mutating func put(_ value: Int64, _ width: Int) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * byte))) }
  }

  private static func width(of value: Int) -> Int { value < 1 << 8 ? 1 : value < 1 << 16 ? 2 : value < 1 << 24 ? 3 : 4 }
}

extension Scalar {
  /// The value as the name of a field.
  var name: [UInt8] {
    switch kind {
    case .none: []
    case .bool: Array((word == 1 ? "true" : "false").utf8)
    case .int, .time, .duration: Array(String(int).utf8)
    case .uint: Array(String(word).utf8)
    case .double: Array((isNaN ? "NaN" : double.description).utf8)
    case .string: Array(bytes)
    // Bytes that are no text would be no name.
    case .binary: Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
  }
}
