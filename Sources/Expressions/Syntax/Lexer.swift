/// Cuts the text of an expression into tokens.
///
/// Lexis: github.com/google/cel-spec, doc/langdef.md.
struct Lexer {
  /// Valid UTF-8.
  let text: [UInt8]
  var place = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next token; `end` again and again when there is none.
  mutating func next() throws(ExpressionError) -> Token {
    skipBlanks()
    guard let byte = byte() else { return Token(kind: .end, span: Span(place, place)) }
    switch byte {
    case ascii("a")...ascii("z"), ascii("A")...ascii("Z"), ascii("_"): return try word()
    case ascii("0")...ascii("9"): return try number()
    case ascii(".") where Self.isDigit(self.byte(1)): return try number()
    case ascii("\""), ascii("'"): return try string(from: place, isRaw: false, isBytes: false)
    case ascii("`"): return try quotedName()
    default: return try symbol()
    }
  }

  /// The byte so many places on.
  func byte(_ offset: Int = 0) -> UInt8? {
    place + offset < text.count ? text[place + offset] : nil
  }

  func error(_ message: String, from start: Int, to end: Int? = nil) -> ExpressionError {
    ExpressionError(message, at: Span(start, end ?? place))
  }

  func string(from start: Int, to end: Int? = nil) -> String {
    String(decoding: text[start..<(end ?? place)], as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while let byte = byte() {
      switch byte {
      case ascii(" "), ascii("\t"), ascii("\n"), ascii("\r"), 0x0c: place += 1
      case ascii("/") where self.byte(1) == ascii("/"):
        while let next = self.byte(), next != ascii("\n"), next != ascii("\r") { place += 1 }
      default: return
      }
    }
  }

  mutating func skipWord() {
    while Self.isWord(byte()) { place += 1 }
  }

  /// A name, a keyword, or a string with a prefix.
  private mutating func word() throws(ExpressionError) -> Token {
    let start = place
    skipWord()
    if byte() == ascii("\"") || byte() == ascii("'"), place - start <= 2 {
      switch string(from: start).lowercased() {
      case "r": return try string(from: start, isRaw: true, isBytes: false)
      case "b": return try string(from: start, isRaw: false, isBytes: true)
      case "br": return try string(from: start, isRaw: true, isBytes: true)
      case "rb": throw error("raw bytes begin with br, not with rb", from: start)
      default: break
      }
    }
    let span = Span(start, place)
    switch string(from: start) {
    case "true": return Token(kind: .literal(.bool(true)), span: span)
    case "false": return Token(kind: .literal(.bool(false)), span: span)
    case "null": return Token(kind: .literal(.null), span: span)
    case "in": return Token(kind: .symbol(.isIn), span: span)
    case let name: return Token(kind: .identifier(name), span: span)
    }
  }

  private mutating func quotedName() throws(ExpressionError) -> Token {
    let start = place
    place += 1
    while Self.isWord(byte()) || [ascii("."), ascii("-"), ascii("/"), ascii(" ")].contains(byte() ?? 0) { place += 1 }
    guard byte() == ascii("`") else {
      if byte() == nil { throw error("this name in backquotes is not closed", from: start) }
      throw error(
        "a name in backquotes has letters, digits, spaces and _ . - / only; write map['name'] for others", from: place,
        to: place + scalarLength)
    }
    place += 1
    if place - start == 2 { throw error("a name in backquotes is not empty", from: start) }
    return Token(kind: .quoted(string(from: start + 1, to: place - 1)), span: Span(start, place))
  }

  private mutating func symbol() throws(ExpressionError) -> Token {
    let start = place
    for (slip, meant) in Self.slips where string(from: start, to: min(start + slip.utf8.count, text.count)) == slip {
      throw error("'\(slip)' is no operator; did you mean '\(meant)'?", from: start, to: start + slip.utf8.count)
    }
    for length in [2, 1] where start + length <= text.count {
      if let symbol = Symbol(rawValue: string(from: start, to: start + length)), symbol != .isIn {
        place += length
        return Token(kind: .symbol(symbol), span: Span(start, place))
      }
    }
    throw error(slip(), from: start, to: start + scalarLength)
  }

  /// Operators of other languages, the longest first.
  private static let slips = [
    ("===", "=="), ("!==", "!="), ("<>", "!="), ("=>", ">="), ("=<", "<="), ("=~", "text.matches(pattern)"), (":=", "=="),
    ("**", "*"), ("->", "."),
  ]

  /// What was meant by a character that no token begins with.
  private func slip() -> String {
    let character = string(from: place, to: place + scalarLength)
    switch character {
    case "=": return "'=' is no operator; did you mean '=='?"
    case "&": return "'&' is no operator; did you mean '&&'?"
    case "|": return "'|' is no operator; did you mean '||'?"
    case "^": return "'^' is no operator; math.bitXor(a, b) combines the bits of two ints, a * a is a square"
    case "~": return "'~' is no operator; did you mean 'text.matches(pattern)', or math.bitNot(number)?"
    case "\u{201c}", "\u{201d}", "\u{201e}": return "strings stand in straight quotes: \" instead of \(character)"
    case "\u{2018}", "\u{2019}", "\u{201a}": return "strings stand in straight quotes: ' instead of \(character)"
    case "\u{2212}", "\u{2013}": return "'\(character)' is no operator; did you mean '-'?"
    case "\u{2264}": return "'\(character)' is no operator; did you mean '<='?"
    case "\u{2265}": return "'\(character)' is no operator; did you mean '>='?"
    case "\u{2260}": return "'\(character)' is no operator; did you mean '!='?"
    case "#": return "'#' begins nothing; a comment begins with //"
    case ";": return "';' ends nothing; an expression is a single one"
    case "$": return "'$' begins nothing; a variable is written as its name alone"
    case "\\": return "'\\' stands in strings only"
    default:
      let scalar = character.unicodeScalars.first?.value ?? 0
      if scalar < 0x20 || scalar == 0x7f { return "a control character stands in strings only, as \\u and four digits" }
      if scalar > 0x7f { return "'\(character)' stands in strings only; names have letters of ASCII, digits and _" }
      return "'\(character)' is not part of an expression"
    }
  }

  /// How many bytes the character has that begins here.
  var scalarLength: Int {
    var length = 1
    while let next = byte(length), next & 0xc0 == 0x80 { length += 1 }
    return min(length, text.count - place)
  }
}

extension Lexer {
  static func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= ascii("0") && byte <= ascii("9")
  }

  /// A letter, a digit or _.
  static func isWord(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return isDigit(byte) || byte == ascii("_") || (byte | 0x20 >= ascii("a") && byte | 0x20 <= ascii("z"))
  }

  /// The value of a hexadecimal digit.
  static func hexadecimal(_ byte: UInt8?) -> UInt32? {
    guard let byte else { return nil }
    switch byte {
    case ascii("0")...ascii("9"): return UInt32(byte - ascii("0"))
    case ascii("a")...ascii("f"): return UInt32(byte - ascii("a") + 10)
    case ascii("A")...ascii("F"): return UInt32(byte - ascii("A") + 10)
    default: return nil
    }
  }
}

func ascii(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: scalar.value) }
