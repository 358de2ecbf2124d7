import PluginManifest

/// Where JSON text stops being JSON, and why.
package struct JsonError: Error, Equatable, CustomStringConvertible {
  /// Both from 1; the column counts bytes.
  package var line: Int
  package var column: Int
  package var text: String
  package var description: String { "line \(line), column \(column): \(text)" }
}

/// Reads JSON text (RFC 8259) as a configuration value: names keep their order and may not repeat, whole numbers that fit stay
/// integers, nesting is bounded.
///
/// Not JSONDecoder: order and place are needed for messages, and a listing reads every manifest at every command.
package struct JsonReader {
  package static let depthLimit = 64

  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  package static func read(_ bytes: [UInt8]) throws(JsonError) -> ConfigValue {
    var reader = JsonReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.at < bytes.count { throw reader.error("more text after the end of the value") }
    return value
  }

  private mutating func value(depth: Int) throws(JsonError) -> ConfigValue {
    guard depth < Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels") }
    skipSpace()
    guard let byte = peek else { throw error("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return try map(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("no value can start with \(shown)")
    }
  }

  private mutating func map(depth: Int) throws(JsonError) -> ConfigValue {
    at += 1
    var entries: [ConfigValue.Entry] = []
    var names: Set<String> = []
    skipSpace()
    if take("}") { return .map(entries) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw error("a name in quotes should be here, not \(shown)") }
      let start = at
      let name = try string()
      guard names.insert(name).inserted else {
        at = start
        throw error("the name \(ConfigValue.quoted(name)) stands here twice")
      }
      skipSpace()
      guard take(":") else { throw error("':' should follow the name \(ConfigValue.quoted(name)), not \(shown)") }
      entries.append(.init(name, try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .map(entries) }
      guard take(",") else { throw error("',' or '}' should be here, not \(shown)") }
    }
  }

  private mutating func list(depth: Int) throws(JsonError) -> ConfigValue {
    at += 1
    var items: [ConfigValue] = []
    skipSpace()
    if take("]") { return .list(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .list(items) }
      guard take(",") else { throw error("',' or ']' should be here, not \(shown)") }
    }
  }

  private mutating func word(_ word: StaticString, _ value: ConfigValue) throws(JsonError) -> ConfigValue {
    let length = word.utf8CodeUnitCount
    guard at + length <= bytes.count, (0..<length).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] }) else {
      throw error("this should be \(word)")
    }
    at += length
    return value
  }

  private mutating func number() throws(JsonError) -> ConfigValue {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    var isWhole = true
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isWhole, let whole = Int64(text) { return .int(whole) }
    guard let number = Double(text), number.isFinite else {
      at = start
      throw error("\(text) is out of range")
    }
    return .double(number)
  }

  private mutating func digits() throws(JsonError) {
    let start = at
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { at += 1 }
    if at == start { throw error("a digit should be here, not \(shown)") }
  }

  private mutating func string() throws(JsonError) -> String {
    at += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else { throw error("the string is not UTF-8") }
        at += 1
        return valid
      case UInt8(ascii: "\\"):
        at += 1
        try escape(into: &text)
      case 0..<0x20: throw error("a control character in a string must be written as an escape")
      default:
        text.append(byte)
        at += 1
      }
    }
    throw error("the text ends inside a string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JsonError) {
    guard let byte = peek else { throw error("the text ends inside a string") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      at += 1
      var code = try hexadecimal()
      if 0xD800..<0xDC00 ~= code {
        guard take("\\"), take("u") else { throw error("half of a surrogate pair") }
        let low = try hexadecimal()
        guard 0xDC00..<0xE000 ~= low else { throw error("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
      text.append(contentsOf: UTF8.encode(scalar)!)
      return
    default: throw error("no escape is written \\\(shown)")
    }
    at += 1
  }

  private mutating func hexadecimal() throws(JsonError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw error("four hexadecimal digits should follow \\u") }
    var code: UInt32 = 0
    for byte in bytes[at..<at + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits should follow \\u")
      }
      code = code << 4 | UInt32(digit)
    }
    at += 4
    return code
  }

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  /// The byte at the cursor for a message.
  private var shown: String {
    guard let byte = peek else { return "the end of the text" }
    return 0x21..<0x7F ~= byte ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
  }

  private func error(_ text: String) -> JsonError {
    let before = bytes[..<min(at, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JsonError(line: line, column: column, text: text)
  }
}
