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
}
