/// Turns CBOR, as `CborEncoder` writes it, into values that Swift can decode.
enum CborDecoder {
  static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
    do {
      return try ValueDecoder(value: try CborReader.read(bytes), codingPath: []).decode(type)
    } catch let problem as CborReader.Problem {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: problem.text))
    }
  }

  /// What is wrong, and where.
  static func sentence(_ error: DecodingError) -> String {
    let context =
      switch error {
      case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
        .valueNotFound(_, let context):
        context
      @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
      }
    let path = context.codingPath.map { $0.intValue == nil ? $0.stringValue : "[\($0.intValue!)]" }.joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
  }
}

private struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let value: CborValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    let found =
      switch value {
      case .null: "nothing"
      case .bool: "true or false"
      case .unsigned, .negative: "an integer"
      case .double: "a double"
      case .text: "a text"
      case .array: "a list"
      case .map: "a map"
      }
    return .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "\(found) stands where \(wanted) belongs"))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let members) = value else { throw mismatch(type, "a map") }
    // Names are unique: the reader refuses others.
    return KeyedDecodingContainer(
      MemberReader<Key>(members: Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let values) = value else { throw mismatch([Any].self, "a list") }
    return ElementReader(values: values, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let found) = value else { throw mismatch(type, "true or false") }
    return found
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .text(let found) = value else { throw mismatch(type, "a text") }
    return found
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard case .double(let found) = value else { throw mismatch(type, "a double") }
    return found
  }

  func decode(_ type: Float.Type) throws -> Float {
    let found = try decode(Double.self)
    let narrow = Float(found)
    guard found.isNaN || Double(narrow) == found else { throw mismatch(type, "a float") }
    return narrow
  }

  private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    let found: T? =
      switch value {
      case .unsigned(let word): T(exactly: word)
      case .negative(let word): T(exactly: word)
      default: nil
      }
    guard let found else { throw mismatch(type, "an integer from \(T.min) to \(T.max)") }
    return found
  }

  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }
}

/// The members of a map.
private struct MemberReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [String: CborValue]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

  private func member(_ key: Key) throws -> ValueDecoder {
    guard let value = members[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "the member '\(key.stringValue)' is missing"))
    }
    return ValueDecoder(value: value, codingPath: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try member(key).decode(type) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
    try member(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try member(key).unkeyedContainer() }
  func superDecoder() throws -> any Decoder {
    ValueDecoder(value: members["super"] ?? .null, codingPath: codingPath)
  }
  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// The elements of a list, one after the other.
private struct ElementReader: UnkeyedDecodingContainer {
  let values: [CborValue]
  let codingPath: [any CodingKey]
  var currentIndex = 0

  var count: Int? { values.count }
  var isAtEnd: Bool { currentIndex >= values.count }

  private mutating func element() throws -> ValueDecoder {
    let path = codingPath + [CborIndex(intValue: currentIndex)]
    guard currentIndex < values.count else {
      throw DecodingError.valueNotFound(Any.self, .init(codingPath: path, debugDescription: "the list ends too early"))
    }
    defer { currentIndex += 1 }
    return ValueDecoder(value: values[currentIndex], codingPath: path)
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, values[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try element().decode(type) }
  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
    try element().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try element().unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try element() }
}
