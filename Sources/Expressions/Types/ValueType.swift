/// A type of the language.
///
/// `dyn` is known at run time only. A parameter stands for one type in the signature of a function.
public indirect enum ValueType: Hashable, Sendable {
  case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration
  case list(ValueType)
  case map(ValueType, ValueType)
  case optional(ValueType)
  /// The type of a type.
  case type(ValueType)
  /// A type of an extension that has values but no literals, under its name (`net.IP`, `net.CIDR`), and what it is made of.
  case opaque(String, [ValueType] = [])
  case parameter(String)
}

extension ValueType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let value): "optional(\(value))"
    case .type(let type): "type(\(type))"
    case .opaque(let name, let parts): parts.isEmpty ? name : "\(name)(\(parts.map(\.description).joined(separator: ", ")))"
    case .parameter(let name): name
    }
  }

  /// With the article that a sentence needs.
  var withArticle: String {
    switch self {
    case .null: "null"
    case .int, .optional: "an \(self)"
    case .opaque("net.IP", _): "an IP address"
    case .opaque("net.CIDR", _): "a range of addresses"
    default: "a \(self)"
    }
  }

  var isNumber: Bool { self == .int || self == .uint || self == .double }

  static let address = ValueType.opaque("net.IP")
  static let addresses = ValueType.opaque("net.CIDR")
}
