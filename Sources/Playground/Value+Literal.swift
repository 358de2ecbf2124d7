import Expressions

extension Value {
  /// The value as an expression that gives it.
  public var literal: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)u"
    case .double(let value):
      value.isFinite ? "\(value)" : value.isNaN ? "double(\"NaN\")" : "double(\"\(value < 0 ? "-" : "")Infinity\")"
    case .exact(let number): number.text.string
    case .string(let value): Self.quoted(value)
    case .bytes(let value): Self.quoted(value)
    case .timestamp(let value): "timestamp(\"\(value.text)\")"
    case .duration(let value): "duration(\"\(value.text)\")"
    case .type(let value): value.rawValue
    case .network(let value): "\(value.prefix == nil ? "ip" : "cidr")(\"\(value.text)\")"
    case .optional(let value): value.value.map { "optional.of(\($0.literal))" } ?? "optional.none()"
    case .list(let values): "[" + values.map(\.literal).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + zip(map.keys, map.values).map { "\($0.literal): \($1.literal)" }.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: Text) -> String {
    var json = JsonText()
    json.quote(text)
    return json.string
  }

  private static func quoted(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "b\"") { text, byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\\(Character(Unicode.Scalar(byte)))"
      case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    } + "\""
  }
}
