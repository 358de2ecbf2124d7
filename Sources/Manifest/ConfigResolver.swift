import PluginManifest

/// Checks what stands under `with` against the schema of a component and fills in defaults.
struct ConfigResolver {
  let diagnostics: DiagnosticList
  /// What the component is called in messages.
  let component: String
  private(set) var locations: [String: SourceLocation] = [:]
  /// Places of the names of maps' entries, by the same paths.
  private(set) var nameLocations: [String: SourceLocation] = [:]

  init(component: String, diagnostics: DiagnosticList) {
    self.component = component
    self.diagnostics = diagnostics
  }

  /// The configuration, in the order of the schema; wrong values are reported and left out. `place` is where the component is
  /// named, for what is missing.
  mutating func resolve(_ with: SourceValue?, options: [OptionSchema], place: SourceLocation) -> ConfigValue {
    if let with { locations[""] = with.location }
    return entries(with?.entries ?? [], options: options, of: component, path: "", place: with?.location ?? place)
  }

  private mutating func entries(
    _ written: [SourceEntry], options: [OptionSchema], of owner: String, path: String, place: SourceLocation
  ) -> ConfigValue {
    let names = options.map(\.name)
    /// Options that a misspelled name probably means: they are not reported as missing as well.
    var meant = Set<String>()
    for entry in written where !names.contains(entry.name) {
      let near = Spelling.nearest(to: entry.name, in: names)
      if let near { meant.insert(near) }
      diagnostics.error(
        entry.location, "'\(SourceValue.shortened(entry.name))' is not an option of \(owner)",
        near.map { "did you mean '\($0)'?" }
          ?? (names.isEmpty ? "it has none" : "its options are: \(names.joined(separator: ", "))"))
    }
    var result: [ConfigValue.Entry] = []
    for option in options {
      let optionPath = path.isEmpty ? option.name : "\(path).\(option.name)"
      if let entry = written.first(where: { $0.name == option.name }) {
        if case .null = entry.value.content {
          if diagnostics.isSilenced(entry.value.location) { continue }
          diagnostics.error(
            entry.location, "'\(optionPath)' has no value",
            option.required == true ? "write \(example(option))" : "write \(example(option)), or remove it")
        } else if let value = value(entry.value, option, path: optionPath) {
          result.append(.init(option.name, value))
        }
      } else if let standard = option.default, standard != .null {
        if let value = defaultValue(standard, option, path: optionPath, place: place) {
          result.append(.init(option.name, value))
        }
      } else if option.required == true, !meant.contains(option.name) {
        diagnostics.error(place, "\(owner) needs '\(option.name)'", "write \(example(option))")
      }
    }
    return .map(result)
  }

  /// A default as it would be if it had been written; one that does not fit its own option is the plugin's error.
  private mutating func defaultValue(
    _ standard: ConfigValue, _ option: OptionSchema, path: String, place: SourceLocation
  ) -> ConfigValue? {
    if option.format == .duration || option.format == .bytes, case .int = standard { return standard }
    var inner = ConfigResolver(component: component, diagnostics: DiagnosticList(file: diagnostics.file))
    let value = inner.value(SourceValue(standard, at: place), option, path: path)
    if let value { return value }
    diagnostics.error(
      place,
      "the default of '\(path)' in the plugin's manifest is wrong: "
        + (inner.diagnostics.diagnostics.first?.message ?? "it does not fit"),
      "write \(option.name): \(option.exampleValue(beside: standard)) here, and tell the plugin's author")
    return nil
  }

  // MARK: Values

  private mutating func value(_ written: SourceValue, _ option: OptionSchema, path: String) -> ConfigValue? {
    locations[path] = written.location
    guard let value = typed(written, option, path: path) else { return nil }
    if option.format == .field || option.format == .key, case .string(let name) = value,
      !FieldName.check(name, of: Self.owner(of: path), at: written.location, diagnostics)
    {
      // The value stays, and nothing is said of what follows from it: it is not as if it had been left out.
      diagnostics.silence(written.location)
    }
    guard inBounds(value, option, path: path, at: written.location) else { return nil }
    if let choices = option.choices, !choices.contains(where: { Self.same($0, value) }) {
      let words = choices.map { $0.plain }
      diagnostics.error(
        written.location, "'\(path)' cannot be \(shown(written, option))",
        (option.type == .string ? Spelling.nearest(to: value.plain, in: words) : nil).map { "did you mean '\($0)'?" }
          ?? "one of: \(words.joined(separator: ", "))")
      return nil
    }
    return value
  }

  private mutating func typed(_ written: SourceValue, _ option: OptionSchema, path: String) -> ConfigValue? {
    if option.type == .integer, option.format == .duration || option.format == .bytes {
      return quantity(written, option, path: path)
    }
    if option.type == .string, option.format == .aggregate, let members = written.entries {
      // Of the function, what it could be; it is checked with the expressions.
      let schemas = OptionSchema.aggregateMembers.map { member in
        var member = member
        if member.format == nil { member.functions = option.functions ?? [] }
        return member
      }
      return entries(members, options: schemas, of: "'\(path)'", path: path, place: written.location)
    }
    var written = written
    // An environment value has the type that its place asks for, quotes or not.
    if written.substituted {
      written.content = option.type == .string ? .string(written.text) : YamlScalar.content(of: written.text)
    }
    switch (option.type, written.content) {
    case (.string, .string(let text)): return .string(text)
    case (.boolean, .bool(let value)): return .bool(value)
    case (.integer, .int(let number)): return .int(number)
    case (.number, .int(let number)): return .double(Double(number))
    case (.number, .double(let number)) where number.isFinite: return .double(number)
    case (.list, .list(let items)): return list(items, option, path: path)
    // One field is a key of one.
    case (.list, .string) where option.element.isKey: return list([written], option, path: path)
    case (.map, .map(let entries)): return map(entries, option, path: path, place: written.location)
    case (.integer, .double), (.integer, .string):
      guard YamlScalar.isTooLarge(written.text) else { fallthrough }
      diagnostics.error(
        written.location, "'\(path)' is too large for a 64-bit integer: \(shown(written, option))",
        "write a number from \(Int64.min) to \(Int64.max)")
      return nil
    default:
      diagnostics.error(
        written.location, "'\(path)' takes \(option.typeName), not \(shown(written, option))",
        typeFix(written, option, path: path))
      return nil
    }
  }

  private mutating func quantity(_ written: SourceValue, _ option: OptionSchema, path: String) -> ConfigValue? {
    let number: Int64? =
      switch written.content {
      case .null, .list, .map, .bool: nil
      default: option.format == .bytes ? Quantity.bytes(written.text) : Quantity.nanoseconds(written.text)
      }
    if let number { return .int(number) }
    diagnostics.error(
      written.location, "'\(path)' takes \(option.typeName), not \(shown(written, option))",
      option.format == .bytes
        ? "write a number and B, KiB, MiB, GiB, kB, MB or GB: 64KiB" : SourceReader.durationFix(written.text))
    return nil
  }

  private mutating func list(_ items: [SourceValue], _ option: OptionSchema, path: String) -> ConfigValue? {
    var result: [ConfigValue] = []
    for (index, item) in items.enumerated() {
      let itemPath = "\(path)[\(index)]"
      if let value = element(item, option, path: itemPath) { result.append(value) }
    }
    return result.count == items.count ? .list(result) : nil
  }

  private mutating func map(_ written: [SourceEntry], _ option: OptionSchema, path: String, place: SourceLocation)
    -> ConfigValue?
  {
    if let fields = option.fields {
      return entries(written, options: fields, of: "'\(path)'", path: path, place: place)
    }
    if option.format == .aggregate, !checkAggregates(written, path: path) { return nil }
    var result: [ConfigValue.Entry] = []
    for entry in written {
      let entryPath = ConfigPath.joined(path, entry.name)
      nameLocations[entryPath] = entry.location
      if let value = element(entry.value, option, path: entryPath) { result.append(.init(entry.name, value)) }
    }
    return result.count == written.count ? .map(result) : nil
  }

  /// Names of results, and values that a comma cut: a map in one line ends a value there, unless it is in quotes.
  private func checkAggregates(_ written: [SourceEntry], path: String) -> Bool {
    var isRight = true
    var index = 0
    while index < written.count {
      let entry = written[index]
      index += 1
      let place = "\(path).\(SourceValue.shortened(entry.name))"
      if case .string(var text) = entry.value.content, Self.isCut(text), index < written.count,
        case .null = written[index].value.content
      {
        while index < written.count, Self.isCut(text), case .null = written[index].value.content {
          text += ", " + written[index].name
          index += 1
        }
        isRight = false
        diagnostics.error(
          entry.value.location, "'\(place)' is cut at a comma: a map in one line ends a value there",
          "put it in quotes: \(SourceValue.shortened(entry.name)): \"\(SourceValue.shortened(text))\"")
      } else if entry.name.isEmpty {
        isRight = false
        diagnostics.error(
          entry.location, "a result of '\(path)' has an empty name", "name the field that the aggregate becomes")
      } else if entry.name.utf8.count > ManifestLimits.fieldNameBytes {
        isRight = false
        diagnostics.error(entry.location, "the name of a field is longer than \(ManifestLimits.fieldNameBytes) bytes")
      }
    }
    return isRight
  }

  /// True when more brackets open than close.
  private static func isCut(_ text: String) -> Bool {
    text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "(") ? 1 : $1 == UInt8(ascii: ")") ? -1 : 0) } > 0
  }

  /// An element of a list or a value of a map.
  private mutating func element(_ written: SourceValue, _ option: OptionSchema, path: String) -> ConfigValue? {
    switch option.element {
    case .any:
      record(written, path: path)
      return written.value
    case .value(let schema): return value(written, schema, path: path)
    case .map(let fields):
      locations[path] = written.location
      guard let inner = written.entries else {
        diagnostics.error(
          written.location, "'\(path)' takes a map, not \(shown(written, option))",
          "for example { \(OptionSchema.example(of: fields)) }")
        return nil
      }
      return entries(inner, options: fields, of: "'\(path)'", path: path, place: written.location)
    }
  }

  /// Keeps the places of a value that may be anything.
  private mutating func record(_ value: SourceValue, path: String) {
    locations[path] = value.location
    switch value.content {
    case .list(let items): for (index, item) in items.enumerated() { record(item, path: "\(path)[\(index)]") }
    case .map(let entries): for entry in entries { record(entry.value, path: ConfigPath.joined(path, entry.name)) }
    default: break
    }
  }

  // MARK: Bounds

  private mutating func inBounds(_ value: ConfigValue, _ option: OptionSchema, path: String, at location: SourceLocation)
    -> Bool
  {
    let number: Double
    var subject = "'\(path)' is \(option.quantityText(value))"
    switch value {
    case .int(let value): number = Double(value)
    case .double(let value): number = value
    case .list(let items):
      number = Double(items.count)
      subject = "'\(path)' has \(items.count) \(items.count == 1 ? "element" : "elements")"
    default: return true
    }
    if let minimum = option.minimum, number < minimum {
      diagnostics.error(location, "\(subject); it must be at least \(option.boundText(minimum))")
      return false
    }
    if let maximum = option.maximum, number > maximum {
      diagnostics.error(location, "\(subject); it must be at most \(option.boundText(maximum))")
      return false
    }
    return true
  }

  private static func same(_ one: ConfigValue, _ other: ConfigValue) -> Bool {
    switch (one, other) {
    case (.int(let one), .double(let other)): Double(one) == other
    case (.double(let one), .int(let other)): one == Double(other)
    default: one == other
    }
  }

  // MARK: Messages

  /// The option that an element of a list or a map belongs to, else the option itself.
  private static func owner(of path: String) -> String {
    path.hasSuffix("]") ? String(path.prefix(upTo: path.lastIndex(of: "[") ?? path.endIndex)) : path
  }

  private func shown(_ value: SourceValue, _ option: OptionSchema) -> String {
    guard option.format == .secret else { return value.described }
    switch value.content {
    case .list, .map, .null: return value.described
    case .bool: return "true or false"
    case .int, .double: return "a number"
    case .string: return "this text"
    }
  }

  private func example(_ option: OptionSchema) -> String { "\(option.name): \(option.exampleValue)" }

  private func typeFix(_ written: SourceValue, _ option: OptionSchema, path: String) -> String? {
    switch (option.type, written.content) {
    case (.string, .int), (.string, .double), (.string, .bool):
      return option.format == .secret ? "put it in quotes" : "put it in quotes: \"\(SourceValue.shortened(written.text))\""
    case (.list, .string), (.list, .int), (.list, .double), (.list, .bool):
      return "write [\(SourceValue.shortened(written.text))]"
    case (.boolean, .string(let text)):
      switch text.lowercased() {
      case "yes", "on", "y", "true": return "write true"
      case "no", "off", "n", "false": return "write false"
      default: return "write true or false"
      }
    default:
      if path.hasSuffix("]") { return "for example \(option.exampleValue)" }
      let name = path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
      return "for example \(SourceValue.shortened(name)): \(option.exampleValue)"
    }
  }
}
