import Expressions

/// Writes JSON, byte by byte.
struct JsonText {
  private(set) var utf8: [UInt8] = []

  var string: String { String(decoding: utf8, as: UTF8.self) }

  /// Text that is JSON already.
  mutating func raw(_ text: String) { utf8 += text.utf8 }

  /// A text as it stands in a string literal, on one line.
  static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.steersTerminals) else { return text }
    var json = JsonText()
    json.quote(Text(text))
    return String(json.string.dropFirst().dropLast())
  }

  /// A string literal. Non-ASCII stays, but for what would end a line or steer a terminal.
  mutating func quote(_ text: Text) {
    utf8.append(UInt8(ascii: "\""))
    for scalar in text.string.unicodeScalars {
      switch scalar {
      case "\"": raw("\\\"")
      case "\\": raw("\\\\")
      case "\n": raw("\\n")
      case "\r": raw("\\r")
      case "\t": raw("\\t")
      default:
        if scalar.steersTerminals {
          let digits = String(scalar.value, radix: 16)
          raw("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        } else {
          utf8 += UTF8.encode(scalar)!
        }
      }
    }
    utf8.append(UInt8(ascii: "\""))
  }

  /// A value in the notation of cases, and the type that the checker found if it is asked for.
  mutating func write(_ value: Value, deduced: ValueType? = nil) {
    raw("{\"type\":\"\(value.typeName.shortName)\",\"value\":")
    writeBare(value)
    write(deduced)
    raw("}")
  }

  mutating func write(error: String, deduced: ValueType? = nil) {
    raw("{\"error\":")
    quote(Text(error))
    write(deduced)
    raw("}")
  }

  private mutating func write(_ deduced: ValueType?) {
    guard let deduced else { return }
    raw(",\"deduced\":")
    quote(Text("\(deduced)"))
  }

  /// What stands behind "value".
  private mutating func writeBare(_ value: Value) {
    switch value {
    case .null: raw("null")
    case .bool(let value): raw(value ? "true" : "false")
    case .int(let value): raw("\(value)")
    case .uint(let value): raw("\(value)")
    case .double(let value):
      if value.isFinite { raw("\(value)") } else { raw(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"") }
    case .exact(let number): raw(number.text.string)
    case .string(let value): quote(value)
    case .bytes(let value): quote(Text(utf8: Base64.encode(value)))
    case .timestamp(let value): quote(value.text)
    case .duration(let value): quote(value.text)
    case .type(let value): quote(Text(value.rawValue))
    case .network(let value): quote(value.text)
    case .optional(let value): if let value = value.value { write(value) } else { raw("null") }
    case .list(let values):
      raw("[")
      for (index, value) in values.enumerated() {
        if index > 0 { raw(",") }
        write(value)
      }
      raw("]")
    case .map(let map):
      raw("[")
      for (index, (key, value)) in zip(map.keys, map.values).enumerated() {
        raw(index > 0 ? ",{\"key\":" : "{\"key\":")
        write(key)
        raw(",\"value\":")
        write(value)
        raw("}")
      }
      raw("]")
    }
  }
}

extension Unicode.Scalar {
  /// Controls, separators of lines, and what turns the direction of text around: all below U+10000.
  var steersTerminals: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
