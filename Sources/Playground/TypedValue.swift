import Expressions
import Frames
import Kernels

/// Why a text is none of the notation; a sentence that names the member.
public struct NotationError: Error, Hashable, Sendable {
  public var message: String
  init(_ message: String) { self.message = message }
}

/// The notation of values in which nothing of their type is lost: `{"type": "uint", "value": 7}`.
enum TypedValue {
  /// The type of a name in the notation, or of the name that the language has for it.
  static func type(named name: String) -> TypeName? {
    TypeName(rawValue: name) ?? TypeName.allCases.first { $0.shortName == name }
  }

  static func read(_ json: VariantReader) throws(NotationError) -> Value {
    guard json.kind == .object else { throw NotationError("a value is an object with \"type\" and \"value\"") }
    let members = json.members
    for name in members.keys.sorted() where name != "type" && name != "value" {
      throw NotationError("'\(name)' is no part of a value; give \"type\" and \"value\"")
    }
    guard let written = members["type"], written.kind == .string else {
      throw NotationError("a value has no \"type\", or one that is no text")
    }
    guard let type = type(named: written.string.string) else {
      throw NotationError("'\(written.string)' is no type; give \(TypeName.allCases.map(\.shortName).joined(separator: ", "))")
    }
    guard let value = members["value"] else {
      if type == .null { return .null }
      throw NotationError("a value of the type \(type.shortName) has no \"value\"")
    }
    if let read = try read(value, as: type) { return read }
    throw NotationError("the value is no \(type.shortName): give \(form(of: type))")
  }

  /// An element of a list or map: typed, or plain JSON that is no object.
  private static func element(_ json: VariantReader) throws(NotationError) -> Value {
    switch json.kind {
    case .object: try read(json)
    case .array: .list(try elements(json))
    default: Value(json) ?? .null
    }
  }

  private static func elements(_ json: VariantReader) throws(NotationError) -> [Value] {
    var elements: [Value] = []
    for index in 0..<json.count { elements.append(try element(json[index])) }
    return elements
  }

  /// Nil when the JSON does not fit the type.
  private static func read(_ json: VariantReader, as type: TypeName) throws(NotationError) -> Value? {
    let text = json.kind == .string ? json.string : nil
    switch type {
    case .null: return json.kind == .null ? .null : nil
    case .bool: return json.bool.map { .bool($0) }
    case .int: return (json.int ?? text.flatMap { Int64($0.string) }).map { .int($0) }
    case .uint:
      if json.kind == .decimal, let decimal = json.decimal, decimal.scale <= 0 {
        return UInt64("\(decimal.significand)" + String(repeating: "0", count: -decimal.scale)).map { .uint($0) }
      }
      return (json.int.flatMap { UInt64(exactly: $0) } ?? text.flatMap { UInt64($0.string) }).map { .uint($0) }
    case .double: return double(json, text).map { .double($0) }
    case .string: return text.map { .string($0) }
    case .bytes: return text.flatMap { Base64.decode($0.utf8) }.map { .bytes($0) }
    case .timestamp: return text.flatMap { Timestamp($0) }.map { .timestamp($0) }
    case .duration: return text.flatMap { Duration($0) }.map { .duration($0) }
    case .type: return text.flatMap { self.type(named: $0.string) }.map { .type($0) }
    case .ip: return text.flatMap { NetworkValue($0) }.flatMap { $0.prefix == nil ? .network($0) : nil }
    case .cidr: return text.flatMap { NetworkValue($0) }.flatMap { $0.prefix == nil ? nil : .network($0) }
    case .optional: return .optional(json.kind == .null ? .none : OptionalValue(try element(json)))
    case .list: return json.kind == .array ? .list(try elements(json)) : nil
    case .map: return try map(json)
    }
  }

  private static func double(_ json: VariantReader, _ text: Text?) -> Double? {
    switch json.kind {
    case .int, .double: return json.double
    case .decimal: return json.nearestDouble
    default: break
    }
    switch text {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    // A number with more digits than a decimal holds comes as text.
    default: return text.flatMap { Double($0.string) }.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// A list of entries, or an object, whose names are the keys.
  private static func map(_ json: VariantReader) throws(NotationError) -> Value? {
    var map = ValueMap()
    if json.kind == .object {
      for (name, value) in json.members.sorted(by: { Text($0.key) < Text($1.key) }) {
        _ = map.insert(.string(Text(name)), try element(value))
      }
      return .map(map)
    }
    guard json.kind == .array else { return nil }
    for index in 0..<json.count {
      let entry = json[index].members
      guard let key = entry["key"], let value = entry["value"], entry.count == 2 else {
        throw NotationError("an entry of a map is an object with \"key\" and \"value\"")
      }
      guard let key = try element(key).asKey, map.insert(key, try element(value)) else {
        throw NotationError("a key of a map is a bool, an int, a uint or a string, and comes once")
      }
    }
    return .map(map)
  }

  private static func form(of type: TypeName) -> String {
    switch type {
    case .null: "null"
    case .bool: "true or false"
    case .int: "a whole number from -9223372036854775808 to 9223372036854775807"
    case .uint: "a whole number from 0 to 18446744073709551615"
    case .double: "a number, \"NaN\", \"Infinity\" or \"-Infinity\""
    case .string: "a text"
    case .bytes: "base64 in a text"
    case .timestamp: "a time of RFC 3339 such as \"2026-01-01T00:00:00Z\""
    case .duration: "a duration such as \"1.5s\" or \"1h30m\""
    case .type: "the name of a type"
    case .ip: "an address such as \"10.0.0.1\""
    case .cidr: "a range such as \"10.0.0.0/8\""
    case .optional: "null or a value"
    case .list: "a list of values"
    case .map: "a list of entries, each with \"key\" and \"value\", or an object"
    }
  }
}

extension Value {
  /// Nil of what no map can have as a key.
  fileprivate var asKey: Value? {
    switch self {
    case .bool, .int, .uint, .string: self
    default: nil
    }
  }
}
