/// Types of plain scalars: YAML 1.2's core schema (yaml.org/spec/1.2.2, section 10.3.2), so `yes`, `no` and `on` are text.
enum YamlScalar {
  static func content(of text: String) -> SourceValue.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
    case ".nan", ".NaN", ".NAN": return .double(.nan)
    default: return number(text) ?? .string(text)
    }
  }

  /// True for a whole number that no 64-bit integer holds.
  static func isTooLarge(_ text: String) -> Bool {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    let isWhole =
      if digits.hasPrefix("0x") {
        digits.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
      } else if digits.hasPrefix("0o") {
        digits.dropFirst(2).utf8.allSatisfy { $0 >= zero && $0 < zero + 8 }
      } else {
        digits.utf8.allSatisfy(isDigit)
      }
    guard isWhole, digits.utf8.count > 2 else { return false }
    return if case .int = number(text) { false } else { true }
  }

  private static func number(_ text: String) -> SourceValue.Content? {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 400, isDigit(first) || first == plus || first == minus || first == point
    else {
      return nil
    }
    if bytes.count > 2, first == zero, bytes[1] == UInt8(ascii: "x") {
      return Int64(text.dropFirst(2), radix: 16).map { .int($0) }
    }
    if bytes.count > 2, first == zero, bytes[1] == UInt8(ascii: "o") {
      return Int64(text.dropFirst(2), radix: 8).map { .int($0) }
    }
    var i = first == plus || first == minus ? 1 : 0
    let whole = skipDigits(bytes, &i)
    if i == bytes.count { return whole == 0 ? nil : Int64(text).map { .int($0) } ?? Double(text).map { .double($0) } }
    var fraction = 0
    if bytes[i] == point {
      i += 1
      fraction = skipDigits(bytes, &i)
    }
    guard whole + fraction > 0 else { return nil }
    if i < bytes.count, bytes[i] == UInt8(ascii: "e") || bytes[i] == UInt8(ascii: "E") {
      i += 1
      if i < bytes.count, bytes[i] == plus || bytes[i] == minus { i += 1 }
      guard skipDigits(bytes, &i) > 0 else { return nil }
    }
    return i == bytes.count ? Double(text).map { .double($0) } : nil
  }

  private static let zero = UInt8(ascii: "0")
  private static let plus = UInt8(ascii: "+")
  private static let minus = UInt8(ascii: "-")
  private static let point = UInt8(ascii: ".")

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= zero && byte <= UInt8(ascii: "9") }

  private static func skipDigits(_ bytes: [UInt8], _ i: inout Int) -> Int {
    let start = i
    while i < bytes.count, isDigit(bytes[i]) { i += 1 }
    return i - start
  }
}
