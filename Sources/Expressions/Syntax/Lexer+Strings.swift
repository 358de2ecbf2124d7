extension Lexer {
  /// A string or bytes from its opening quote; `start` is where its prefix began.
  mutating func string(from start: Int, isRaw: Bool, isBytes: Bool) throws(ExpressionError) -> Token {
    let quote = text[place]
    let isTriple = byte(1) == quote && byte(2) == quote
    place += isTriple ? 3 : 1
    var value: [UInt8] = []
    while true {
      guard let byte = byte() else { throw unterminated(from: start, quote: quote, isTriple: isTriple) }
      switch byte {
      case quote where !isTriple || (self.byte(1) == quote && self.byte(2) == quote):
        place += isTriple ? 3 : 1
        let span = Span(start, place)
        return Token(kind: .literal(isBytes ? .bytes(value) : .string(Text(utf8: value))), span: span)
      case ascii("\n") where !isTriple, ascii("\r") where !isTriple:
        throw unterminated(from: start, quote: quote, isTriple: false)
      case ascii("\\") where !isRaw: try escape(into: &value, isBytes: isBytes)
      default:
        value.append(byte)
        place += 1
      }
    }
  }

  private func unterminated(from start: Int, quote: UInt8, isTriple: Bool) -> ExpressionError {
    let mark = String(decoding: [UInt8](repeating: quote, count: isTriple ? 3 : 1), as: UTF8.self)
    let other = quote == ascii("'") ? ascii("\"") : ascii("'")
    if !isTriple, text[start..<place].contains(other) {
      let otherMark = String(decoding: [other], as: UTF8.self)
      return error("this string begins with \(mark) and so ends with \(mark), not with \(otherMark)", from: start)
    }
    if !isTriple, place < text.count {
      return error(
        "this string has no closing \(mark) on its line; one of several lines stands in \(mark)\(mark)\(mark)", from: start)
    }
    return error("this string has no closing \(mark)", from: start)
  }

  /// One escape, from its backslash.
  private mutating func escape(into value: inout [UInt8], isBytes: Bool) throws(ExpressionError) {
    let start = place
    guard let code = byte(1) else {
      place += 1
      throw error("this string ends in a backslash and has no closing quote", from: start)
    }
    place += 2
    switch code {
    case ascii("\\"), ascii("?"), ascii("\""), ascii("'"), ascii("`"): value.append(code)
    case ascii("a"): value.append(7)
    case ascii("b"): value.append(8)
    case ascii("t"): value.append(9)
    case ascii("n"): value.append(10)
    case ascii("v"): value.append(11)
    case ascii("f"): value.append(12)
    case ascii("r"): value.append(13)
    case ascii("x"), ascii("X"):
      let number = try digits(2, of: "\\x", from: start)
      append(number, to: &value, asByte: isBytes)
    case ascii("u"), ascii("U"):
      let long = code == ascii("U")
      if isBytes { throw error("bytes have \\x and two digits for a byte, not \\\(long ? "U" : "u")", from: start) }
      append(try scalar(long: long, from: start), to: &value, asByte: false)
    case ascii("0")...ascii("3"): append(try octal(from: start), to: &value, asByte: isBytes)
    default:
      place = start + 1
      let character = string(from: place, to: place + scalarLength)
      place += scalarLength
      throw error(
        "\\\(character) is no escape; write \\\\ for a backslash, or r'…' for a string without escapes", from: start)
    }
  }

  private func append(_ number: UInt32, to value: inout [UInt8], asByte: Bool) {
    if asByte || number < 0x80 {
      value.append(UInt8(truncatingIfNeeded: number))
    } else if let scalar = Unicode.Scalar(number) {
      value.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  private mutating func octal(from start: Int) throws(ExpressionError) -> UInt32 {
    var number = UInt32(text[start + 1] - ascii("0"))
    for _ in 0..<2 {
      guard let digit = byte(), digit >= ascii("0"), digit <= ascii("7") else {
        throw error("three octal digits follow a backslash, from \\000 to \\377", from: start)
      }
      number = number * 8 + UInt32(digit - ascii("0"))
      place += 1
    }
    return number
  }

  private mutating func digits(_ count: Int, of escape: String, from start: Int) throws(ExpressionError) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<count {
      guard let digit = Self.hexadecimal(byte()) else {
        throw error("\(count) hexadecimal digits follow \(escape)", from: start)
      }
      number = number << 4 | digit
      place += 1
    }
    return number
  }

  /// A code point of a string; two surrogates in a row are one.
  private mutating func scalar(long: Bool, from start: Int) throws(ExpressionError) -> UInt32 {
    let number = try digits(long ? 8 : 4, of: long ? "\\U" : "\\u", from: start)
    if !long, 0xd800..<0xdc00 ~= number, byte() == ascii("\\"), byte(1) == ascii("u") {
      place += 2
      let low = try digits(4, of: "\\u", from: place - 2)
      if 0xdc00..<0xe000 ~= low { return 0x10000 + (number - 0xd800) << 10 + (low - 0xdc00) }
    }
    guard Unicode.Scalar(number) != nil else {
      throw error(
        number > 0x10ffff ? "no code point is above 10FFFF" : "a surrogate is no character without its other half", from: start)
    }
    return number
  }
}
