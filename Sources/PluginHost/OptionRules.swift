import PluginManifest

/// What the schema of an option must satisfy: a name, a format that suits the type, a default that the schema itself accepts.
enum OptionRules {
  static let depthLimit = 8

  static func check(_ options: [OptionSchema], _ path: String, depth: Int = 0, _ log: inout ManifestRules.Log) {
    var seen: Set<String> = []
    for (index, option) in options.enumerated() {
      let place = "\(path)[\(index)]"
      log.check(
        isOptionName(option.name), place + ".name",
        "'\(option.name)' is no option name: letters, digits, '-' and '_', starting with a letter")
      log.check(seen.insert(option.name).inserted, place + ".name", "a second option '\(option.name)'")
      log.check(!option.doc.isEmpty, place + ".doc", "is empty; one line says what the option does")
      check(option, place, depth: depth, &log)
      for (element, path) in [(option, place)] + (option.items ?? []).enumerated().map({ ($1, "\(place).items[\($0)]") }) {
        checkVariables(of: element, path + ".variables", options, &log)
      }
    }
  }

  /// Variables are the names of a map of expressions that stands beside the option, before it.
  private static func checkVariables(
    of option: OptionSchema, _ path: String, _ options: [OptionSchema], _ log: inout ManifestRules.Log
  ) {
    guard let name = option.variables else { return }
    log.check(option.format == .expression, path, "are of expressions: format: expression")
    let maker = options.first { $0.name == name }
    var isOfExpressions = maker?.format == .expression
    if case .value(let element)? = maker?.element { isOfExpressions = element.format == .expression }
    log.check(maker?.type == .map && isOfExpressions, path, "'\(name)' is no option that is a map of expressions")
  }

  private static func check(_ option: OptionSchema, _ path: String, depth: Int, _ log: inout ManifestRules.Log) {
    guard depth < depthLimit else { return log.add(path, "nested deeper than \(depthLimit) levels") }
    log.checkText(option.doc, path + ".doc", lines: true)
    log.checkText(option.unit, path + ".unit")
    if let format = option.format {
      let isQuantity = isQuantity(option)
      let suits =
        switch option.type {
        case .integer: isQuantity
        case .string: true
        case .list, .map: true
        case .number, .boolean: false
        }
      log.check(
        suits, path + ".format",
        "\(format.rawValue) suits \(isQuantity ? "integer, string" : "string"), list and map, not \(option.type.rawValue)")
    }
    log.check(
      option.result == nil || option.format == .expression, path + ".result", "is what an expression gives: format: expression")
    if let fields = option.fields {
      log.check(option.type == .map, path + ".fields", "are the entries of a map")
      log.check(option.items == nil, path + ".fields", "a map has either fields or items")
      log.check(!fields.isEmpty, path + ".fields", "is empty")
      check(fields, path + ".fields", depth: depth + 1, &log)
    }
    AggregateRules.check(option, path, &log)
    if let minimum = option.minimum, let maximum = option.maximum {
      log.check(minimum <= maximum, path + ".minimum", "is above the maximum")
    }
    if option.minimum != nil || option.maximum != nil {
      let isMeasured = [.integer, .number, .list].contains(option.type) || isQuantity(option)
      log.check(
        isMeasured, option.minimum != nil ? path + ".minimum" : path + ".maximum",
        "bounds are for integer, number and list, not \(option.type.rawValue)")
    }
    if let choices = option.choices {
      log.check(!choices.isEmpty, path + ".choices", "is empty")
      for (index, choice) in choices.enumerated() {
        if let problem = OptionValue.problem(of: choice, as: option, choices: nil) {
          log.add("\(path).choices[\(index)]", problem)
        }
      }
    }
    if let items = option.items {
      log.check(option.type == .list || option.type == .map, path + ".items", "are for list and map")
      log.check(!items.isEmpty, path + ".items", "is empty")
      for (index, item) in items.enumerated() { check(item, "\(path).items[\(index)]", depth: depth + 1, &log) }
    }
    if let value = option.default, value != .null {
      log.check(option.required != true, path + ".required", "an option with a default is never missing")
      if let problem = OptionValue.problem(of: value, as: option, choices: option.choices) {
        log.add(path + ".default", problem)
      }
    }
  }

  /// Durations and sizes are numbers, whether the schema calls them integer or string.
  static func isQuantity(_ option: OptionSchema) -> Bool { option.format == .duration || option.format == .bytes }

  static func isOptionName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= ManifestRules.nameLength, isLetter(first) else { return false }
    return text.utf8.allSatisfy {
      isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_")
  }
}

/// Whether a value written in a manifest is one that its option's schema accepts.
enum OptionValue {
  /// What is wrong with the value, nil when it fits. `choices` nil = they are not looked at.
  static func problem(of value: ConfigValue, as option: OptionSchema, choices: [ConfigValue]?) -> String? {
    var measure: Double?
    switch (option.type, value) {
    case (.string, .int(let whole)) where OptionRules.isQuantity(option): measure = Double(whole)
    case (.string, .string(let text)) where OptionRules.isQuantity(option),
      (.integer, .string(let text)) where OptionRules.isQuantity(option):
      let isDuration = option.format == .duration
      guard let amount = isDuration ? Quantity.nanoseconds(text) : Quantity.bytes(text) else {
        return "'\(text)' is no " + (isDuration ? "duration such as \"1500ms\" or \"2s\"" : "size such as \"64KiB\"")
      }
      measure = Double(amount)
    case (.string, .string), (.boolean, .bool): break
    case (.integer, .int(let whole)): measure = Double(whole)
    case (.number, .int(let whole)): measure = Double(whole)
    case (.number, .double(let number)): measure = number
    case (.list, .list(let items)):
      measure = Double(items.count)
      for (index, item) in items.enumerated() {
        if let problem = elementProblem(item, option) { return "element \(index) \(problem)" }
      }
    case (.map, .map(let entries)):
      if let fields = option.fields { return membersProblem(entries, fields) }
      for entry in entries {
        if let problem = elementProblem(entry.value, option) { return "'\(entry.name)' \(problem)" }
      }
    default: return "should be \(word(option.type)), not \(value.kindInWords)"
    }
    if let measure {
      if let minimum = option.minimum, measure < minimum { return "is below the minimum \(shown(minimum))" }
      if let maximum = option.maximum, measure > maximum { return "is above the maximum \(shown(maximum))" }
    }
    if let choices, !choices.contains(value) {
      return "should be one of \(choices.map(\.json).joined(separator: ", "))"
    }
    return nil
  }

  /// What is wrong with an element of the list or a value of the map that `option` describes.
  private static func elementProblem(_ value: ConfigValue, _ option: OptionSchema) -> String? {
    switch option.element {
    case .any: return nil
    case .value(let schema): return problem(of: value, as: schema, choices: schema.choices)
    case .map(let fields):
      guard case .map(let entries) = value else { return "should be a map, not \(value.kindInWords)" }
      return membersProblem(entries, fields)
    }
  }

  private static func membersProblem(_ entries: [ConfigValue.Entry], _ fields: [OptionSchema]) -> String? {
    for entry in entries {
      guard let field = fields.first(where: { $0.name == entry.name }) else { return "has no field '\(entry.name)'" }
      if let problem = problem(of: entry.value, as: field, choices: field.choices) { return "'\(entry.name)' \(problem)" }
    }
    return nil
  }

  private static func word(_ type: OptionSchema.ValueType) -> String {
    switch type {
    case .string: "a string"
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .list: "a list"
    case .map: "a map"
    }
  }

  static func shown(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? "\(number)"
  }
}
