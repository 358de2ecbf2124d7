/// A scalar as it is written in YAML, to find the place of a character of its value.
///
/// Quotes, indentation and folded line ends stand in the text and not in the value: wherever the two differ, the text is a step
/// ahead. An escape of a double-quoted scalar stands for the character that it means.
struct ScalarText {
  private let scalars: Substring.UnicodeScalarView
  private let start: SourceLocation

  init(_ text: String, from start: SourceLocation) {
    self.start = start
    var rest = text[...].unicodeScalars
    var line = 1
    while line < start.line, let end = rest.firstIndex(of: "\n") {
      rest = rest[rest.index(after: end)...]
      line += 1
    }
    scalars = line == start.line ? rest.dropFirst(start.column - 1) : rest.suffix(0)
  }

  /// Where the character behind `before`, the beginning of the value, stands; nil when the value is not found there.
  func place(after before: Substring.UnicodeScalarView, of value: String.UnicodeScalarView) -> SourceLocation? {
    let hasEscapes = scalars.first == "\""
    var place = start
    var next = value.startIndex
    let target = value.index(value.startIndex, offsetBy: before.count)
    var skipped = 0
    var at = scalars.startIndex
    while at < scalars.endIndex {
      var scalar: Unicode.Scalar? = scalars[at]
      var end = scalars.index(after: at)
      if hasEscapes, scalar == "\\" { (scalar, end) = escape(at) }
      if let scalar, next < value.endIndex, scalar == value[next] {
        if next == target { return place }
        next = value.index(after: next)
        skipped = 0
      } else {
        if next == value.endIndex, target == next { return place }
        skipped += 1
        // Indentation of a block is the longest thing that is skipped.
        if skipped > 200 { return nil }
      }
      for written in scalars[at..<end] {
        if written == "\n" {
          place.line += 1
          place.column = 1
        } else {
          place.column += 1
        }
      }
      at = end
    }
    return target == next ? place : nil
  }

  /// The character that the escape at a backslash means, nil when it means none, and where it ends (YAML 1.2, section 5.7).
  private func escape(_ backslash: Substring.UnicodeScalarView.Index) -> (Unicode.Scalar?, Substring.UnicodeScalarView.Index) {
    let at = scalars.index(after: backslash)
    guard at < scalars.endIndex else { return (nil, at) }
    let end = scalars.index(after: at)
    let letter = scalars[at]
    if let digits = Self.digits[letter] {
      let hex = scalars[end...].prefix(digits)
      return (UInt32(String(String.UnicodeScalarView(hex)), radix: 16).flatMap(Unicode.Scalar.init), hex.endIndex)
    }
    return (letter == "\n" ? nil : Self.meanings[letter] ?? letter, end)
  }

  private static let digits: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
  private static let meanings: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{b}", "f": "\u{c}", "r": "\r", "e": "\u{1b}",
    "N": "\u{85}", "_": "\u{a0}", "L": "\u{2028}", "P": "\u{2029}",
  ]
}
