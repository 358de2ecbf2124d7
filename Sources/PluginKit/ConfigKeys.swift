/// Names of the entries of a map in JSON, in order: what the typed getters of the contract cannot tell.
///
/// Walks the text once along a path such as `rules[2].rename`; nil when the path leads to no map. The text is the host's own and
/// was validated by it, so the walker checks only what it needs to stay inside.
struct ConfigKeys {
  private let bytes: [UInt8]
  private var at = 0

  static func names(in json: String, at path: String) -> [String]? {
    var walker = ConfigKeys(bytes: Array(json.utf8))
    guard walker.descend(OptionPath.steps(of: path)) else { return nil }
    return walker.memberNames()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Moves to the first byte of the value that the steps lead to.
  private mutating func descend(_ steps: [OptionPath.Step]) -> Bool {
    skipSpace()
    for step in steps {
      switch step {
      case .member(let name): guard enterMember(name) else { return false }
      case .element(let index): guard enterElement(index) else { return false }
      }
    }
    return true
  }

  private mutating func enterMember(_ name: String) -> Bool {
    guard take("{") else { return false }
    while peek("\"") {
      let found = string()
      guard take(":") else { return false }
      if found == name { return true }
      skipValue()
      _ = take(",")
    }
    return false
  }

  private mutating func enterElement(_ index: Int) -> Bool {
    guard index >= 0, take("[") else { return false }
    for _ in 0..<index {
      guard at < bytes.count, !peek("]") else { return false }
      skipValue()
      _ = take(",")
    }
    return at < bytes.count && !peek("]")
  }

  private mutating func memberNames() -> [String]? {
    guard take("{") else { return nil }
    var names: [String] = []
    while peek("\"") {
      names.append(string())
      guard take(":") else { return nil }
      skipValue()
      _ = take(",")
    }
    return names
  }

  private mutating func skipValue() {
    if peek("\"") {
      _ = string()
      return
    }
    var depth = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        _ = string()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        if depth == 0 {
          at += 1
          skipSpace()
          return
        }
      case UInt8(ascii: ","): if depth == 0 { return }
      default: break
      }
      at += 1
    }
  }

  /// The string at the cursor with its escapes resolved, and the space after it.
  private mutating func string() -> String {
    var units: [UInt8] = []
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
        units += escape()
      } else {
        units.append(bytes[at])
        at += 1
      }
    }
    at += 1
    skipSpace()
    return String(decoding: units, as: UTF8.self)
  }

  private mutating func escape() -> [UInt8] {
    let letter = bytes[at + 1]
    at += 2
    switch letter {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "u"):
      let high = hex()
      if (0xD800..<0xDC00).contains(high), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\") {
        at += 2
        let pair = [UInt16(truncatingIfNeeded: high), UInt16(truncatingIfNeeded: hex())]
        return Array(String(decoding: pair, as: UTF16.self).utf8)
      }
      return Array(String(decoding: [UInt16(truncatingIfNeeded: high)], as: UTF16.self).utf8)
    default: return [letter]
    }
  }

  private mutating func hex() -> Int {
    let end = min(at + 4, bytes.count)
    defer { at = end }
    return Int(String(decoding: bytes[min(at, end)..<end], as: UTF8.self), radix: 16) ?? 0xFFFD
  }

  private func peek(_ character: Unicode.Scalar) -> Bool { at < bytes.count && bytes[at] == UInt8(ascii: character) }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek(character) else { return false }
    at += 1
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }
}
