import PluginManifest

/// Decodes Codable types from a ConfigValue, and notes which names of its maps nobody asked for.
///
/// DecodingError carries the path of what is wrong; `unread` lists the paths of names that the type does not know.
final class ConfigDecoder {
  fileprivate var asked: Set<String> = []
  fileprivate var present: [(path: String, name: String)] = []

  init() {}

  func decode<T: Decodable>(_ type: T.Type, from value: ConfigValue) throws -> T {
    try Node(value: value, codingPath: [], decoder: self).decode(type)
  }

  /// Names that stood in a map and that no type read, as paths, in order.
  var unread: [String] { present.filter { !asked.contains($0.path) }.map(\.path) }

  /// A path as config keys are written: `components[0].options[1].type`.
  static func text(_ path: [any CodingKey]) -> String {
    path.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
  }
}

private struct IndexKey: CodingKey {
  var intValue: Int?
  var stringValue: String { "\(intValue ?? 0)" }
  init(_ index: Int) { intValue = index }
  init?(intValue: Int) { self.intValue = intValue }
  init?(stringValue: String) { return nil }
}

private struct Node: Decoder, SingleValueDecodingContainer {
  let value: ConfigValue
  let codingPath: [any CodingKey]
  let decoder: ConfigDecoder
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let entries) = value else { throw mismatch("a map") }
    for entry in entries {
      let path = ConfigDecoder.text(codingPath) + "." + entry.name
      decoder.present.append((path.hasPrefix(".") ? String(path.dropFirst()) : path, entry.name))
    }
    return KeyedDecodingContainer(Keyed(node: self, entries: entries))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let items) = value else { throw mismatch("a list") }
    return Unkeyed(node: self, items: items)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value == .null }
  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let result) = value else { throw mismatch("true or false") }
    return result
  }
  func decode(_ type: String.Type) throws -> String {
    guard case .string(let result) = value else { throw mismatch("a string") }
    return result
  }
  func decode(_ type: Double.Type) throws -> Double {
    switch value {
    case .int(let result): return Double(result)
    case .double(let result): return result
    default: throw mismatch("a number")
    }
  }
  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == ConfigValue.self, let whole = value as? T { return whole }
    return try T(from: self)
  }

  private func integer<T: FixedWidthInteger>() throws -> T {
    guard case .int(let whole) = value else { throw mismatch("a whole number from \(T.min) to \(T.max)") }
    guard let result = T(exactly: whole) else {
      let wanted = "should be a whole number from \(T.min) to \(T.max), not \(whole)"
      throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: wanted))
    }
    return result
  }

  func child(_ value: ConfigValue, _ key: any CodingKey) -> Node {
    Node(value: value, codingPath: codingPath + [key], decoder: decoder)
  }

  func mismatch(_ wanted: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "should be \(wanted), not \(value.kindInWords)"))
  }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let node: Node
  let entries: [ConfigValue.Entry]
  var codingPath: [any CodingKey] { node.codingPath }
  var allKeys: [Key] { entries.compactMap { Key(stringValue: $0.name) } }

  private func find(_ key: Key) -> ConfigValue? {
    node.decoder.asked.insert(ConfigDecoder.text(codingPath + [key]))
    return entries.first { $0.name == key.stringValue }?.value
  }
  private func value(_ key: Key) throws -> Node {
    guard let value = find(key) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "is missing"))
    }
    return node.child(value, key)
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { find(key).map { $0 == .null } ?? true }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).decode(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).decode(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).decode(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).decode(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).decode(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).decode(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).decode(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).decode(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).decode(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).decode(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).decode(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).decode(type) }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try value(key).decode(type) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try value(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try value(key).unkeyedContainer() }
  func superDecoder() throws -> any Decoder { node }
  func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

private struct Unkeyed: UnkeyedDecodingContainer {
  let node: Node
  let items: [ConfigValue]
  var currentIndex = 0
  var codingPath: [any CodingKey] { node.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  init(node: Node, items: [ConfigValue]) {
    self.node = node
    self.items = items
  }

  private mutating func next() throws -> Node {
    guard !isAtEnd else {
      throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "has too few elements"))
    }
    defer { currentIndex += 1 }
    return node.child(items[currentIndex], IndexKey(currentIndex))
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode(_ type: Bool.Type) throws -> Bool { try next().decode(type) }
  mutating func decode(_ type: String.Type) throws -> String { try next().decode(type) }
  mutating func decode(_ type: Double.Type) throws -> Double { try next().decode(type) }
  mutating func decode(_ type: Float.Type) throws -> Float { try next().decode(type) }
  mutating func decode(_ type: Int.Type) throws -> Int { try next().decode(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().decode(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().decode(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().decode(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().decode(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next().decode(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().decode(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().decode(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().decode(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().decode(type) }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }
  mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try next().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try next() }
}

extension ConfigValue {
  /// For messages: "a string", "a list".
  var kindInWords: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .int: "a whole number"
    case .double: "a number"
    case .string: "a string"
    case .list: "a list"
    case .map: "a map"
    }
  }
}
