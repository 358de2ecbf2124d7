/// A scalar as it is written in YAML, to find the place of a character of its value.
///
/// Quotes, escapes, indentation and folded line ends stand in the text and not in the value: wherever the two differ, the text is
/// a step ahead.
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
  func place(after before: String.UnicodeScalarView, of value: String.UnicodeScalarView) -> SourceLocation? {
    var place = start
    var next = value.startIndex
    let target = value.index(value.startIndex, offsetBy: before.count)
    var skipped = 0
    for scalar in scalars {
      let isMeant = next < value.endIndex && scalar == value[next]
      if isMeant {
        if next == target { return place }
        next = value.index(after: next)
        skipped = 0
      } else {
        if next == value.endIndex, target == next { return place }
        skipped += 1
        // Indentation of a block is the longest thing that is skipped.
        if skipped > 200 { return nil }
      }
      if scalar == "\n" {
        place.line += 1
        place.column = 1
      } else {
        place.column += 1
      }
    }
    return target == next ? place : nil
  }
}
