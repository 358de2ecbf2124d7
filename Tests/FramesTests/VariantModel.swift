import TestSupport

/// A variant as a test thinks of it, with an encoder and a decoder of its own.
indirect enum VariantModel {
  case null
  case int(Int32)
  case string(String)
  case array([VariantModel])
  /// Members in the order of their keys.
  case object([(key: String, value: VariantModel)])

  static func random(depth: Int, vocabulary: Int, using random: inout SplitMix) -> VariantModel {
    switch random.below(depth > 0 ? 6 : 3) {
    case 0: return .null
    case 1: return .int(Int32(truncatingIfNeeded: Int(random.next() & 0xFFFF)))
    case 2: return .string(String(repeating: "é", count: random.below(100)))
    case 3:
      let count = random.below(30) == 0 ? 300 : random.below(5)
      return .array((0..<count).map { _ in Self.random(depth: depth - 2, vocabulary: vocabulary, using: &random) })
    default:
      let keys = Set((0..<random.below(6)).map { _ in "key\(random.below(vocabulary))" })
      return .object(
        keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
          .map { ($0, Self.random(depth: depth - 1, vocabulary: vocabulary, using: &random)) })
    }
  }

  /// Every key in it.
  var keys: [String] {
    switch self {
    case .array(let items): items.flatMap(\.keys)
    case .object(let members): members.flatMap { [$0.key] + $0.value.keys }
    default: []
    }
  }

  var text: String {
    switch self {
    case .null: "null"
    case .int(let value): "\(value)"
    case .string(let value): "'\(value)'"
    case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
    case .object(let members): "{" + members.map { "\($0.key):\($0.value.text)" }.joined(separator: ",") + "}"
    }
  }

  // MARK: Bytes

  /// The key dictionary of sorted keys, with offsets of four bytes.
  static func metadata(_ keys: [String]) -> [UInt8] {
    var ends: [Int] = [0]
    for key in keys { ends.append(ends[ends.count - 1] + key.utf8.count) }
    return [0xD1] + little(keys.count) + ends.flatMap(little) + keys.flatMap { Array($0.utf8) }
  }

  /// The value over sorted keys: numbers of keys in two bytes, offsets in four, children in reverse order.
  func encoded(_ keys: [String]) -> [UInt8] {
    switch self {
    case .null: return [0]
    case .int(let value): return [5 << 2] + Self.little(Int(value))
    case .string(let value):
      let utf8 = Array(value.utf8)
      return utf8.count < 64 ? [UInt8(utf8.count << 2 | 1)] + utf8 : [16 << 2] + Self.little(utf8.count) + utf8
    case .array(let items): return Self.container(items.map { $0.encoded(keys) }, ids: nil)
    case .object(let members):
      let ids = members.map { member in keys.firstIndex(of: member.key)! }
      return Self.container(members.map { $0.value.encoded(keys) }, ids: ids)
    }
  }

  private static func container(_ children: [[UInt8]], ids: [Int]?) -> [UInt8] {
    let head: UInt8 = ids == nil ? (0b111 << 2 | 3) : (0b1_0111 << 2 | 2)
    let total = children.reduce(0) { $0 + $1.count }
    var bytes = [head] + little(children.count)
    for id in ids ?? [] { bytes += little(id).prefix(2) }
    guard ids != nil else {
      var at = 0
      for child in children {
        bytes += little(at)
        at += child.count
      }
      return bytes + little(total) + children.joined()
    }
    // An object's values may stand in any order: here the last one first.
    var end = total
    for child in children {
      end -= child.count
      bytes += little(end)
    }
    return bytes + little(total) + children.reversed().joined()
  }

  private static func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  static func names(_ metadata: [UInt8]) -> [String] {
    let width = Int(metadata[0] >> 6) + 1
    func load(_ at: Int) -> Int { (0..<width).reduce(0) { $0 | Int(metadata[at + $1]) << (8 * $1) } }
    let count = load(1)
    let text = 1 + width * (count + 2)
    return (0..<count).map { key in
      String(decoding: metadata[text + load(1 + width * (key + 1))..<text + load(1 + width * (key + 2))], as: UTF8.self)
    }
  }

  init(_ bytes: UnsafeRawBufferPointer, _ names: [String]) {
    func load(_ at: Int, _ width: Int) -> Int { (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    func child(_ at: Int) -> VariantModel { VariantModel(UnsafeRawBufferPointer(rebasing: bytes[at...]), names) }
    let bits = Int(bytes[0] >> 2)
    switch bytes[0] & 3 {
    case 0 where bits == 5: self = .int(Int32(truncatingIfNeeded: load(1, 4)))
    case 0 where bits == 16: self = .string(String(decoding: bytes[5..<5 + load(1, 4)], as: UTF8.self))
    case 0: self = .null
    case 1: self = .string(String(decoding: bytes[1..<1 + bits], as: UTF8.self))
    default:
      let isObject = bytes[0] & 3 == 2
      let wide = bits >> (isObject ? 4 : 2) & 1 == 1 ? 4 : 1
      let width = (bits & 3) + 1
      let idWidth = isObject ? (bits >> 2 & 3) + 1 : 0
      let count = load(1, wide)
      let offsets = 1 + wide + count * idWidth
      let values = offsets + (count + 1) * width
      let children = (0..<count).map { child(values + load(offsets + $0 * width, width)) }
      if isObject {
        self = .object(children.enumerated().map { (names[load(1 + wide + $0.offset * idWidth, idWidth)], $0.element) })
      } else {
        self = .array(children)
      }
    }
  }
}
