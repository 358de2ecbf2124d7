/// Text of plugins and file names as it may be shown: what would steer a terminal or turn the order of letters around stands
/// as an escape, `\x1b` or `\u202e`.
public enum TerminalText {
  /// Control characters (C0, DEL, C1), and those that change the direction of text (embeddings, overrides, isolates).
  public static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// On one line: ends of lines and tabs are escaped, too.
  public static func line(_ text: String) -> String { escaped(text) { _ in false } }

  /// On several lines: ends of lines and tabs stay.
  public static func lines(_ text: String) -> String { escaped(text) { $0 == "\n" || $0 == "\t" } }

  private static func escaped(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) && !isKept($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) && !isKept(scalar) { result += escape(scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let hex = String(scalar.value, radix: 16)
      return scalar.value < 0x100 ? "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex : "\\u" + hex
    }
  }
}
