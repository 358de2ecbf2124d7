import Expressions

/// Names that a column of a frame can have.
enum FieldName {
  /// Reports a name that no field can have, at the place where an option says it. True: one can.
  @discardableResult
  static func check(_ name: String, of option: String, at place: SourceLocation, _ diagnostics: DiagnosticList) -> Bool {
    if name.isEmpty {
      diagnostics.error(place, "'\(option)' names a field with an empty name", "write a name, or remove it")
      return false
    }
    if name.utf8.count > ManifestLimits.fieldNameBytes {
      diagnostics.error(
        place, "'\(option)' names a field with more than \(ManifestLimits.fieldNameBytes) bytes in its name")
      return false
    }
    return true
  }

  /// What to do about a name that is an expression: a call of a function that there is, or an operator beside a literal. Nil for all
  /// others, such as `Speed (km/h)` or `Open - Close`, for fields have such names.
  static func fix(ofExpression name: String, in option: String?) -> String? {
    guard let option, hasCallOrLiteral(name), let syntax = try? EventSyntax.parse(name) else { return nil }
    if case .name = syntax.form { return nil }
    var environment = Environment()
    environment.variables = EventSyntax.variables
    environment.isGradual = true
    guard (try? Expression(syntax, text: name, in: environment)) != nil else { return nil }
    return "'\(option)' takes the name of a field: make one of the expression first, by an operator that sets fields"
  }

  /// A word right before a parenthesis; or a number or a text behind an operator.
  private static func hasCallOrLiteral(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    func isWord(_ byte: UInt8) -> Bool { byte == 0x5F || UnicodeScalar(byte).properties.isAlphabetic || isDigit(byte) }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    for at in bytes.indices.dropFirst() {
      if bytes[at] == UInt8(ascii: "("), isWord(bytes[at - 1]) { return true }
      let isLiteral = isDigit(bytes[at]) || bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'")
      guard isLiteral else { continue }
      let before = bytes[..<at].last { $0 != UInt8(ascii: " ") }
      if let before, "+*/%<>=?:&|!".utf8.contains(before) || (before == UInt8(ascii: "-") && bytes[at - 1] == UInt8(ascii: " "))
      {
        return true
      }
    }
    return false
  }
}
