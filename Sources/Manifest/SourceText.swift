/// The text of a manifest by lines and bytes.
enum SourceText {
  /// A line, counted from 1, without its end: LF, or CR LF, which Swift's characters would keep together. Nil past the end.
  static func line(_ number: Int, of text: String) -> [Unicode.Scalar]? {
    guard number >= 1 else { return nil }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    var line = Array(Substring(lines[number - 1]).unicodeScalars)
    if line.last == "\r" { line.removeLast() }
    return line
  }

  /// The place of a byte.
  static func location(ofByte offset: Int, in text: String) -> SourceLocation {
    var location = SourceLocation.start
    for byte in text.utf8.prefix(max(0, offset)) {
      if byte == UInt8(ascii: "\n") {
        location.line += 1
        location.column = 1
      } else if byte & 0xC0 != 0x80 {
        location.column += 1
      }
    }
    return location
  }
}
