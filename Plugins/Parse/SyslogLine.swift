import PluginKit

/// A message of syslog, as of RFC 5424 or, when no version follows the priority, RFC 3164 and what is written in its spirit.
struct SyslogLine: LineParser {
  private enum Cell: Int, CaseIterable {
    case facility, severity, version, timestamp, hostname, appname, procid, msgid, structuredData, message
  }

  let fields: [MadeField] = Cell.allCases.map { cell in
    switch cell {
    case .timestamp: MadeField(name: "timestamp", type: .time)
    case .version: MadeField(name: "version", type: .int)
    case .structuredData: MadeField(name: "structured_data", type: .variant)
    default: MadeField(name: "\(cell)", type: .string)
    }
  }
  let isOpen = false
  let isTyped = false
  /// Times of the older form have no year.
  let usesReference = true
  var defaults: TimeDefaults

  private static let facilities: [StaticString] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit",
    "alert",
    "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
  ]
  private static let severities: [StaticString] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    defaults.reference = row.reference
    var at = 0
    let hasPriority = try priority(text, &at, row)
    if hasPriority, try version(text, &at, row) {
      try current(text, &at, row)
    } else {
      try old(text, &at, row)
    }
  }

  private func set(_ cell: Cell, _ row: FoundRow, _ bytes: Bytes, at offset: Int) {
    row.cells[cell.rawValue] = .text(bytes, at: offset)
  }

  /// `<34>`, which lines of a file may lack.
  private func priority(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) -> Bool {
    guard TimeText.take("<", text, &at) else { return false }
    let start = at
    guard let value = TimeText.number(text, &at, most: 3), value < 192, at == start + 1 || text[start] != 0x30,
      TimeText.take(">", text, &at)
    else { throw ParseFailure("the priority is none from 0 to 191", at: 0) }
    set(.facility, row, Bytes(Self.facilities[value / 8]), at: 0)
    set(.severity, row, Bytes(Self.severities[value % 8]), at: 0)
    return true
  }

  /// `1 ` behind the priority.
  private func version(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) -> Bool {
    var end = at
    guard let number = TimeText.number(text, &end, most: 3), number > 0, TimeText.take(" ", text, &end) else { return false }
    guard number == 1 else { throw ParseFailure("the version is not 1", at: at) }
    set(.version, row, text.part(at, end - 1), at: at)
    at = end
    return true
  }

  // MARK: RFC 5424

  private func current(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) {
    let start = at
    let time = try word(text, &at)
    if let time {
      guard let value = TimeText.rfc3339(time) else { throw ParseFailure("the time is none of RFC 3339", at: start) }
      row.cells[Cell.timestamp.rawValue] = Found(kind: .time, bytes: time, integer: value, offset: start)
    }
    for cell in [Cell.hostname, .appname, .procid, .msgid] {
      let from = at
      if let found = try word(text, &at) { set(cell, row, found, at: from) }
    }
    let from = at
    if let data = try StructuredData.json(text, &at, row.scratch) {
      row.cells[Cell.structuredData.rawValue] = Found(kind: .container, bytes: data, offset: from)
    }
    guard at < text.count else { return }
    guard TimeText.take(" ", text, &at) else { throw ParseFailure("no blank stands behind the structured data", at: at) }
    // A byte order mark says that the message is UTF-8, which it is.
    if at + 3 <= text.count, text.part(at, at + 3).isSame(as: Bytes("\u{FEFF}")) { at += 3 }
    if at < text.count { set(.message, row, text.part(at, text.count), at: at) }
  }

  /// A word and the blank behind it; nil for a hyphen.
  private func word(_ text: Bytes, _ at: inout Int) throws(ParseFailure) -> Bytes? {
    let start = at
    while at < text.count, text[at] != 0x20 { at &+= 1 }
    guard at > start else { throw ParseFailure("a word is missing", at: at) }
    let word = text.part(start, at)
    guard TimeText.take(" ", text, &at) else { throw ParseFailure("it ends too early", at: at) }
    return word.isSame(as: Bytes("-")) ? nil : word
  }

  // MARK: RFC 3164

  private func old(_ text: Bytes, _ at: inout Int, _ row: FoundRow) throws(ParseFailure) {
    let start = at
    var time = TimeText.syslog(text, &at, defaults)
    if time == nil {
      at = start
      time = TimeText.rfc3339(text, &at)
    }
    guard let time, at == text.count || text[at] == 0x20 || text[at] == UInt8(ascii: ":") else {
      throw ParseFailure("no time stands behind the priority", at: start)
    }
    row.cells[Cell.timestamp.rawValue] = Found(kind: .time, bytes: text.part(start, at), integer: time, offset: start)
    _ = TimeText.take(":", text, &at)
    skipBlanks(text, &at)
    host(text, &at, row)
    tag(text, &at, row)
    if at < text.count { set(.message, row, text.part(at, text.count), at: at) }
  }

  private func skipBlanks(_ text: Bytes, _ at: inout Int) { while at < text.count, text[at] == 0x20 { at += 1 } }

  /// The first word, unless it is a tag already.
  private func host(_ text: Bytes, _ at: inout Int, _ row: FoundRow) {
    var end = at
    while end < text.count, text[end] != 0x20 { end += 1 }
    guard end > at, text[end - 1] != UInt8(ascii: ":"), text[end - 1] != UInt8(ascii: "]") else { return }
    set(.hostname, row, text.part(at, end), at: at)
    at = end
    skipBlanks(text, &at)
  }

  /// `name[id]:` or `name:`; without the colon or the bracket all is message.
  private func tag(_ text: Bytes, _ at: inout Int, _ row: FoundRow) {
    let start = at
    var end = at
    while end < text.count, text[end] > 0x20, text[end] != UInt8(ascii: ":"), text[end] != UInt8(ascii: "[") { end += 1 }
    guard end > start, end < text.count, text[end] != 0x20 else { return }
    let name = text.part(start, end)
    var id: Bytes?
    let idAt = end + 1
    if text[end] == UInt8(ascii: "[") {
      while end < text.count, text[end] != 0x20, text[end] != UInt8(ascii: "]") { end += 1 }
      guard end < text.count, text[end] == UInt8(ascii: "]") else { return }
      id = text.part(idAt, end)
      end += 1
      guard end == text.count || text[end] == UInt8(ascii: ":") || text[end] == 0x20 else { return }
    }
    if end < text.count, text[end] == UInt8(ascii: ":") { end += 1 }
    // `key:value` is no tag.
    guard end == text.count || text[end] == 0x20 else { return }
    set(.appname, row, name, at: start)
    if let id, !id.isEmpty { set(.procid, row, id, at: idAt) }
    at = end
    skipBlanks(text, &at)
  }
}

/// Structured data of RFC 5424 as JSON: `[id name="value"]` is `{"id":{"name":"value"}}`.
enum StructuredData {
  /// Passes the data; nil for a hyphen.
  static func json(_ text: Bytes, _ at: inout Int, _ scratch: Scratch) throws(ParseFailure) -> Bytes? {
    if TimeText.take("-", text, &at) { return nil }
    guard at < text.count, text[at] == UInt8(ascii: "[") else {
      throw ParseFailure("neither structured data nor a hyphen", at: at)
    }
    let end = try end(text, at)
    // What grows most: a control character of a value, to six bytes; brackets and blanks become at most eight.
    var out = Writer(room: scratch.take(8 * (end - at) + 8))
    out.put("{")
    while at < end {
      if out.count > 1 { out.put(",") }
      at += 1
      out.name(text, &at)
      out.put("{")
      var isFirst = true
      while text[at] == 0x20 {
        at += 1
        if !isFirst { out.put(",") }
        isFirst = false
        out.name(text, &at)
        // The equals sign and the quote.
        at += 2
        out.put("\"")
        while text[at] != UInt8(ascii: "\"") { out.character(text, &at) }
        at += 1
        out.put("\"")
      }
      out.put("}")
      at += 1
    }
    out.put("}")
    return scratch.shrink(out.room, to: out.count)
  }

  /// Checks the elements and gives their end.
  private static func end(_ text: Bytes, _ from: Int) throws(ParseFailure) -> Int {
    var at = from
    func isName(_ byte: UInt8) -> Bool {
      byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "\"")
    }
    func name() throws(ParseFailure) {
      let start = at
      while at < text.count, isName(text[at]) { at += 1 }
      if at == start { throw ParseFailure("structured data lacks a name", at: at) }
    }
    while TimeText.take("[", text, &at) {
      try name()
      while TimeText.take(" ", text, &at) {
        try name()
        guard TimeText.take("=", text, &at), TimeText.take("\"", text, &at) else {
          throw ParseFailure("a name of structured data has no value in quotes", at: at)
        }
        while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        guard at < text.count else { throw ParseFailure("a quote is not closed", at: text.count) }
        at += 1
      }
      guard TimeText.take("]", text, &at) else { throw ParseFailure("a bracket of structured data is not closed", at: at) }
    }
    return at
  }

  private struct Writer {
    let room: UnsafeMutableRawBufferPointer
    var count = 0

    init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func put(_ byte: UInt8) {
      room[count] = byte
      count += 1
    }

    mutating func put(_ scalar: Unicode.Scalar) { put(UInt8(ascii: scalar)) }

    /// A name in quotes, and a colon.
    mutating func name(_ text: Bytes, _ at: inout Int) {
      put("\"")
      while text[at] != 0x20, text[at] != UInt8(ascii: "="), text[at] != UInt8(ascii: "]") {
        if text[at] == UInt8(ascii: "\\") { put("\\") }
        put(text[at])
        at += 1
      }
      put("\"")
      put(":")
    }

    /// One byte of a value; a backslash stands before a quote, a backslash or a bracket, and is itself before anything else.
    mutating func character(_ text: Bytes, _ at: inout Int) {
      var byte = text[at]
      if byte == UInt8(ascii: "\\"), let next = Self.escaped(text[at + 1]) {
        byte = next
        at += 1
      }
      at += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        put("\\")
        put(byte)
      case 0..<0x20:
        for scalar in ["\\", "u", "0", "0"] as [Unicode.Scalar] { put(scalar) }
        let digits = Bytes("0123456789abcdef")
        put(digits[Int(byte >> 4)])
        put(digits[Int(byte & 15)])
      default: put(byte)
      }
    }

    private static func escaped(_ byte: UInt8) -> UInt8? {
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "]") ? byte : nil
    }
  }
}
