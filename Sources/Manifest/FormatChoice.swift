import Formats
import PluginManifest

/// Reads the options that only some formats have, of a source or a sink, and refuses them beside others.
struct FormatChoice {
  let draft: NodeDraft
  let diagnostics: DiagnosticList

  /// Reports the options that were written and say nothing with this format.
  func checkOptions(of format: RecordPlan.Format) {
    func refuse(_ options: [String], _ fix: String) {
      for option in options where draft.locations[option] != nil && value(option) != nil {
        diagnostics.error(draft.place(of: option), "'\(option)' says nothing with format: \(format.rawValue)", fix)
      }
    }
    if format != .csv { refuse(["columns", "delimiter"], "write format: csv, or remove it") }
    if format != .frame {
      refuse(["compression"], "write format: frame, or remove it")
    } else {
      refuse(
        ["fields", "time", "key", "id", "type", "source", "time_unit", "time_missing", "max_ahead", "time_format"],
        "remove it: frames have columns, types and times of their own")
    }
  }

  var compression: EncodePlan.Compression {
    guard case .string(let word) = value("compression") else { return .none }
    return EncodePlan.Compression(rawValue: word) ?? .none
  }

  /// The layout of csv; what is wrong is reported and left as it would be without the option.
  func csv(of format: RecordPlan.Format) -> CsvLayout {
    var layout = CsvLayout()
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
        diagnostics.error(
          place, "the column '\(SourceValue.shortened(name))' comes twice", "give each column a name of its own")
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
