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

  /// What to do about a name that is an expression: a call of a function that there is, or operators between parts. Nil for all others,
  /// such as `Speed (km/h)`; a dash or a slash between words alone makes no expression, for fields have such names.
  static func fix(ofExpression name: String, in option: String?) -> String? {
    guard let option, name.utf8.contains(where: { " (+*?".utf8.contains($0) }), let syntax = try? EventSyntax.parse(name)
    else { return nil }
    if case .name = syntax.form { return nil }
    var environment = Environment()
    environment.variables = EventSyntax.variables
    environment.isGradual = true
    guard (try? Expression(syntax, text: name, in: environment)) != nil else { return nil }
    return "'\(option)' takes the name of a field: make one of the expression first, by an operator that sets fields"
  }
}
