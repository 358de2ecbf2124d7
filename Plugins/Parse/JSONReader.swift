import PluginKit

/// Reads JSON (RFC 8259) from bytes that are UTF-8, strictly: value by value, without making anything of it.
struct JSONReader {
  /// Containers inside each other, the outermost counted.
  static let maxDepth = 64

  let bytes: Bytes
  private(set) var at: Int
  /// Where the bytes stand in the text that failures speak of.
  private let origin: Int

  init(_ bytes: Bytes, origin: Int = 0) {
    self.bytes = bytes
    self.origin = origin
    at = 0
  }

  var isAtEnd: Bool { at == bytes.count }
  /// The byte that comes next, 0 at the end.
  var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

  func failure(_ reason: StaticString) -> ParseFailure { ParseFailure(reason, at: origin + at) }

  mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
  }

  /// Passes the byte if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  // MARK: Containers, member by member

  /// Passes the opening brace or bracket. False when the container is empty, and its end has been passed.
  mutating func open(closing: UInt8) -> Bool {
    at += 1
    skipBlanks()
    return !take(closing)
  }

  /// Passes the name of a member and the colon.
  mutating func name(_ scratch: Scratch) throws(ParseFailure) -> Bytes {
    guard next == UInt8(ascii: "\"") else { throw failure("a member has no name in quotes") }
    let name = try string(scratch)
    skipBlanks()
    guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
    skipBlanks()
    return name
  }

  /// Passes what stands behind an element. False when that was the container's end.
  mutating func goesOn(closing: UInt8) throws(ParseFailure) -> Bool {
    skipBlanks()
    if take(UInt8(ascii: ",")) {
      skipBlanks()
      return true
    }
    guard take(closing) else { throw failure(isAtEnd ? "it ends too early" : "a comma is missing") }
    return false
  }

  // MARK: Values

  /// Passes a value. A container is given as it stands, checked to its end.
  ///
  /// - Parameter depth: containers around the value.
  mutating func value(_ scratch: Scratch, depth: Int) throws(ParseFailure) -> Found {
    let start = at
    switch next {
    case UInt8(ascii: "\""): return Found(kind: .text, bytes: try string(scratch), offset: origin + start)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipContainer(depth: depth)
      return Found(kind: .container, bytes: bytes.part(start, at), offset: origin + start)
    case UInt8(ascii: "t"): return try word("true", Found(kind: .bool, integer: 1, offset: origin + start))
    case UInt8(ascii: "f"): return try word("false", Found(kind: .bool, integer: 0, offset: origin + start))
    case UInt8(ascii: "n"): return try word("null", Found(kind: .null, offset: origin + start))
    default:
      try skipNumber()
      return Found(kind: .number, bytes: bytes.part(start, at), offset: origin + start)
    }
  }

  private mutating func word(_ word: StaticString, _ value: Found) throws(ParseFailure) -> Found {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes.part(at, end).isSame(as: Bytes(word)) else { throw failure("a value is missing") }
    at = end
    return value
  }

  private mutating func skipContainer(depth: Int) throws(ParseFailure) {
    guard depth < Self.maxDepth else { throw failure("it is nested deeper than 64") }
    let isObject = next == UInt8(ascii: "{")
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    guard open(closing: closing) else { return }
    repeat {
      if isObject {
        guard next == UInt8(ascii: "\"") else { throw failure("a member has no name in quotes") }
        try skipString()
        skipBlanks()
        guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
        skipBlanks()
      }
      switch next {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer(depth: depth + 1)
      case UInt8(ascii: "t"): _ = try word("true", .absent)
      case UInt8(ascii: "f"): _ = try word("false", .absent)
      case UInt8(ascii: "n"): _ = try word("null", .absent)
      default: try skipNumber()
      }
    } while try goesOn(closing: closing)
  }

  private mutating func skipNumber() throws(ParseFailure) {
    let end = NumberText.end(bytes, from: at)
    guard let end else { throw failure(isAtEnd ? "it ends too early" : "a value is missing") }
    at = end
  }

  // MARK: Strings

  /// Passes a string and gives its text: where it stands, or unescaped in scratch memory.
  mutating func string(_ scratch: Scratch) throws(ParseFailure) -> Bytes {
    let start = at + 1
    try skipPlain()
    if next == UInt8(ascii: "\"") {
      at += 1
      return bytes.part(start, at - 1)
    }
    let first = at
    at = start - 1
    try skipString()
    let room = scratch.take(at - 1 - start)
    room.copyMemory(from: bytes.part(start, first))
    return scratch.shrink(room, to: unescape(from: first, to: at - 1, room, first - start))
  }

  /// Moves to the first byte of a string that is not part of it as it is: the quote or a backslash.
  private mutating func skipPlain() throws(ParseFailure) {
    at += 1
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      if byte < 0x20 { throw failure("a control character stands in a string") }
      at &+= 1
    }
    throw failure("a string does not end")
  }

  private mutating func skipString() throws(ParseFailure) {
    try skipPlain()
    while next == UInt8(ascii: "\\") {
      guard at + 1 < bytes.count else { throw failure("a string does not end") }
      switch bytes[at + 1] {
      case UInt8(ascii: "u"):
        guard let unit = hex(at + 2) else { throw failure("an escape is unknown") }
        if unit & 0xFC00 == 0xDC00 { throw failure("half of a surrogate pair stands alone") }
        if unit & 0xFC00 == 0xD800 {
          guard at + 7 < bytes.count, bytes[at + 6] == UInt8(ascii: "\\"), bytes[at + 7] == UInt8(ascii: "u"),
            let low = hex(at + 8), low & 0xFC00 == 0xDC00
          else { throw failure("half of a surrogate pair stands alone") }
          at += 6
        }
        // skipPlain passes one more.
        at += 5
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
        UInt8(ascii: "r"), UInt8(ascii: "t"):
        at += 1
      default: throw failure("an escape is unknown")
      }
      try skipPlain()
    }
    at += 1
  }

  private func hex(_ at: Int) -> UInt32? {
    guard at + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for index in at..<at + 4 {
      guard let digit = Digits.hexadecimal(bytes[index]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Copies a checked part of a string with its escapes undone; the length that is then in the memory.
  private func unescape(from: Int, to: Int, _ into: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
    var count = count
    var at = from
    while at < to {
      guard bytes[at] == UInt8(ascii: "\\") else {
        into[count] = bytes[at]
        count &+= 1
        at &+= 1
        continue
      }
      at += 2
      switch bytes[at - 1] {
      case UInt8(ascii: "b"): into[count] = 0x08
      case UInt8(ascii: "f"): into[count] = 0x0C
      case UInt8(ascii: "n"): into[count] = 0x0A
      case UInt8(ascii: "r"): into[count] = 0x0D
      case UInt8(ascii: "t"): into[count] = 0x09
      case UInt8(ascii: "u"):
        var scalar = hex(at) ?? 0
        at += 4
        if scalar & 0xFC00 == 0xD800 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + ((hex(at + 2) ?? 0) & 0x3FF)
          at += 6
        }
        count += UTF8Text.put(scalar, into, count) - 1
      case let byte: into[count] = byte
      }
      count += 1
    }
    return count
  }
}

/// Digits in texts.
enum Digits {
  @inline(__always)
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// A number of exactly `count` digits, at most 9.
  @inline(__always)
  static func number(_ bytes: Bytes, _ at: Int, _ count: Int) -> Int? {
    guard at + count <= bytes.count else { return nil }
    var value = 0
    for index in at..<at + count {
      guard isDigit(bytes[index]) else { return nil }
      value = value &* 10 &+ Int(bytes[index] &- 0x30)
    }
    return value
  }
}

/// Characters as UTF-8.
enum UTF8Text {
  /// Writes a scalar and gives its length.
  static func put(_ scalar: UInt32, _ into: UnsafeMutableRawBufferPointer, _ at: Int) -> Int {
    func byte(_ offset: Int, _ value: UInt32) { into[at + offset] = UInt8(truncatingIfNeeded: value) }
    switch scalar {
    case 0..<0x80:
      byte(0, scalar)
      return 1
    case 0x80..<0x800:
      byte(0, 0xC0 | scalar >> 6)
      byte(1, 0x80 | scalar & 0x3F)
      return 2
    case 0x800..<0x10000:
      byte(0, 0xE0 | scalar >> 12)
      byte(1, 0x80 | scalar >> 6 & 0x3F)
      byte(2, 0x80 | scalar & 0x3F)
      return 3
    default:
      byte(0, 0xF0 | scalar >> 18)
      byte(1, 0x80 | scalar >> 12 & 0x3F)
      byte(2, 0x80 | scalar >> 6 & 0x3F)
      byte(3, 0x80 | scalar & 0x3F)
      return 4
    }
  }
}
