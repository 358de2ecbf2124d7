import PluginKit

extension VariantEncoder {
  /// Writes a value; one that is none is null. Variants have no durations: they are integers, in nanoseconds.
  func put(_ value: Scalar) {
    switch value.kind {
    case .none: putNull()
    case .bool: put(value.word == 1)
    case .int, .duration: put(int: value.int)
    case .uint: put(decimal: Int128(value.word), scale: 0)
    case .double: put(value.double)
    case .time: put(time: value.int)
    case .string: put(text: value.bytes)
    case .binary: put(binary: value.bytes)
    }
  }
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
