import Formats
import PluginManifest

/// Types of fields: how they are written, and which can be read as which.
enum FieldTypes {
  /// `fields: { value: { type: double } }` as `fields: { value: double }`; what has another form is left for the schema to refuse.
  static func shortened(_ with: SourceValue) -> SourceValue {
    guard case .map(var entries) = with.content, let index = entries.firstIndex(where: { $0.name == "fields" }),
      case .map(var fields) = entries[index].value.content
    else { return with }
    for (number, field) in fields.enumerated() {
      if let inner = field.value.entries, inner.count == 1, inner[0].name == "type" { fields[number].value = inner[0].value }
    }
    entries[index].value.content = .map(fields)
    var with = with
    with.content = .map(entries)
    return with
  }

  /// True when a column of `type` serves a reader of `wanted`: integers widen to doubles, a variant can hold anything.
  static func serves(_ type: RecordPlan.ColumnType, as wanted: RecordPlan.ColumnType) -> Bool {
    type == wanted || type == .variant || wanted == .variant || (type == .int && wanted == .double)
  }
}
