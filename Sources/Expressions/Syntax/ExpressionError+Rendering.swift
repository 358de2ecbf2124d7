extension ExpressionError {
  /// The message, the line of the expression that it is about, and a line that points at the place.
  ///
  /// Tabs become spaces, wide characters count two columns, and of a long line the part around the place is shown.
  public func rendered(in text: String) -> String {
    let bytes = Array(text.utf8)
    let start = min(max(Int(span.start), 0), bytes.count)
    let isLineEnd = { (byte: UInt8) in byte == ascii("\n") || byte == ascii("\r") }
    let lineStart = bytes[..<start].lastIndex(where: isLineEnd).map { $0 + 1 } ?? 0
    let lineEnd = bytes[start...].firstIndex(where: isLineEnd) ?? bytes.count
    let end = max(start, min(Int(span.end), lineEnd))
    let before = Self.shown(bytes[lineStart..<start], keepingEnd: Self.mostBefore)
    let marked = Self.shown(bytes[start..<end], keepingStart: Self.mostMarked)
    let after = Self.shown(bytes[end..<lineEnd], keepingStart: Self.mostAfter)
    let number = 1 + Self.lineBreaks(bytes[..<lineStart])
    let place = number == 1 ? "" : "line \(number): "
    let pointer =
      String(repeating: " ", count: before.columns) + "^" + String(repeating: "~", count: max(0, marked.columns - 1))
    return "\(place)\(message)\n  \(before.text)\(marked.text)\(after.text)\n  \(pointer)"
  }

  private static let mostBefore = 60
  private static let mostMarked = 60
  private static let mostAfter = 40

  private static func lineBreaks(_ bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    var last: UInt8 = 0
    for byte in bytes {
      if byte == ascii("\n") || byte == ascii("\r") { count += 1 }
      // A carriage return and a line feed are one break.
      if byte == ascii("\n"), last == ascii("\r") { count -= 1 }
      last = byte
    }
    return count
  }

  /// A piece of a line as it is printed, with its width.
  private static func shown(
    _ bytes: ArraySlice<UInt8>, keepingStart: Int = .max, keepingEnd: Int = .max
  ) -> (text: String, columns: Int) {
    var characters = Array(String(decoding: bytes, as: UTF8.self))
    if characters.count > keepingEnd { characters = ["…"] + characters.suffix(keepingEnd) }
    if characters.count > keepingStart { characters = characters.prefix(keepingStart) + ["…"] }
    var text = ""
    var columns = 0
    for character in characters {
      if character == "\t" {
        text += "    "
        columns += 4
      } else if character.unicodeScalars.allSatisfy({ $0.properties.generalCategory == .control }) {
        text += "\u{fffd}"
        columns += 1
      } else {
        text.append(character)
        columns += width(of: character)
      }
    }
    return (text, columns)
  }

  /// Columns of a terminal: two for what East Asian scripts and emoji have.
  private static func width(of character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    let isWide =
      switch scalar.value {
      case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
        0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
        true
      default: scalar.properties.isEmojiPresentation
      }
    return isWide ? 2 : 1
  }
}
