import PluginKit

/// A text that is one record of CSV (RFC 4180), of columns that are given.
struct CSVLine: LineParser {
  let fields: [MadeField]
  let isOpen = false
  let isTyped = false
  private let delimiter: UInt8
  private let quote = UInt8(ascii: "\"")

  init(columns: [String], delimiter: UInt8) {
    fields = columns.map { MadeField(name: $0, type: .string) }
    self.delimiter = delimiter
  }

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    var at = 0
    var column = 0
    while true {
      guard column < fields.count else { throw ParseFailure("it has more fields than there are columns", at: at) }
      row.cells[column] = at < text.count && text[at] == quote ? try quoted(text, &at, row.scratch) : try plain(text, &at)
      column += 1
      if at == text.count { break }
      guard text[at] == delimiter else { throw ParseFailure("something stands behind a closing quote", at: at) }
      at += 1
    }
    guard column == fields.count else { throw ParseFailure("it has fewer fields than there are columns", at: at) }
  }

  /// To the next delimiter.
  private func plain(_ text: Bytes, _ at: inout Int) throws(ParseFailure) -> Found {
    let start = at
    while at < text.count, text[at] != delimiter {
      if text[at] == quote { throw ParseFailure("a quote stands in a field without quotes around it", at: at) }
      at &+= 1
    }
    return at == start ? Found(kind: .null, offset: start) : .text(text.part(start, at), at: start)
  }

  /// To behind the closing quote; two quotes are one.
  private func quoted(_ text: Bytes, _ at: inout Int, _ scratch: Scratch) throws(ParseFailure) -> Found {
    let start = at + 1
    var end = start
    var doubled = 0
    while end < text.count {
      if text[end] == quote {
        guard end + 1 < text.count, text[end + 1] == quote else { break }
        doubled += 1
        end += 1
      }
      end &+= 1
    }
    guard end < text.count else { throw ParseFailure("a quote is not closed", at: at) }
    at = end + 1
    guard doubled > 0 else { return .text(text.part(start, end), at: start) }
    let room = scratch.take(end - start - doubled)
    var from = start
    for index in room.indices {
      room[index] = text[from]
      from += text[from] == quote ? 2 : 1
    }
    return .text(Bytes(room), at: start)
  }
}
