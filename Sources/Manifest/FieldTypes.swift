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

/// The type that the uses of a field imply.
struct ImpliedType: Equatable {
  private(set) var type: RecordPlan.ColumnType?
  /// Uses that disagree: the column is a variant.
  private(set) var isMixed = false
  /// The type is only the fastest one that serves: where the field is written out again, it keeps its own form.
  private(set) var isSoft = false

  /// Of a use that any form serves.
  static let any = ImpliedType(nil)
  /// Of a use that wants a field in its own form.
  static let own: ImpliedType = {
    var type = ImpliedType(nil)
    type.isMixed = true
    return type
  }()
  /// Of a comparison with a whole number.
  static let number: ImpliedType = {
    var type = ImpliedType(.double)
    type.isSoft = true
    return type
  }()

  init(_ type: RecordPlan.ColumnType?) {
    self.type = type == .variant ? nil : type
  }

  mutating func merge(_ other: ImpliedType) {
    isMixed = isMixed || other.isMixed
    isSoft = other.type == nil ? isSoft : type == nil ? other.isSoft : isSoft && other.isSoft
    switch (type, other.type) {
    case (_, nil): break
    case (nil, let wanted): type = wanted
    case (.int, .double), (.double, .int): type = .double
    case (let one, let wanted) where one != wanted: isMixed = true
    default: break
    }
  }

  /// The column's type where nothing else decides.
  var column: RecordPlan.ColumnType { isMixed ? .variant : type ?? .variant }
}
