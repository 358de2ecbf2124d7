import Expressions
import Frames

/// Writes values of the language as variants, all over one dictionary of keys.
struct VariantWriter {
  /// The dictionary.
  let metadata: [UInt8]
  private var ids: [Text: UInt32] = [:]

  /// Knows the names of all fields in these values.
  init(keysOf values: [Value?]) {
    var names: Set<Text> = []
    for value in values { if let value { Self.collect(value, into: &names) } }
    let sorted = names.sorted()
    for (id, name) in sorted.enumerated() { ids[name] = UInt32(id) }
    metadata = VariantKeys.encoded(sorted.map { $0.utf8[...] })
  }

  /// Why no variant can hold a value, in a sentence; nil when one can.
  static func mistake(in value: Value) -> String? { mistake(in: value, depth: 1) }

  private static func mistake(in value: Value, depth: Int) -> String? {
    let items: [Value]
    switch value {
    case .list(let list): items = list
    case .map(let map):
      if let name = nameOfTwo(map.keys) { return "the keys of a map are texts in an event, and '\(name)' would be there twice" }
      items = map.values
    case .optional(let optional): return optional.value.flatMap { mistake(in: $0, depth: depth) }
    default: return nil
    }
    if items.count > VariantEncoder.maxMembers {
      return "a list or a map of an event has at most \(VariantEncoder.maxMembers) elements"
    }
    if depth > deepest { return "the lists and maps of an event are nested at most \(deepest) deep" }
    for item in items { if let found = mistake(in: item, depth: depth + 1) { return found } }
    return nil
  }

  /// What two keys of a map would be called alike.
  private static func nameOfTwo(_ keys: [Value]) -> Text? {
    if keys.allSatisfy({ if case .string = $0 { true } else { false } }) { return nil }
    var names: Set<Text> = []
    return keys.lazy.map(name).first { !names.insert($0).inserted }
  }

  /// Lists and maps inside each other in a frame, by rule 30 of docs/frames.md.
  private static let deepest = 64

  /// Appends a value without mistake. What a variant has no form for is written as text.
  func write(_ value: Value, into encoder: VariantEncoder) {
    switch value {
    case .null: encoder.putNull()
    case .bool(let value): encoder.put(value)
    case .int(let value): encoder.put(int: value)
    case .uint(let value):
      if let int = Int64(exactly: value) { encoder.put(int: int) } else { encoder.put(decimal: Int128(value), scale: 0) }
    case .double(let value): encoder.put(value)
    case .exact(let number): encoder.put(decimal: number.significand, scale: number.scale)
    case .string(let text): write(text, encoder)
    case .bytes(let binary): binary.withUnsafeBytes { encoder.put(binary: $0) }
    case .timestamp(let time): if let total = time.total { encoder.put(time: total) } else { write(time.text, encoder) }
    case .duration(let duration): write(duration.text, encoder)
    case .list(let items):
      let open = encoder.begin()
      for item in items { write(item, under: 0, encoder) }
      _ = encoder.endArray(open)
    case .map(let map):
      let open = encoder.begin()
      for (key, value) in zip(map.keys, map.values) { write(value, under: ids[Self.name(key)] ?? 0, encoder) }
      _ = encoder.endObject(open)
    case .optional(let optional): write(optional.value ?? .null, into: encoder)
    case .type(let name): write(Text(name.rawValue), encoder)
    case .network(let address): write(address.text, encoder)
    }
  }

  private func write(_ member: Value, under id: UInt32, _ encoder: VariantEncoder) {
    let start = encoder.count
    write(member, into: encoder)
    encoder.add(id, from: start)
  }

  private func write(_ text: Text, _ encoder: VariantEncoder) { text.utf8.withUnsafeBytes { encoder.put(text: $0) } }

  /// The name of a field: a text as it is, another key as text.
  private static func name(_ key: Value) -> Text {
    switch key {
    case .string(let text): text
    case .int(let value): Text(String(value))
    case .uint(let value): Text(String(value))
    case .bool(let value): Text(value ? "true" : "false")
    default: Text("")
    }
  }

  private static func collect(_ value: Value, into names: inout Set<Text>) {
    switch value {
    case .list(let items): for item in items { collect(item, into: &names) }
    case .map(let map):
      for (key, value) in zip(map.keys, map.values) {
        names.insert(name(key))
        collect(value, into: &names)
      }
    case .optional(let optional): if let value = optional.value { collect(value, into: &names) }
    default: break
    }
  }
}
