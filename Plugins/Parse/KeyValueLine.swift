import Glibc
import PluginKit

/// A text of pairs such as `level=info msg="it began"`, known as logfmt. A word without a value is true.
struct KeyValueLine: LineParser {
  let fields: [MadeField] = []
  let isOpen = true
  let isTyped = false
  /// Between pairs; empty stands for blanks.
  private let delimiter: [UInt8]
  /// Between a name and its value.
  private let separator: [UInt8]

  private static let quote = UInt8(ascii: "\"")

  init(delimiter: String?, separator: String) {
    self.delimiter = delimiter.map { $0 == " " ? [] : Array($0.utf8) } ?? []
    self.separator = Array(separator.utf8)
  }

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    var at = 0
    var pairs = 0
    while true {
      skipBetween(text, &at)
      guard at < text.count else { break }
      let start = at
      let name: Bytes
      if text[at] == Self.quote {
        name = try quoted(text, &at, row.scratch)
      } else {
        while at < text.count, !isDelimiter(text, at), !stands(separator, text, at) { at &+= 1 }
        name = text.part(start, at).trimmed
      }
      if name.isEmpty { throw ParseFailure("a value has no name", at: start) }
      guard stands(separator, text, at) else {
        guard at == text.count || isDelimiter(text, at) else { throw Self.behindQuote(at) }
        row.set(name, Found(kind: .bool, bytes: Bytes("true"), integer: 1, offset: start))
        continue
      }
      at += separator.count
      row.set(name, try value(text, &at, row.scratch))
      pairs += 1
    }
    if pairs == 0 { throw ParseFailure("it has no name with a value", at: 0) }
  }

  private static func behindQuote(_ at: Int) -> ParseFailure { ParseFailure("something stands behind a closing quote", at: at) }

  private func value(_ text: Bytes, _ at: inout Int, _ scratch: Scratch) throws(ParseFailure) -> Found {
    if !delimiter.isEmpty { skipBlanks(text, &at) }
    let start = at
    if at < text.count, text[at] == Self.quote {
      let value = try quoted(text, &at, scratch)
      if !delimiter.isEmpty { skipBlanks(text, &at) }
      guard at == text.count || isDelimiter(text, at) else { throw Self.behindQuote(at) }
      return .text(value, at: start)
    }
    while at < text.count, !isDelimiter(text, at) { at &+= 1 }
    return .text(text.part(start, at).trimmed, at: start)
  }

  @inline(__always)
  private func stands(_ mark: [UInt8], _ text: Bytes, _ at: Int) -> Bool {
    guard at + mark.count <= text.count, text[at] == mark[0] else { return false }
    for index in mark.indices.dropFirst() where text[at + index] != mark[index] { return false }
    return true
  }

  @inline(__always)
  private func isDelimiter(_ text: Bytes, _ at: Int) -> Bool {
    delimiter.isEmpty ? text[at] == 0x20 || text[at] == 0x09 : stands(delimiter, text, at)
  }

  private func skipBlanks(_ text: Bytes, _ at: inout Int) {
    while at < text.count, text[at] == 0x20 || text[at] == 0x09 { at += 1 }
  }

  private func skipBetween(_ text: Bytes, _ at: inout Int) {
    skipBlanks(text, &at)
    guard !delimiter.isEmpty else { return }
    while at < text.count, stands(delimiter, text, at) {
      at += delimiter.count
      skipBlanks(text, &at)
    }
  }

  /// To behind the closing quote. A backslash stands before a quote, a backslash, or the letter of a control character; before
  /// anything else it is itself.
  private func quoted(_ text: Bytes, _ at: inout Int, _ scratch: Scratch) throws(ParseFailure) -> Bytes {
    let start = at + 1
    var end = start
    var escapes = 0
    while end < text.count, text[end] != Self.quote {
      if text[end] == UInt8(ascii: "\\") {
        escapes += 1
        end += 1
      }
      end &+= 1
    }
    guard end < text.count else { throw ParseFailure("a quote is not closed", at: at) }
    at = end + 1
    guard escapes > 0 else { return text.part(start, end) }
    let room = scratch.take(end - start)
    var count = 0
    var from = start
    while from < end {
      var byte = text[from]
      from += 1
      if byte == UInt8(ascii: "\\") {
        if let meant = Self.meant(text[from]) {
          byte = meant
          from += 1
        }
      }
      room[count] = byte
      count += 1
    }
    return scratch.shrink(room, to: count)
  }

  private static func meant(_ letter: UInt8) -> UInt8? {
    switch letter {
    case quote, UInt8(ascii: "\\"): letter
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }
}
