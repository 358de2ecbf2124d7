/// An aggregate as it is written, `fn(CEL, …)`, cut into its parts.
///
/// The cuts are those of the language: what stands in quotes, brackets and comments is not looked at. Whether the parts are
/// expressions is the host's affair.
public struct AggregateText: Sendable, Equatable {
  public let function: String
  /// Texts of the arguments, without the space around them.
  public let arguments: [String]

  /// Throws a sentence that tells the place, counted in bytes from 1.
  public init(_ text: String) throws(Mistake) {
    var cutter = Cutter(bytes: Array(text.utf8))
    (function, arguments) = try cutter.cut()
  }

  public struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
  }
}

private struct Cutter {
  let bytes: [UInt8]
  var at = 0

  mutating func cut() throws(AggregateText.Mistake) -> (String, [String]) {
    skipSpace()
    let start = at
    while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
    let name = String(decoding: bytes[start..<at], as: UTF8.self)
    if name.isEmpty { throw mistake("an aggregate is a function, such as count(), and none is named") }
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "(") else { throw mistake("'(' should follow '\(name)'") }
    at += 1
    let arguments = try self.arguments()
    skipSpace()
    if at < bytes.count { throw mistake("nothing may follow the call of '\(name)'") }
    return (name, arguments)
  }

  /// What stands before the closing bracket, which is taken too.
  private mutating func arguments() throws(AggregateText.Mistake) -> [String] {
    var found: [String] = []
    var start = at
    var open: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: ","), UInt8(ascii: ")"):
        if byte == UInt8(ascii: ","), !open.isEmpty { break }
        if byte == UInt8(ascii: ")"), let expected = open.popLast() {
          if expected != byte { throw mistake("'\(Unicode.Scalar(expected))' should stand here") }
          break
        }
        let argument = trimmed(start, at)
        if argument.isEmpty, byte == UInt8(ascii: ",") || !found.isEmpty { throw mistake("an argument is missing") }
        if !argument.isEmpty { found.append(argument) }
        start = at + 1
        if byte == UInt8(ascii: ")") {
          at += 1
          return found
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard open.popLast() == byte else { throw mistake("'\(Unicode.Scalar(byte))' closes nothing") }
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
        try skipText(byte, isRaw: isRaw(before: at))
        continue
      case UInt8(ascii: "/"):
        if at + 1 < bytes.count, bytes[at + 1] == byte {
          skipLine()
          continue
        }
      default: break
      }
      at += 1
    }
    throw mistake("')' is missing")
  }

  /// From a quote to behind the one that ends the text.
  private mutating func skipText(_ quote: UInt8, isRaw: Bool) throws(AggregateText.Mistake) {
    let isTriple = quote != UInt8(ascii: "`") && bytes[at...].starts(with: [quote, quote, quote])
    let end = [UInt8](repeating: quote, count: isTriple ? 3 : 1)
    at += end.count
    while at < bytes.count {
      if bytes[at...].starts(with: end) {
        at += end.count
        return
      }
      at += bytes[at] == UInt8(ascii: "\\") && !isRaw ? 2 : 1
    }
    at = bytes.count
    throw mistake("a text has no end")
  }

  /// True where `r` or `R`, and maybe `b`, stands before a quote, and is no part of a longer word.
  private func isRaw(before quote: Int) -> Bool {
    var start = quote
    while start > 0, Self.isWord(bytes[start - 1]) { start -= 1 }
    return (1...2).contains(quote - start) && bytes[start..<quote].contains { $0 | 0x20 == UInt8(ascii: "r") }
  }

  private mutating func skipSpace() {
    while at < bytes.count {
      if Self.isSpace(bytes[at]) {
        at += 1
      } else if bytes[at...].starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) {
        skipLine()
      } else {
        return
      }
    }
  }

  private mutating func skipLine() { while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 } }

  private func trimmed(_ start: Int, _ end: Int) -> String {
    let text = bytes[start..<end].drop(while: Self.isSpace)
    let last = text.lastIndex { !Self.isSpace($0) }
    return last.map { String(decoding: text[...$0], as: UTF8.self) } ?? ""
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || byte == UInt8(ascii: "_")
  }

  private func mistake(_ text: String) -> AggregateText.Mistake {
    AggregateText.Mistake(description: "\(text), at byte \(min(at, bytes.count) + 1)")
  }
}
