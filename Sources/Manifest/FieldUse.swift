import Formats
import PluginManifest

/// A field that a node names, and how it reads it.
struct FieldUse {
  var name: String
  /// Nil = any type.
  var type: RecordPlan.ColumnType?
  /// A type that it takes as well.
  var also: RecordPlan.ColumnType?
  /// Place of the option that names it, or of `use` where the component itself does.
  var location: SourceLocation
  /// Must be there: the component requires it, or the manifest names it.
  var isRequired: Bool
  /// The option that names it.
  var option: String?
}

extension NodeDraft {
  /// The fields that the component reads, beside those of its expressions; nil when it may read any, because it does not say.
  var fieldUses: [FieldUse]? {
    if let function { return function.fieldUses }
    guard let inputs = manifest?.inputs else { return nil }
    var uses: [FieldUse] = []
    for input in inputs {
      let type = input.type.flatMap(RecordPlan.ColumnType.init(rawValue:))
      if let name = input.name {
        uses.append(
          FieldUse(name: name, type: type, location: usePlace, isRequired: input.required == true))
      }
      guard let option = input.option else { continue }
      let schema = manifest?.options?.first { $0.name == option }
      // What expressions and aggregates read is known from themselves.
      if schema?.has(.expression) == true || schema?.has(.aggregate) == true { continue }
      for (name, path) in schema.map({ names(config[option], $0, path: option) }) ?? [] {
        uses.append(FieldUse(name: name, type: type, location: place(of: path), isRequired: true, option: option))
      }
    }
    return uses
  }

  /// The names of fields in an option's value: a text is one, a list holds them; of a map the values where `items` says that these
  /// are fields, else the names of its entries.
  func names(_ value: ConfigValue?, _ schema: OptionSchema, path: String) -> [(String, String)] {
    switch value {
    case .string(let name): [(name, path)]
    case .list(let items):
      items.enumerated().flatMap { index, item in elementNames(item, schema, path: "\(path)[\(index)]") }
    case .map(let entries):
      entries.flatMap { entry in
        let place = ConfigPath.joined(path, entry.name)
        return schema.elementsNameFields ? elementNames(entry.value, schema, path: place) : [(entry.name, place)]
      }
    default: []
    }
  }

  private func elementNames(_ value: ConfigValue, _ schema: OptionSchema, path: String) -> [(String, String)] {
    switch schema.element {
    case .any: return names(value, schema, path: path)
    case .value(let element): return names(value, element, path: path)
    case .map(let fields):
      return fields.filter(\.namesFields).flatMap { names(value[$0.name], $0, path: "\(path).\($0.name)") }
    }
  }
}

extension OptionSchema {
  /// True for the name of a field, or a list or map that holds some.
  var namesFields: Bool {
    format == .field || format == .key || elementsNameFields
  }

  /// The only words that elements of the list or map may be; none where they may be anything.
  var words: [String] {
    guard case .value(let element) = element else { return [] }
    return (element.choices ?? []).compactMap { if case .string(let word) = $0 { word } else { nil } }
  }

  fileprivate var elementsNameFields: Bool { (items ?? []).contains { $0.namesFields } }

  /// True for a value of a format, or a list or map that holds some.
  fileprivate func has(_ format: Format) -> Bool {
    self.format == format || ((items ?? []) + (fields ?? [])).contains { $0.has(format) }
  }
}
