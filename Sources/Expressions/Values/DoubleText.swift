import CExpressions

/// A double as decimal text and back, the same on every machine.
enum DoubleText {
  /// The fewest digits that read back as the same double; an exponent below 0.0001 and from 1e6 on, as `%g` has it.
  static func shortest(_ value: Double) -> [UInt8] {
    if let special = special(value) { return special }
    let parts = Parts(shortest: value)
    return parts.exponent < -4 || parts.exponent >= 6 ? parts.text : parts.plain
  }

  /// The fewest digits that read back as the same double, without an exponent: zeros fill up to the point.
  static func plain(_ value: Double) -> [UInt8] {
    special(value) ?? Parts(shortest: value).plain
  }

  static func fixed(_ value: Double, precision: Int) -> [UInt8] {
    special(value) ?? written { tide_double_fixed(value, Int32(precision), $0, UInt64(TIDE_DOUBLE_TEXT)) }
  }

  static func scientific(_ value: Double, precision: Int) -> [UInt8] {
    special(value) ?? written { tide_double_scientific(value, Int32(precision), $0, UInt64(TIDE_DOUBLE_TEXT)) }
  }

  static let maxPrecision = Int(TIDE_DOUBLE_PRECISION)

  /// The double nearest to a decimal text, or that of the names `NaN`, `inf` and `infinity` in any case; nil for other texts.
  static func parse(_ text: [UInt8]) -> Double? {
    var digits = text[...]
    var negative = false
    if let sign = digits.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      negative = sign == UInt8(ascii: "-")
      digits = digits.dropFirst()
    }
    guard let first = digits.first, first != UInt8(ascii: "-") else { return nil }
    if first != UInt8(ascii: ".") && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      guard digits.count <= 8 else { return nil }
      switch String(decoding: digits.map { $0 | 0x20 }, as: UTF8.self) {
      case "nan": return .nan
      case "inf", "infinity": return negative ? -.infinity : .infinity
      default: return nil
      }
    }
    var value = 0.0
    let isNumber = digits.withUnsafeBytes { bytes in
      tide_double_parse(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), &value)
    }
    return isNumber ? (negative ? -value : value) : nil
  }

  private static func special(_ value: Double) -> [UInt8]? {
    guard !value.isFinite else { return nil }
    return Array((value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8)
  }

  private static func written(_ write: (UnsafeMutablePointer<CChar>) -> UInt64) -> [UInt8] {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(TIDE_DOUBLE_TEXT)) { buffer in
      let length = write(buffer.baseAddress!)
      precondition(length > 0, "a double's text fits its buffer")
      return buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }
    }
  }

  /// d.ddde±xx taken apart.
  private struct Parts {
    let text: [UInt8]
    let isNegative: Bool
    let digits: [UInt8]
    let exponent: Int

    init(shortest value: Double) {
      text = written { tide_double_scientific(value, -1, $0, UInt64(TIDE_DOUBLE_TEXT)) }
      isNegative = text[0] == UInt8(ascii: "-")
      let mark = text.lastIndex(of: UInt8(ascii: "e"))!
      digits = text[..<mark].filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") }
      exponent = Int(String(decoding: text[(mark + 1)...], as: UTF8.self))!
    }

    var plain: [UInt8] {
      let zero = UInt8(ascii: "0")
      var result: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
      if exponent < 0 {
        result += [zero, UInt8(ascii: ".")] + Array(repeating: zero, count: -exponent - 1) + digits
      } else if digits.count <= exponent + 1 {
        result += digits + Array(repeating: zero, count: exponent + 1 - digits.count)
      } else {
        result += digits[...exponent] + [UInt8(ascii: ".")] + digits[(exponent + 1)...]
      }
      return result
    }
  }
}
