import Formats
import PluginManifest

/// What an operator's options do to the fields of its rows: types, new values, names, and which are left, in this order.
struct FieldChanges {
  var casts: [(name: String, type: RecordPlan.ColumnType?)] = []
  /// Fields that get the value of an expression.
  var set: [String] = []
  var renamed: [(from: String, to: String)] = []
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
    set = entries(outputs.set).map(\.name)
    renamed = entries(outputs.rename).map { ($0.name, $0.value.plain) }
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
    for name in set { put(name, types[name] ?? nil) }
    for (from, to) in renamed {
      let type = fields.first { $0.name == from }?.type
      fields.removeAll { $0.name == from || $0.name == to }
      fields.append((to, type ?? nil))
    }
    fields.removeAll { removed.contains($0.name) }
    if let kept { fields = fields.filter { kept.contains($0.name) } }
    var shape = RowShape(isOpen: input.isOpen && kept == nil)
    if let kept, input.isOpen { for name in kept where !fields.contains(where: { $0.name == name }) { shape.set(name, nil) } }
    for field in fields { shape.set(field.name, field.type) }
    return shape
  }

  /// The field that comes in for one that goes out; nil when none does.
  func origin(of name: String) -> String? {
    if let kept, !kept.contains(name) { return nil }
    if removed.contains(name) { return nil }
    if let rename = renamed.last(where: { $0.to == name }) { return set.contains(rename.from) ? nil : rename.from }
    if renamed.contains(where: { $0.from == name }) || set.contains(name) { return nil }
    return name
  }

  /// Fields that must not be left over among those that nothing names: they get other values or names, or go.
  var touched: [String] {
    var names: [String] = []
    for name in casts.map(\.name) + set + renamed.flatMap({ [$0.from, $0.to] }) + removed where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}
