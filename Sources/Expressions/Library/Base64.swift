/// Bytes in the alphabet of RFC 4648, section 4.
public enum Base64 {
  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : padding)
      }
    }
    return result
  }

  /// With padding, or without any; nil for other texts. Bits behind the last byte do not matter.
  public static func decode(_ text: [UInt8]) -> [UInt8]? {
    var digits = text[...]
    if text.count % 4 == 0 {
      for _ in 0..<2 where digits.last == padding { digits = digits.dropLast() }
    }
    guard digits.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count * 3 / 4)
    var bits: UInt32 = 0
    var count = 0
    for digit in digits {
      guard let value = value(digit) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return result
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  private static func value(_ digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension Library {
  static let encoders: [Definition] = [
    .function("base64.encode") { value, frame throws(EvaluationError) in
      guard case .bytes(let bytes) = value else { throw .noSuchOverload }
      try frame.spend(writing: bytes.count / 3 * 4 + 4)
      return .string(Text(utf8: Base64.encode(bytes)))
    },
    .function("base64.decode") { value, frame throws(EvaluationError) in
      guard case .string(let text) = value else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      guard let bytes = Base64.decode(text.utf8) else { throw EvaluationError("'\(text.excerpt)' is not base64") }
      return .bytes(bytes)
    },
  ]
}
