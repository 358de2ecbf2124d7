/// Finds the name and the arguments of an aggregate.
struct AggregateScanner {
  private let bytes: [UInt8]
  private var at = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private static let closing: [UInt8: UInt8] = [
    UInt8(ascii: "("): UInt8(ascii: ")"), UInt8(ascii: "["): UInt8(ascii: "]"), UInt8(ascii: "{"): UInt8(ascii: "}"),
  ]

  mutating func scan() throws(AggregateTextError) -> (name: AggregateText.Part, arguments: [AggregateText.Part]) {
    skipBlanks()
    let start = at
    while at < bytes.count, Self.isName(bytes[at]) { at += 1 }
    let name = part(start, at)
    skipBlanks()
    guard !name.text.isEmpty, at < bytes.count, bytes[at] == UInt8(ascii: "(") else {
      throw AggregateTextError("an aggregate is written as a function of an expression, such as 'sum(value)'", at: start)
    }
    let open = at
    at += 1
    var arguments: [AggregateText.Part] = []
    while true {
      let from = at
      try skipExpression(open)
      let argument = part(from, at)
      let isEnd = bytes[at] == UInt8(ascii: ")")
      guard !argument.text.isEmpty || (isEnd && arguments.isEmpty) else {
        throw AggregateTextError("an argument of '\(name.text)' is missing", at: at)
      }
      if !argument.text.isEmpty { arguments.append(argument) }
      at += 1
      if isEnd { break }
    }
    skipBlanks()
    guard at == bytes.count else {
      let rest = part(at, bytes.count).text
      throw AggregateTextError(
        "'\(rest)' follows the aggregate, which is one function; write what is to be aggregated into it", at: at)
    }
    return (name, arguments)
  }

  /// Stops at the comma or bracket that ends an argument.
  private mutating func skipExpression(_ open: Int) throws(AggregateTextError) {
    var brackets: [(byte: UInt8, at: Int)] = []
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): brackets.append((byte, at))
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard let last = brackets.popLast() else {
          if byte == UInt8(ascii: ")") { return }
          throw AggregateTextError("nothing opens this bracket", at: at)
        }
        if Self.closing[last.byte] != byte { throw AggregateTextError("this bracket is not closed", at: last.at) }
      case UInt8(ascii: ","): if brackets.isEmpty { return }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        try skipString()
        continue
      case UInt8(ascii: "/"):
        if at + 1 < bytes.count, bytes[at + 1] == byte {
          while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
          continue
        }
      default: break
      }
      at += 1
    }
    throw AggregateTextError("this bracket is not closed", at: brackets.last?.at ?? open)
  }

  /// A string in single or triple quotes; raw when an r stands before it.
  private mutating func skipString() throws(AggregateTextError) {
    let (start, quote) = (at, bytes[at])
    let isRaw = isRaw(start)
    let isTriple = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
    let length = isTriple ? 3 : 1
    at += length
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\\"), !isRaw {
        at += 2
      } else if bytes[at] == quote, !isTriple || (at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote) {
        at += length
        return
      } else {
        at += 1
      }
    }
    at = bytes.count
    throw AggregateTextError("this text does not end", at: start)
  }

  /// True for r"", rb"" and br"": the letters before the quote are the string's when they are not the end of a name.
  private func isRaw(_ quote: Int) -> Bool {
    var from = quote
    while from > 0, Self.isName(bytes[from - 1]) { from -= 1 }
    let prefix = bytes[from..<quote].map { $0 | 0x20 }
    return prefix.count <= 2 && prefix.contains(UInt8(ascii: "r"))
      && prefix.allSatisfy { $0 == UInt8(ascii: "r") || $0 == UInt8(ascii: "b") }
  }

  private mutating func skipBlanks() { while at < bytes.count, Self.isBlank(bytes[at]) { at += 1 } }

  /// Without the blanks around it.
  private func part(_ from: Int, _ to: Int) -> AggregateText.Part {
    var (from, to) = (from, to)
    while from < to, Self.isBlank(bytes[from]) { from += 1 }
    while to > from, Self.isBlank(bytes[to - 1]) { to -= 1 }
    return AggregateText.Part(text: String(decoding: bytes[from..<to], as: UTF8.self), offset: from)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  private static func isName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }
}
