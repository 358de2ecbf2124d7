import Expressions

/// Writes values in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), all with one
/// dictionary of keys.
struct VariantWriter {
  /// The dictionary: sorted names.
  private(set) var metadata: [UInt8] = []
  private var ids: [Text: Int] = [:]

  /// Knows the names of all fields in these values.
  init(keysOf values: [Value?]) {
    var names: Set<Text> = []
    for value in values { if let value { Self.collect(value, into: &names) } }
    let sorted = names.sorted()
    for (id, name) in sorted.enumerated() { ids[name] = id }
    let total = sorted.reduce(0) { $0 + $1.utf8.count }
    let width = Self.width(of: max(total, sorted.count))
    // Version 1, sorted, and the width of what follows.
    metadata = [0x11 | UInt8(width - 1) << 6]
    Self.put(sorted.count, width, into: &metadata)
    var end = 0
    Self.put(end, width, into: &metadata)
    for name in sorted {
      end += name.utf8.count
      Self.put(end, width, into: &metadata)
    }
    for name in sorted { metadata += name.utf8 }
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
    if items.count > mostElements { return "a list or a map of an event has at most \(mostElements) elements" }
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

  /// Lists and maps inside each other in a frame, and what one may hold, by rule 30 of docs/frames.md.
  private static let deepest = 64
  private static let mostElements = 65_536

  /// Appends a value. What Variant has no form for is written as text.
  func write(_ value: Value, into bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0)
    case .bool(let value): bytes.append(value ? 1 << 2 : 2 << 2)
    case .int(let value): writeInt(value, into: &bytes)
    case .uint(let value):
      if let int = Int64(exactly: value) {
        writeInt(int, into: &bytes)
      } else {
        // A decimal of 16 bytes without fraction.
        bytes += [10 << 2, 0]
        Self.put(value, into: &bytes)
        Self.put(UInt64(0), into: &bytes)
      }
    case .double(let value):
      bytes.append(7 << 2)
      Self.put(value.bitPattern, into: &bytes)
    case .string(let text): writeText(text.utf8, into: &bytes)
    case .bytes(let binary):
      bytes.append(15 << 2)
      Self.put(binary.count, 4, into: &bytes)
      bytes += binary
    case .timestamp(let time):
      if let total = time.total {
        bytes.append(18 << 2)
        Self.put(UInt64(bitPattern: total), into: &bytes)
      } else {
        writeText(Array(time.text.utf8), into: &bytes)
      }
    case .duration(let duration): writeText(Array(duration.text.utf8), into: &bytes)
    case .list(let items): writeList(items, into: &bytes)
    case .map(let map): writeMap(map, into: &bytes)
    case .optional(let optional): write(optional.value ?? .null, into: &bytes)
    case .type(let name): writeText(Array(name.rawValue.utf8), into: &bytes)
    case .network(let address): writeText(Array(address.text.utf8), into: &bytes)
    }
  }

  private func writeInt(_ value: Int64, into bytes: inout [UInt8]) {
    let (type, width): (UInt8, Int) =
      if Int8(exactly: value) != nil { (3, 1) } else if Int16(exactly: value) != nil {
        (4, 2)
      } else if Int32(exactly: value) != nil {
        (5, 4)
      } else { (6, 8) }
    bytes.append(type << 2)
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }

  private func writeText(_ text: [UInt8], into bytes: inout [UInt8]) {
    if text.count < 64 {
      bytes.append(UInt8(text.count) << 2 | 1)
    } else {
      bytes.append(16 << 2)
      Self.put(text.count, 4, into: &bytes)
    }
    bytes += text
  }

  private func writeList(_ items: [Value], into bytes: inout [UInt8]) {
    var body: [UInt8] = []
    var ends = [0]
    for item in items {
      write(item, into: &body)
      ends.append(body.count)
    }
    let width = Self.width(of: body.count)
    let isLarge = items.count > 255
    bytes.append(3 | UInt8(width - 1) << 2 | (isLarge ? 1 << 4 : 0))
    Self.put(items.count, isLarge ? 4 : 1, into: &bytes)
    for end in ends { Self.put(end, width, into: &bytes) }
    bytes += body
  }

  private func writeMap(_ map: ValueMap, into bytes: inout [UInt8]) {
    let fields = zip(map.keys, map.values).map { (id: ids[Self.name($0)]!, value: $1) }.sorted { $0.id < $1.id }
    var body: [UInt8] = []
    var ends = [0]
    for field in fields {
      write(field.value, into: &body)
      ends.append(body.count)
    }
    let width = Self.width(of: body.count)
    let idWidth = Self.width(of: max(ids.count - 1, 0))
    let isLarge = fields.count > 255
    bytes.append(2 | UInt8(width - 1) << 2 | UInt8(idWidth - 1) << 4 | (isLarge ? 1 << 6 : 0))
    Self.put(fields.count, isLarge ? 4 : 1, into: &bytes)
    for field in fields { Self.put(field.id, idWidth, into: &bytes) }
    for end in ends { Self.put(end, width, into: &bytes) }
    bytes += body
  }

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

  private static func width(of value: Int) -> Int { value < 1 << 8 ? 1 : value < 1 << 16 ? 2 : value < 1 << 24 ? 3 : 4 }

  private static func put(_ value: Int, _ width: Int, into bytes: inout [UInt8]) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }

  private static func put(_ value: UInt64, into bytes: inout [UInt8]) {
    for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
  }
}
