extension Lexer {
  /// An int, a uint or a double; the sign is a token of its own.
  mutating func number() throws(ExpressionError) -> Token {
    let start = place
    if byte() == ascii("0"), byte(1) == ascii("x") { return try hexadecimalNumber() }
    skipDigits()
    var isDouble = false
    if byte() == ascii("."), Self.isDigit(byte(1)) {
      isDouble = true
      place += 1
      skipDigits()
    }
    if byte().map({ $0 | 0x20 }) == ascii("e") {
      let sign = byte(1) == ascii("+") || byte(1) == ascii("-") ? 1 : 0
      if Self.isDigit(byte(1 + sign)) {
        isDouble = true
        place += 1 + sign
        skipDigits()
      }
    }
    let digits = string(from: start)
    if isDouble {
      try endNumber(from: start)
      guard let value = Double(digits), value.isFinite else { throw error("\(digits) is too large for a double", from: start) }
      return Token(kind: .literal(.double(value)), span: Span(start, place))
    }
    if byte() == ascii("."), !Self.isWord(byte(1)), byte(1) != ascii("`") {
      throw error("a digit follows the point of a number: \(digits).0", from: start, to: place + 1)
    }
    return try whole(digits, radix: 10, from: start)
  }

  private mutating func hexadecimalNumber() throws(ExpressionError) -> Token {
    let start = place
    place += 2
    while Self.hexadecimal(byte()) != nil { place += 1 }
    if place == start + 2 { throw error("hexadecimal digits follow 0x", from: start) }
    return try whole(string(from: start + 2), radix: 16, from: start)
  }

  private mutating func whole(_ digits: String, radix: Int, from start: Int) throws(ExpressionError) -> Token {
    let value = UInt64(digits, radix: radix)
    let isUnsigned = byte().map { $0 | 0x20 } == ascii("u")
    if isUnsigned { place += 1 }
    try endNumber(from: start)
    guard let value else {
      let number = string(from: start)
      throw error(
        isUnsigned
          ? "\(number) is too large for a uint, which ends at \(UInt64.max)"
          : "\(number) is too large for an int, which ends at \(Int64.max); a double is written \(number).0", from: start)
    }
    return Token(kind: isUnsigned ? .literal(.uint(value)) : .integer(value), span: Span(start, place))
  }

  private mutating func skipDigits() {
    while Self.isDigit(byte()) { place += 1 }
  }

  /// No letter may follow a number at once, for it would look like a part of it.
  private mutating func endNumber(from start: Int) throws(ExpressionError) {
    guard Self.isWord(byte()) else { return }
    let digits = string(from: start)
    let rest = place
    skipWord()
    let suffix = string(from: rest)
    let whole = string(from: start)
    if ["ns", "us", "ms", "s", "m", "h", "d"].contains(suffix) {
      let hint = suffix == "d" ? "a duration has hours at most: duration('24h')" : "a duration is written duration('\(whole)')"
      throw error("\(whole) is not a number; \(hint)", from: start)
    }
    if suffix.hasPrefix("_") { throw error("digits are not grouped: \(whole) is written without _", from: start) }
    if suffix == "f" || suffix == "F" { throw error("\(whole) is not a number; a double is written \(digits).0", from: start) }
    throw error("\(whole) is not a number, and no name begins with a digit", from: start)
  }
}
