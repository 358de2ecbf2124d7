/// A value of CBOR (RFC 8949), as far as Swift's coding needs them.
indirect enum CborValue: Equatable {
  case null
  case bool(Bool)
  case unsigned(UInt64)
  /// Below zero.
  case negative(Int64)
  case double(Double)
  case text(String)
  case array([CborValue])
  case map([(name: String, value: CborValue)])

  /// Containers inside each other that are read.
  static let depthLimit = 64

  static func == (one: CborValue, other: CborValue) -> Bool { one.bytes == other.bytes }

  static func integer(_ value: some BinaryInteger) -> CborValue? {
    if let value = UInt64(exactly: value) { return .unsigned(value) }
    return Int64(exactly: value).map { .negative($0) }
  }

  /// In the deterministic encoding of section 4.2: shortest lengths, keys of maps in the order of their bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(0xF6)
    case .bool(let value): bytes.append(value ? 0xF5 : 0xF4)
    case .unsigned(let value): Self.head(0, value, &bytes)
    case .negative(let value): Self.head(1, UInt64(bitPattern: ~value), &bytes)
    case .double(let value):
      bytes.append(0xFB)
      withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
    case .text(let text):
      Self.head(3, UInt64(text.utf8.count), &bytes)
      bytes.append(contentsOf: text.utf8)
    case .array(let values):
      Self.head(4, UInt64(values.count), &bytes)
      for value in values { value.write(to: &bytes) }
    case .map(let members):
      Self.head(5, UInt64(members.count), &bytes)
      let sorted = members.map { (key: CborValue.text($0.name).bytes, value: $0.value) }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for (key, value) in sorted {
        bytes.append(contentsOf: key)
        value.write(to: &bytes)
      }
    }
  }

  private static func head(_ major: UInt8, _ value: UInt64, _ bytes: inout [UInt8]) {
    func append(_ info: UInt8, _ width: Int) {
      bytes.append(major << 5 | info)
      for byte in stride(from: width - 1, through: 0, by: -1) { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }
    switch value {
    case 0..<24: bytes.append(major << 5 | UInt8(value))
    case 24..<0x100: append(24, 1)
    case 0x100..<0x1_0000: append(25, 2)
    case 0x1_0000..<0x1_0000_0000: append(26, 4)
    default: append(27, 8)
    }
  }
}

/// Reads one value of CBOR and refuses everything that `CborValue.bytes` does not write.
struct CborReader {
  struct Problem: Error {
    var text: String
  }

  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func read(_ bytes: [UInt8]) throws(Problem) -> CborValue {
    var reader = CborReader(bytes)
    let value = try reader.value(depth: 0)
    guard reader.at == bytes.count else { throw Problem(text: "there are \(bytes.count - reader.at) bytes after its end") }
    return value
  }

  private mutating func value(depth: Int) throws(Problem) -> CborValue {
    guard depth < CborValue.depthLimit else { throw Problem(text: "it is nested deeper than \(CborValue.depthLimit)") }
    let start = at
    let first = try byte()
    switch first {
    case 0xF4: return .bool(false)
    case 0xF5: return .bool(true)
    case 0xF6: return .null
    case 0xFB: return .double(Double(bitPattern: try word(8)))
    default: break
    }
    let argument = try argument(first & 31)
    switch first >> 5 {
    case 0: return .unsigned(argument)
    case 1 where argument <= UInt64(Int64.max): return .negative(~Int64(argument))
    case 3: return .text(try text(argument))
    case 4:
      // Each element takes a byte at least, so a length that cannot be is found before memory is taken.
      guard argument <= UInt64(bytes.count - at) else { throw Problem(text: "byte \(start) begins a list that is cut off") }
      var values: [CborValue] = []
      for _ in 0..<argument { values.append(try value(depth: depth + 1)) }
      return .array(values)
    case 5:
      guard argument <= UInt64(bytes.count - at) / 2 else { throw Problem(text: "byte \(start) begins a map that is cut off") }
      var members: [(name: String, value: CborValue)] = []
      for _ in 0..<argument {
        let place = at
        guard case .text(let name) = try value(depth: depth + 1) else {
          throw Problem(text: "byte \(place) is no name of a member")
        }
        if let last = members.last?.name, !Self.isBefore(last, name) {
          throw Problem(text: "the member at byte \(place) is out of order")
        }
        members.append((name, try value(depth: depth + 1)))
      }
      return .map(members)
    default: throw Problem(text: "byte \(start) begins nothing that is known")
    }
  }

  /// The order of members: by length, then by bytes.
  private static func isBefore(_ first: String, _ second: String) -> Bool {
    let (one, other) = (first.utf8.count, second.utf8.count)
    return one == other ? first.utf8.lexicographicallyPrecedes(second.utf8) : one < other
  }

  private mutating func argument(_ info: UInt8) throws(Problem) -> UInt64 {
    switch info {
    case 0..<24: return UInt64(info)
    case 24: return try word(1)
    case 25: return try word(2)
    case 26: return try word(4)
    case 27: return try word(8)
    default: throw Problem(text: "byte \(at - 1) begins nothing that is known")
    }
  }

  private mutating func byte() throws(Problem) -> UInt8 {
    guard at < bytes.count else { throw Problem(text: "it ends too early") }
    defer { at += 1 }
    return bytes[at]
  }

  private mutating func word(_ width: Int) throws(Problem) -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<width { word = word << 8 | UInt64(try byte()) }
    return word
  }

  private mutating func text(_ length: UInt64) throws(Problem) -> String {
    guard length <= UInt64(bytes.count - at) else { throw Problem(text: "it ends within a text") }
    let end = at + Int(length)
    guard let text = String(validating: bytes[at..<end], as: UTF8.self) else {
      throw Problem(text: "the text at byte \(at) is not UTF-8")
    }
    at = end
    return text
  }
}
