import Formats
import PluginManifest

/// What a decoding source says of its records under `with`: format, declared fields, roles.
struct SourceColumns {
  let draft: NodeDraft
  let diagnostics: DiagnosticList
  private(set) var base = RecordPlan()
  /// From `fields`, in order; nil when there is none.
  private(set) var declared: [(name: String, type: RecordPlan.ColumnType)]?
  /// Field and part, in the order id, time, source, type, key.
  private(set) var roles: [(name: String, role: RecordPlan.Role)] = []

  private static let roleOptions: [(option: String, role: RecordPlan.Role)] = [
    ("id", .id), ("time", .eventTime), ("source", .source), ("type", .type), ("key", .key),
  ]

  init(_ draft: NodeDraft, diagnostics: DiagnosticList) {
    self.draft = draft
    self.diagnostics = diagnostics
    readFormat()
    guard base.format != .frame else { return }
    readFields()
    readRoles()
    checkTimeOptions()
  }

  // MARK: Options

  /// The value of a shared option; the component's own option of that name is its own affair.
  private func shared(_ name: String) -> ConfigValue? {
    if draft.manifest?.options?.contains(where: { $0.name == name }) == true { return nil }
    return draft.config[name]
  }

  private func text(_ name: String) -> String? {
    guard case .string(let text) = shared(name) else { return nil }
    return text
  }

  private mutating func readFormat() {
    base.format = text("format").flatMap(RecordPlan.Format.init(rawValue:)) ?? .json
    let choice = FormatChoice(draft: draft, diagnostics: diagnostics)
    choice.checkOptions(of: base.format)
    base.csv = choice.csv(of: base.format)
    // A record is a frame there.
    if base.format == .frame { base.maxRecordBytes = RecordPlan.maxFrameBytes }
    base.timeUnit = text("time_unit").flatMap(RecordPlan.TimeUnit.init(rawValue:)) ?? .ms
    base.timeMissing = text("time_missing").flatMap(RecordPlan.TimeMissing.init(rawValue:)) ?? .dead
    if case .int(let nanoseconds) = shared("max_ahead") { base.maxAheadNanoseconds = nanoseconds }
  }

  private mutating func readFields() {
    guard case .map(let entries) = shared("fields") else { return }
    if entries.count > ManifestLimits.columns {
      diagnostics.error(draft.place(of: "fields"), "a source has at most \(ManifestLimits.columns) fields")
    }
    declared = entries.prefix(ManifestLimits.columns).compactMap { entry in
      guard case .string(let word) = entry.value, let type = RecordPlan.ColumnType(rawValue: word) else { return nil }
      let place = draft.place(of: ConfigPath.joined("fields", entry.name))
      guard FieldName.check(entry.name, of: "fields", at: place, diagnostics) else { return nil }
      if base.format == .text, entry.name != "message" || type != .string {
        diagnostics.error(place, "a text record has one field, message, a string", "remove 'fields', or write format: json")
        return nil
      }
      checkColumn(entry.name, at: place)
      return (entry.name, type)
    }
  }

  private mutating func readRoles() {
    for (option, role) in Self.roleOptions {
      guard let name = text(option) else { continue }
      let place = draft.place(of: option)
      guard FieldName.check(name, of: option, at: place, diagnostics) else { continue }
      if base.format == .text, name != "message" {
        diagnostics.error(place, "a text record has one field, message, and no '\(SourceValue.shortened(name))'")
        continue
      }
      checkColumn(name, at: place)
      if base.format == .json, declared?.contains(where: { $0.name == name }) != true {
        FieldName.advise(name, at: place, diagnostics)
      }
      if let first = roles.first(where: { $0.name == name }) {
        diagnostics.error(
          place, "'\(SourceValue.shortened(name))' cannot be both \(Self.option(of: first.role)) and \(option)",
          "give each a field of its own")
        continue
      }
      roles.append((name, role))
      if let type = declared?.first(where: { $0.name == name })?.type, !Self.allowed(role).contains(type) {
        let allowed = Self.allowed(role).map(\.rawValue).joined(separator: " or ")
        diagnostics.error(
          place, "'\(SourceValue.shortened(name))' is declared as \(type.rawValue), and \(option) must be \(allowed)",
          "write fields: { \(SourceValue.shortened(name)): \(Self.allowed(role)[0].rawValue) }")
      }
    }
  }

  private func checkTimeOptions() {
    let hasTime = roles.contains { $0.role == .eventTime } || text("time") != nil
    for option in ["time_unit", "time_missing", "max_ahead"]
    where !hasTime && draft.locations[option] != nil && shared(option) != nil {
      if option == "time_unit", declared?.contains(where: { $0.type == .time }) == true { continue }
      diagnostics.error(
        draft.place(of: option), "'\(option)' says nothing without 'time', the field of the event time",
        "add time: ts, or remove it")
    }
  }

  /// Where the columns of csv are given, no other field can come.
  private func checkColumn(_ name: String, at place: SourceLocation) {
    guard let columns = base.csv.columns, !columns.contains(name) else { return }
    diagnostics.error(
      place, "'\(SourceValue.shortened(name))' is none of the columns",
      Spelling.nearest(to: name, in: columns).map { "did you mean '\($0)'?" }
        ?? "there are: \(DiagnosticList.first(of: columns))")
  }

  private static func option(of role: RecordPlan.Role) -> String {
    roleOptions.first { $0.role == role }?.option ?? role.rawValue
  }

  private static func allowed(_ role: RecordPlan.Role) -> [RecordPlan.ColumnType] {
    switch role {
    case .eventTime: [.time]
    case .source, .type: [.string]
    case .id: [.string, .int]
    case .key: [.string, .int, .bool, .double, .time, .binary]
    }
  }

  // MARK: Results

  /// What the nodes below may rely on.
  var shape: RowShape {
    if base.format == .text {
      var shape = RowShape(isOpen: false)
      shape.set("message", roles.contains { $0.role == .eventTime } ? .time : .string)
      return shape
    }
    var shape = RowShape(isOpen: declared == nil && base.csv.columns == nil)
    if declared == nil { for name in base.csv.columns ?? [] { shape.set(name, nil) } }
    for field in declared ?? [] { shape.set(field.name, field.type) }
    for (name, role) in roles where declared?.contains(where: { $0.name == name }) != true {
      let allowed = Self.allowed(role)
      shape.set(name, allowed.count == 1 ? allowed[0] : nil)
    }
    return shape
  }

  /// The plan: declared fields in their order, then mapped ones, then those that are wanted below, in the order given.
  func plan(wanted: [(name: String, type: ImpliedType)], rest: Bool, verbatim: Bool) -> RecordPlan {
    var plan = base
    if base.format == .frame { return plan }
    plan.verbatim = verbatim
    if base.format == .text {
      let role = roles.first?.role
      if rest || role != nil || declared != nil || wanted.contains(where: { $0.name == "message" }) {
        plan.columns = [.init("message", role == .eventTime ? .time : .string, role: role, declared: declared != nil)]
      }
      return plan
    }
    plan.rest = rest
    let implied = Dictionary(wanted.map { ($0.name, $0.type) }) { one, _ in one }
    for field in declared ?? [] {
      plan.columns.append(
        column(field.name, field.type, implied[field.name], role: role(of: field.name), declared: true))
    }
    for (name, role) in roles where !plan.columns.contains(where: { $0.name == name }) {
      let allowed = Self.allowed(role)
      // What serves an expression best says nothing of the part that a field plays.
      let type = implied[name].flatMap { $0.isMixed || $0.isSoft ? nil : $0.type }.flatMap { allowed.contains($0) ? $0 : nil }
      plan.columns.append(column(name, type ?? allowed[0], implied[name], role: role))
    }
    var known = Set(plan.columns.map(\.name))
    for (name, type) in wanted where base.csv.columns?.contains(name) != false && known.insert(name).inserted {
      guard plan.columns.count < ManifestLimits.columns else {
        diagnostics.error(
          draft.usePlace, "more than \(ManifestLimits.columns) fields of '\(draft.name)' are named in the pipeline")
        break
      }
      plan.columns.append(column(name, type.column(ofWhole: rest), type))
    }
    return plan
  }

  /// - Parameter uses: what the readers of the field ask; nil when it has none.
  private func column(
    _ name: String, _ type: RecordPlan.ColumnType, _ uses: ImpliedType?, role: RecordPlan.Role? = nil, declared: Bool = false
  ) -> RecordPlan.Column {
    var column = RecordPlan.Column(name, type, role: role, declared: declared)
    // A variant holds every value of JSON. Nulls of csv, which are empty cells, are none there.
    column.isExact = uses?.isExact == true && role != .eventTime && (type != .variant || base.format == .csv)
    column.hasNumbers = uses?.isNumber == true && base.format == .csv && !declared
    return column
  }

  private func role(of name: String) -> RecordPlan.Role? { roles.first { $0.name == name }?.role }
}
