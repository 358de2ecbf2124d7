import Formats
import PluginManifest

/// What an operator's options do to the fields of its rows: types, names, new values, and which are left, in this order.
struct FieldChanges {
  var casts: [(name: String, type: RecordPlan.ColumnType?)] = []
  var renamed: [(from: String, to: String)] = []
  /// Fields that get the value of an expression.
  var set: [String] = []
  var removed: [String] = []
  /// The only fields that are left; nil = all.
  var kept: [String]?

  /// Nil when the component changes no field that way.
  init?(_ draft: NodeDraft, _ outputs: ComponentManifest.Outputs) {
    guard outputs.changesFields else { return nil }
    let config = draft.config
    func entries(_ option: String?) -> [ConfigValue.Entry] {
      if let option, case .map(let entries)? = config[option] { return entries }
      return []
    }
    func names(_ option: String?) -> [String]? {
      guard let option, case .list(let items)? = config[option] else { return nil }
      return items.compactMap { if case .string(let name) = $0 { name } else { nil } }
    }
    casts = entries(outputs.cast).map { ($0.name, RecordPlan.ColumnType(rawValue: $0.value.plain)) }
    renamed = entries(outputs.rename).map { ($0.name, $0.value.plain) }
    set = entries(outputs.set).map(\.name)
    removed = names(outputs.remove) ?? []
    kept = names(outputs.keep)
  }

  /// The rows that come out.
  func output(_ input: RowShape, setting types: [String: RecordPlan.ColumnType?]) -> RowShape {
    var fields = input.names.map { (name: $0, type: input.types[$0] ?? nil) }
    func put(_ name: String, _ type: RecordPlan.ColumnType?) {
      if let index = fields.firstIndex(where: { $0.name == name }) {
        fields[index].type = type
      } else {
        fields.append((name, type))
      }
    }
    for cast in casts where input.isOpen || fields.contains(where: { $0.name == cast.name }) { put(cast.name, cast.type) }
    rename(&fields)
    for name in set { put(name, types[name] ?? nil) }
    fields.removeAll { removed.contains($0.name) }
    if let kept { fields = fields.filter { kept.contains($0.name) } }
    var shape = RowShape(isOpen: input.isOpen && kept == nil)
    if let kept, input.isOpen { for name in kept where !fields.contains(where: { $0.name == name }) { shape.set(name, nil) } }
    for field in fields { shape.set(field.name, field.type) }
    return shape
  }

  /// All at once: two fields may change their names with each other.
  private func rename(_ fields: inout [(name: String, type: RecordPlan.ColumnType?)]) {
    let types = renamed.map { rename in fields.first { $0.name == rename.from }?.type }
    fields.removeAll { field in renamed.contains { $0.from == field.name || $0.to == field.name } }
    for (rename, type) in zip(renamed, types) { fields.append((rename.to, type ?? nil)) }
  }

  /// The field that comes in for one that goes out; nil when none does.
  func origin(of name: String) -> String? {
    if let kept, !kept.contains(name) { return nil }
    if removed.contains(name) || set.contains(name) { return nil }
    if let rename = renamed.last(where: { $0.to == name }) { return rename.from }
    return renamed.contains { $0.from == name } ? nil : name
  }

  /// Fields that must not be left over among those that nothing names: they get other values or names, or go.
  var touched: [String] {
    var names: [String] = []
    for name in casts.map(\.name) + renamed.flatMap({ [$0.from, $0.to] }) + set + removed where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// Reports names that no field can have, where they are written.
  static func checkNames(of draft: NodeDraft, _ diagnostics: DiagnosticList) {
    guard let outputs = draft.manifest?.outputs, let with = draft.source.with else { return }
    for option in [outputs.cast, outputs.rename, outputs.set].compactMap({ $0 }) {
      for entry in with[option]?.entries ?? [] {
        FieldName.check(entry.name, of: option, at: entry.location, diagnostics)
        if option == outputs.rename, case .string(let name) = entry.value.content {
          FieldName.check(name, of: option, at: entry.value.location, diagnostics)
        }
      }
    }
  }
}
