import PluginKit

/// A number as JSON spells it, taken apart: `significand * 10^exponent`, exactly.
struct NumberText {
  var isNegative = false
  /// Neither a point nor an exponent.
  var isInteger = true
  /// Without zeros at its end; nil with more than 38 digits.
  var significand: UInt128? = 0
  var digits = 0
  var exponent = 0

  /// End of the number that begins at `from`, nil when none does.
  static func end(_ bytes: Bytes, from: Int) -> Int? {
    var at = from
    func isDigit(_ at: Int) -> Bool { at < bytes.count && Digits.isDigit(bytes[at]) }
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard isDigit(at) else { return nil }
    if bytes[at] == UInt8(ascii: "0") { at += 1 } else { while isDigit(at) { at &+= 1 } }
    if isDigit(at) { return nil }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard isDigit(at) else { return nil }
      while isDigit(at) { at &+= 1 }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard isDigit(at) else { return nil }
      while isDigit(at) { at &+= 1 }
    }
    return at
  }

  /// Nil when the bytes are not one number.
  init?(_ bytes: Bytes) {
    guard Self.end(bytes, from: 0) == bytes.count else { return nil }
    self.init(checked: bytes)
  }

  /// - Parameter bytes: a number.
  init(checked bytes: Bytes) {
    var at = 0
    var zeros = 0
    var fraction = 0
    var isBehindPoint = false
    if bytes[0] == UInt8(ascii: "-") {
      isNegative = true
      at = 1
    }
    while at < bytes.count, bytes[at] | 0x20 != UInt8(ascii: "e") {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: ".") {
        isInteger = false
        isBehindPoint = true
        continue
      }
      if isBehindPoint { fraction += 1 }
      if byte == 0x30 {
        if digits > 0 { zeros += 1 }
        continue
      }
      append(zeros: zeros, digit: byte &- 0x30)
      zeros = 0
    }
    exponent = zeros - fraction
    if at < bytes.count {
      isInteger = false
      exponent += Self.exponent(bytes, at + 1)
    }
    if digits == 0 { exponent = 0 }
  }

  private mutating func append(zeros: Int, digit: UInt8) {
    digits += zeros + 1
    guard digits <= 38, var value = significand else { return significand = nil }
    for _ in 0..<zeros { value *= 10 }
    significand = value * 10 + UInt128(digit)
  }

  private static func exponent(_ bytes: Bytes, _ from: Int) -> Int {
    var at = from
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var value = 0
    while at < bytes.count {
      value = min(value * 10 + Int(bytes[at] &- 0x30), 1_000_000_000)
      at += 1
    }
    return isNegative ? -value : value
  }

  /// The number as a whole one of at most 38 digits.
  private var whole: UInt128? {
    guard exponent >= 0, let significand, digits + exponent <= 38 else { return nil }
    return significand * Self.power(exponent)
  }

  /// An integer literal of 64 bits.
  var int: Int64? {
    guard isInteger, let whole else { return nil }
    if isNegative { return whole <= UInt128(1) << 63 ? Int64(truncatingIfNeeded: 0 &- whole) : nil }
    return Int64(exactly: whole)
  }

  /// The nearest double, when it is finite. An integer literal only when a double holds it exactly.
  func double(_ bytes: Bytes) -> Double? {
    guard let value = nearest(bytes) else { return nil }
    guard isInteger, digits + exponent > 15 else { return value }
    guard let whole else { return nil }
    return abs(value) < 0x1p126 && UInt128(abs(value)) == whole ? value : nil
  }

  /// The double whose shortest text is this number; nil when there is none.
  func faithful(_ bytes: Bytes) -> Double? {
    guard let value = nearest(bytes) else { return nil }
    if digits <= 15, abs(value) >= 1e-290 || digits == 0 { return value }
    var text = "\(value)"
    return text.withUTF8 { Bytes($0).isNumber(like: self) } ? value : nil
  }

  /// `bytes` are the number as it stands.
  private func nearest(_ bytes: Bytes) -> Double? {
    if digits == 0 { return isNegative ? -0.0 : 0.0 }
    if digits <= 15, -22...22 ~= exponent, let significand {
      // Both are exact, so there is one rounding.
      let power = Self.powers[abs(exponent)]
      let value = Double(UInt64(truncatingIfNeeded: significand))
      let scaled = exponent < 0 ? value / power : value * power
      return isNegative ? -scaled : scaled
    }
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  fileprivate func isSame(as other: NumberText) -> Bool {
    significand != nil && significand == other.significand && exponent == other.exponent && isNegative == other.isNegative
  }

  /// An integer of at most 38 digits and how many of them stand behind the point, at most 38.
  var decimal: (significand: Int128, scale: Int)? {
    guard let significand, exponent >= -38 else { return nil }
    let value: UInt128
    if exponent >= 0 {
      guard let whole else { return nil }
      value = whole
    } else {
      value = significand
    }
    return (isNegative ? -Int128(value) : Int128(value), max(-exponent, 0))
  }

  /// A number with a fraction, where a double would be written otherwise: with the zeros at its end, at most 38 digits.
  func decimalAsWritten(_ bytes: Bytes) -> (significand: Int128, scale: Int)? {
    guard !isInteger, digits > 0 || !isNegative, let point = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let scale = bytes.count - point - 1
    guard scale <= 38, let decimal, decimal.scale <= scale, bytes.last.map(Digits.isDigit) == true else { return nil }
    guard !bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return nil }
    var text = "\(nearest(bytes) ?? .nan)"
    if text.withUTF8({ $0.elementsEqual(bytes) }) { return nil }
    let (significand, isTooLong) = decimal.significand.multipliedReportingOverflow(
      by: Int128(Self.power(scale - decimal.scale)))
    return isTooLong || significand.magnitude >= Self.power(38) ? nil : (significand, scale)
  }

  static func power(_ exponent: Int) -> UInt128 {
    var value: UInt128 = 1
    for _ in 0..<exponent { value *= 10 }
    return value
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22,
  ]
}

extension Bytes {
  fileprivate func isNumber(like other: NumberText) -> Bool { NumberText(self)?.isSame(as: other) ?? false }
}
