extension ValueType {
  /// Reads a type as it is written in messages: `int`, `list(string)`, `map(string, dyn)`, `optional(int)`.
  ///
  /// Also under the names of the specification: `google.protobuf.Timestamp`, `optional_type(int)`.
  public init?(_ text: String) {
    guard let type = Self.read(Array(text.utf8.filter { $0 != UInt8(ascii: " ") })[...]) else { return nil }
    self = type
  }

  /// Types inside each other that are read.
  private static let maxDepth = 32

  private static func read(_ text: ArraySlice<UInt8>, depth: Int = 0) -> ValueType? {
    guard depth < maxDepth else { return nil }
    let open = text.firstIndex(of: UInt8(ascii: "("))
    guard let open else { return simple(String(decoding: text, as: UTF8.self)) }
    guard text.last == UInt8(ascii: ")") else { return nil }
    let name = String(decoding: text[..<open], as: UTF8.self)
    let inner = text[(open + 1)..<(text.endIndex - 1)]
    if name == "map" {
      guard let comma = topLevelComma(inner) else { return nil }
      guard let key = read(inner[..<comma], depth: depth + 1), let value = read(inner[(comma + 1)...], depth: depth + 1)
      else { return nil }
      return .map(key, value)
    }
    guard let part = read(inner, depth: depth + 1) else { return nil }
    switch name {
    case "list": return .list(part)
    case "optional", "optional_type": return .optional(part)
    case "type": return .type(part)
    default: return nil
    }
  }

  private static func simple(_ name: String) -> ValueType? {
    switch name {
    case "dyn": .dyn
    case "null", "null_type": .null
    case "bool": .bool
    case "int": .int
    case "uint": .uint
    case "double": .double
    case "string": .string
    case "bytes": .bytes
    case "timestamp", "google.protobuf.Timestamp": .timestamp
    case "duration", "google.protobuf.Duration": .duration
    case "list": .list(.dyn)
    case "map": .map(.dyn, .dyn)
    case "optional", "optional_type": .optional(.dyn)
    case "type": .type(.dyn)
    case "net.IP", "net.CIDR": .opaque(name)
    default: nil
    }
  }

  private static func topLevelComma(_ text: ArraySlice<UInt8>) -> Int? {
    var depth = 0
    return text.firstIndex { byte in
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      return byte == UInt8(ascii: ",") && depth == 0
    }
  }
}
