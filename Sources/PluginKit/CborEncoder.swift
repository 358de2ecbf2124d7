/// Turns values that Swift can encode into CBOR.
enum CborEncoder {
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let slot = Slot()
    try slot.encode(value, at: [])
    return try slot.value([]).bytes
  }

  /// A value that is being encoded: empty at first, then what the type made of it.
  final class Slot {
    enum Content {
      case empty
      case value(CborValue)
      case array([Slot])
      case map([String: Slot])
    }

    var content = Content.empty

    func encode(_ value: some Encodable, at path: [any CodingKey]) throws {
      guard path.count < CborValue.depthLimit else {
        throw EncodingError.invalidValue(
          value, .init(codingPath: path, debugDescription: "it is nested deeper than \(CborValue.depthLimit)"))
      }
      if let number = value as? any BinaryInteger & Encodable {
        content = .value(try Self.integer(number, at: path))
      } else {
        try value.encode(to: SlotEncoder(slot: self, codingPath: path))
      }
    }

    static func integer(_ value: any BinaryInteger & Encodable, at path: [any CodingKey]) throws -> CborValue {
      guard let coded = CborValue.integer(value) else {
        throw EncodingError.invalidValue(value, .init(codingPath: path, debugDescription: "it has more than 64 bits"))
      }
      return coded
    }

    func append() -> Slot {
      var slots: [Slot] = []
      if case .array(let old) = content { slots = old }
      content = .empty
      let slot = Slot()
      slots.append(slot)
      content = .array(slots)
      return slot
    }

    func member(_ name: String) -> Slot {
      var members: [String: Slot] = [:]
      if case .map(let old) = content { members = old }
      content = .empty
      let slot = Slot()
      members[name] = slot
      content = .map(members)
      return slot
    }

    func value(_ path: [any CodingKey]) throws -> CborValue {
      switch content {
      // A type without members, or one that encodes nothing.
      case .empty: return .map([])
      case .value(let value): return value
      case .array(let slots): return .array(try slots.map { try $0.value(path) })
      case .map(let members): return .map(try members.map { ($0.key, try $0.value.value(path)) })
      }
    }
  }
}

private struct SlotEncoder: Encoder, SingleValueEncodingContainer {
  let slot: CborEncoder.Slot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .map = slot.content {} else { slot.content = .map([:]) }
    return KeyedEncodingContainer(Members<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .array = slot.content {} else { slot.content = .array([]) }
    return Elements(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() throws { slot.content = .value(.null) }
  func encode(_ value: Bool) throws { slot.content = .value(.bool(value)) }
  func encode(_ value: String) throws { slot.content = .value(.text(value)) }
  func encode(_ value: Double) throws { slot.content = .value(.double(value)) }
  func encode(_ value: Float) throws { slot.content = .value(.double(Double(value))) }
  func encode<T: Encodable>(_ value: T) throws { try slot.encode(value, at: codingPath) }

  func encode(_ value: Int) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: Int8) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: Int16) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: Int32) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: Int64) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: UInt) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: UInt8) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: UInt16) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: UInt32) throws { try slot.encode(value, at: codingPath) }
  func encode(_ value: UInt64) throws { try slot.encode(value, at: codingPath) }
}

/// The members of a map.
private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: CborEncoder.Slot
  let codingPath: [any CodingKey]

  private func member(_ key: Key) -> SlotEncoder {
    SlotEncoder(slot: slot.member(key.stringValue), codingPath: codingPath + [key])
  }

  func encodeNil(forKey key: Key) throws { try member(key).encodeNil() }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try member(key).encode(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
    member(key).container(keyedBy: Nested.self)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { SlotEncoder(slot: slot.member("super"), codingPath: codingPath) }
  func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

/// The elements of a list.
private struct Elements: UnkeyedEncodingContainer {
  let slot: CborEncoder.Slot
  let codingPath: [any CodingKey]

  var count: Int {
    if case .array(let slots) = slot.content { return slots.count }
    return 0
  }

  private func element() -> SlotEncoder {
    SlotEncoder(slot: slot.append(), codingPath: codingPath + [CborIndex(intValue: count)])
  }

  func encodeNil() throws { try element().encodeNil() }
  func encode<T: Encodable>(_ value: T) throws { try element().encode(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type) -> KeyedEncodingContainer<Nested> {
    element().container(keyedBy: Nested.self)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
  func superEncoder() -> any Encoder { element() }
}

/// The place of an element in a coding path.
struct CborIndex: CodingKey {
  let index: Int

  init(intValue: Int) { index = intValue }
  init?(stringValue: String) { nil }
  var intValue: Int? { index }
  var stringValue: String { "[\(index)]" }
}
