import PluginManifest

/// Names that read like members or calls. A field may be named so, but most often a member or a call was meant, and no row has
/// a field of that name: all would be of one key, without a word.
extension FieldName {
  /// Warns of such a name, where nothing declares a field that has it.
  static func advise(_ name: String, at place: SourceLocation, _ diagnostics: DiagnosticList) {
    let shown = SourceValue.shortened(name)
    let meant: String
    if let owner = owner(of: name) {
      meant = "a member of '\(SourceValue.shortened(owner))'"
    } else if isCall(name) {
      meant = "an expression"
    } else {
      return
    }
    diagnostics.warning(
      place, "'\(shown)' is taken for the name of a field, not for \(meant)",
      "make a field of it by an expression, in an operator, or declare one of that name at the source: fields: { \"\(shown)\": string }"
    )
  }

  /// `order.shop` of `order.shop.city`.
  private static func owner(of name: String) -> String? {
    guard let dot = name.lastIndex(of: "."), isPath(name[...]) else { return nil }
    return String(name[..<dot])
  }

  /// Functions begin with a small letter, units such as those of `Temp(C)` stand behind words that may not.
  private static func isCall(_ name: String) -> Bool {
    guard let open = name.firstIndex(of: "("), name.hasSuffix(")"), name.first?.isLowercase == true else { return false }
    return isPath(name[..<open])
  }

  /// Identifiers with dots between them.
  private static func isPath(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.first, first.isLetter || first == "_" else { return false }
      return part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }
  }
}
