import Formats
import PluginManifest

/// Reads the options that only csv has, of a source or a sink, and refuses them beside another format.
struct CsvOptions {
  let draft: NodeDraft
  let diagnostics: DiagnosticList

  /// The layout of the records; what is wrong is reported and left as it would be without the option.
  func layout(of format: RecordPlan.Format) -> CsvLayout {
    var layout = CsvLayout()
    for option in ["columns", "delimiter"] where format != .csv && value(option) != nil {
      diagnostics.error(
        draft.place(of: option), "'\(option)' says nothing with format: \(format.rawValue)", "write format: csv, or remove it")
    }
    guard format == .csv else { return layout }
    if case .string(let text) = value("delimiter") {
      let character = text == "tab" ? UInt8(ascii: "\t") : text.utf8.count == 1 ? text.utf8.first! : 0
      if CsvLayout.isDelimiter(character) {
        layout.delimiter = character
      } else {
        diagnostics.error(
          draft.place(of: "delimiter"), "'delimiter' cannot be '\(SourceValue.shortened(text))'",
          "one character that is no letter, digit, quote or line end, such as \";\", or tab")
      }
    }
    layout.columns = columns()
    return layout
  }

  private func columns() -> [String]? {
    guard case .list(let items) = value("columns") else { return nil }
    var names: [String] = []
    for (index, item) in items.enumerated() {
      guard case .string(let name) = item else { continue }
      let place = draft.place(of: "columns[\(index)]")
      if names.contains(name) {
        diagnostics.error(place, "the column '\(SourceValue.shortened(name))' comes twice", "give each column a name of its own")
      } else if name.utf8.count > ManifestLimits.csvNameBytes {
        diagnostics.error(place, "the name of a column is longer than \(ManifestLimits.csvNameBytes) bytes")
      }
      names.append(name)
    }
    return names
  }

  /// The value of a shared option; the component's own option of that name is its own affair.
  private func value(_ name: String) -> ConfigValue? {
    if draft.manifest?.options?.contains(where: { $0.name == name }) == true { return nil }
    return draft.config[name]
  }
}
