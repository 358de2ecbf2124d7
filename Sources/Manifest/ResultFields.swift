import Formats
import PluginManifest

/// The fields of results: those of the input that group them, those that are always there, and what options compute.
struct ResultFields {
  struct Field {
    var name: String
    var type: RecordPlan.ColumnType?
    /// The option that decides on it; nil = the component itself.
    var path: String?
    /// True for a field of the input.
    var isKept = false
  }

  private let draft: NodeDraft
  private var fields: [Field] = []

  /// - Parameter results: types of expressions and aggregates by their paths; nil types are not known.
  init(
    _ draft: NodeDraft, _ outputs: ComponentManifest.Outputs, results: [String: RecordPlan.ColumnType?], input: RowShape
  ) {
    self.draft = draft
    let options = Self.options(draft, outputs)
    for (name, path) in options.flatMap({ Self.fieldNames(draft, $0) }) {
      fields.append(Field(name: name, type: input.types[name] ?? nil, path: path, isKept: true))
    }
    for field in outputs.fields ?? [] {
      fields.append(Field(name: field.name, type: RecordPlan.ColumnType(rawValue: field.type)))
    }
    for option in options where !option.namesFields {
      guard case .map(let entries) = draft.config[option.name] else { continue }
      for entry in entries {
        let path = ConfigPath.joined(option.name, entry.name)
        fields.append(Field(name: entry.name, type: (results[path] ?? results["\(path).fn"]) ?? nil, path: path))
      }
    }
  }

  var shape: RowShape {
    var shape = RowShape(isOpen: false)
    for field in fields { shape.set(field.name, field.type) }
    return shape
  }

  /// Names of the input's fields that come out as they are.
  static func kept(_ draft: NodeDraft, _ outputs: ComponentManifest.Outputs) -> [String] {
    options(draft, outputs).flatMap { fieldNames(draft, $0).map(\.0) }
  }

  private static func options(_ draft: NodeDraft, _ outputs: ComponentManifest.Outputs) -> [OptionSchema] {
    (outputs.fieldsOf ?? []).compactMap { name in draft.manifest?.options?.first { $0.name == name } }
  }

  private static func fieldNames(_ draft: NodeDraft, _ option: OptionSchema) -> [(String, String)] {
    option.namesFields ? draft.names(draft.config[option.name], option, path: option.name) : []
  }

  /// Reports the second of two fields of one name, where something can be done about it: at the option.
  func refuseDuplicates(port: Int, _ diagnostics: DiagnosticList) {
    // What several ports say alike is said once.
    if port > 0, draft.manifest?.ports?.out?[port].outputs == nil { return }
    var seen: [String: Field] = [:]
    for field in fields {
      guard let first = seen[field.name] else {
        seen[field.name] = field
        continue
      }
      refuse(field, beside: first, diagnostics)
    }
  }

  private func refuse(_ field: Field, beside first: Field, _ diagnostics: DiagnosticList) {
    guard let path = field.path ?? first.path else { return }
    let place = draft.nameLocations[path] ?? draft.place(of: path)
    let name = SourceValue.shortened(field.name)
    if field.isKept {
      return diagnostics.error(place, "'\(name)' is named twice", "remove one of them")
    }
    if field.path != nil, let owner = first.path {
      let option = owner.prefix { $0 != "." && $0 != "[" }
      return diagnostics.error(
        place, "the results have a field '\(name)' already: '\(option)' \(first.isKept ? "names" : "makes") it",
        "choose another name")
    }
    diagnostics.error(
      place, "the results have a field '\(name)' already: \(draft.manifest?.id ?? draft.name) gives each its own",
      first.isKept ? "rename the field above" : "choose another name")
  }
}
