import PluginKit

/// A line of a web server's access log: the common format, or the combined one, which adds referrer and agent.
///
/// `host identity user [time] "request" status size "referrer" "agent"`; a hyphen stands for what is not known.
struct AccessLine: LineParser {
  private enum Cell: Int, CaseIterable {
    case client, identity, user, timestamp, method, path, `protocol`, request, status, size, referrer, agent
  }

  let fields: [MadeField] = Cell.allCases.map { cell in
    switch cell {
    case .timestamp: MadeField(name: "timestamp", type: .time)
    case .status, .size: MadeField(name: "\(cell)", type: .int)
    default: MadeField(name: "\(cell)", type: .string)
    }
  }
  let isOpen = false
  let isTyped = false

  private static let hyphen = UInt8(ascii: "-")

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    var at = 0
    set(.client, row, try word(text, &at))
    set(.identity, row, try word(text, &at))
    try user(text, &at, row)
    try time(text, &at, row)
    try request(text, &at, row)
    let status = try word(text, &at)
    guard status.bytes.count == 3, Digits.number(status.bytes, 0, 3) != nil else {
      throw ParseFailure("the status is no number of three digits", at: status.offset)
    }
    set(.status, row, status)
    let size = try word(text, &at, isLast: true)
    guard size.bytes.isSame(as: Bytes("-")) || size.bytes.allSatisfy(Digits.isDigit) else {
      throw ParseFailure("the size is no number", at: size.offset)
    }
    set(.size, row, size)
    if at == text.count { return }
    set(.referrer, row, try quoted(text, &at, row.scratch))
    try blank(text, &at)
    set(.agent, row, try quoted(text, &at, row.scratch))
    guard at == text.count else { throw ParseFailure("something stands behind the agent", at: at) }
  }

  private func set(_ cell: Cell, _ row: FoundRow, _ value: Found) {
    if value.bytes.count == 1, value.bytes[0] == Self.hyphen { return }
    row.cells[cell.rawValue] = value
  }

  private func blank(_ text: Bytes, _ at: inout Int) throws(ParseFailure) {
    guard TimeText.take(" ", text, &at) else { throw ParseFailure("a blank is missing", at: at) }
  }

  /// To the next blank, and behind it.
  private func word(_ text: Bytes, _ at: inout Int, isLast: Bool = false) throws(ParseFailure) -> Found {
    let start = at
    while at < text.count, text[at] != 0x20 { at &+= 1 }
    let end = at
    guard end > start else { throw ParseFailure("a word is missing", at: at) }
    if at < text.count || !isLast { try blank(text, &at) }
    return .text(text.part(start, end), at: start)
  }

  /// A name may have blanks: it ends before the bracket.
  private func user(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) {
    let start = at
    while at + 1 < text.count, text[at] != 0x20 || text[at + 1] != UInt8(ascii: "[") { at &+= 1 }
    guard at + 1 < text.count, at > start else { throw ParseFailure("no time in brackets", at: start) }
    set(.user, row, .text(text.part(start, at), at: start))
    at += 1
  }

  private func time(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) {
    let start = at + 1
    while at < text.count, text[at] != UInt8(ascii: "]") { at &+= 1 }
    guard at < text.count else { throw ParseFailure("the bracket of the time is not closed", at: start - 1) }
    let bytes = text.part(start, at)
    guard let time = TimeText.access(bytes) ?? TimeText.rfc3339(bytes) else {
      throw ParseFailure("what stands in the brackets is no time", at: start)
    }
    row.cells[Cell.timestamp.rawValue] = Found(kind: .time, bytes: bytes, integer: time, offset: start)
    at += 1
    try blank(text, &at)
  }

  /// `"GET /path HTTP/1.1"`, taken apart; what is no method, path and protocol stays whole.
  private func request(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) {
    let whole = try quoted(text, &at, row.scratch)
    try blank(text, &at)
    let bytes = whole.bytes
    guard let first = bytes.firstIndex(of: 0x20), let last = bytes.lastIndex(of: 0x20), first > 0, last > first + 1,
      last + 1 < bytes.count, bytes.part(0, first).allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A })
    else { return set(.request, row, whole) }
    set(.method, row, .text(bytes.part(0, first), at: whole.offset))
    set(.path, row, .text(bytes.part(first + 1, last), at: whole.offset + first + 1))
    set(.protocol, row, .text(bytes.part(last + 1, bytes.count), at: whole.offset + last + 1))
  }

  /// To behind the closing quote; a backslash stands before a quote or a backslash, other escapes stay as they are.
  private func quoted(_ text: Bytes, _ at: inout Int, _ scratch: Scratch) throws(ParseFailure) -> Found {
    guard TimeText.take("\"", text, &at) else { throw ParseFailure("a quote is missing", at: at) }
    let start = at
    var escapes = 0
    while at < text.count, text[at] != UInt8(ascii: "\"") {
      if text[at] == UInt8(ascii: "\\"), at + 1 < text.count {
        escapes += 1
        at += 1
      }
      at &+= 1
    }
    guard at < text.count else { throw ParseFailure("a quote is not closed", at: start - 1) }
    at += 1
    let bytes = text.part(start, at - 1)
    guard escapes > 0 else { return .text(bytes, at: start) }
    let room = scratch.take(bytes.count)
    var count = 0
    var from = 0
    while from < bytes.count {
      if bytes[from] == UInt8(ascii: "\\"), bytes[from + 1] == UInt8(ascii: "\"") || bytes[from + 1] == UInt8(ascii: "\\") {
        from += 1
      }
      room[count] = bytes[from]
      count += 1
      from += 1
    }
    return .text(scratch.shrink(room, to: count), at: start)
  }
}
