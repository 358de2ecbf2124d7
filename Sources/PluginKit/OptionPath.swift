/// Paths of options as the getters of the contract take them: `to[0]`, `rules[2].where`, `set["odd.name"]`.
enum OptionPath {
  enum Step {
    case member(String)
    case element(Int)
  }

  /// The path of a map's entry; a name that a path would cut stands in brackets and quotes.
  static func entry(_ name: String, of path: String) -> String {
    guard name.isEmpty || name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") }) else {
      return "\(path).\(name)"
    }
    var quoted: [UInt8] = []
    for byte in name.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
      quoted.append(byte)
    }
    return "\(path)[\"\(String(decoding: quoted, as: UTF8.self))\"]"
  }

  /// The steps of a path that this module made.
  static func steps(of path: String) -> [Step] {
    let bytes = Array(path.utf8)
    var steps: [Step] = []
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "."): at += 1
      case UInt8(ascii: "[") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "\""):
        var name: [UInt8] = []
        at += 2
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
          if bytes[at] == UInt8(ascii: "\\") { at += 1 }
          if at < bytes.count { name.append(bytes[at]) }
          at += 1
        }
        at += 2
        steps.append(.member(String(decoding: name, as: UTF8.self)))
      case UInt8(ascii: "["):
        let digits = bytes[(at + 1)...].prefix { $0 != UInt8(ascii: "]") }
        steps.append(.element(Int(String(decoding: digits, as: UTF8.self)) ?? -1))
        at = digits.endIndex + 1
      default:
        let name = bytes[at...].prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
        steps.append(.member(String(decoding: name, as: UTF8.self)))
        at = name.endIndex
      }
    }
    return steps
  }
}
