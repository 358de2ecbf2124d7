import PluginManifest

/// The options that decide what comes out are there, and have the forms that they need.
extension ManifestRules {
  /// Options that the fields of open outputs depend on.
  func checkOpen(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    log.check(
      outputs.open != true || (outputs.same == true && outputs.merged != true), path + ".open", "adds to the `same` rows")
    typealias Reference = (member: String, option: String, types: [OptionSchema.ValueType])
    let named: [Reference] = (outputs.namedBy ?? []).enumerated().map { ("named_by[\($0)]", $1, [.list, .map]) }
    let others: [Reference?] = [
      outputs.prefix.map { ("prefix", $0, [.string]) }, outputs.wanted.map { ("wanted", $0, [.map]) },
      outputs.eventTime.map { ("event_time", $0, [.string]) },
    ]
    for (member, option, types) in named + others.compactMap({ $0 }) {
      log.check(outputs.open == true, "\(path).\(member)", "is of outputs that are `open`")
      let type = component.options?.first { $0.name == option }?.type
      log.check(
        type.map(types.contains) ?? false, "\(path).\(member)",
        "'\(option)' is no option of type \(types.map(\.rawValue).joined(separator: " or "))")
    }
  }

  /// The options that change fields are there, and have the forms that they need.
  func checkChanges(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    let changes: [(name: String, option: String?, type: OptionSchema.ValueType, what: String)] = [
      ("cast", outputs.cast, .map, "a map of types"), ("set", outputs.set, .map, "a map of expressions or aggregates"),
      ("rename", outputs.rename, .map, "a map of names"), ("remove", outputs.remove, .list, "a list of fields"),
      ("keep", outputs.keep, .list, "a list of fields"),
    ]
    for change in changes {
      guard let name = change.option else { continue }
      let place = "\(path).\(change.name)"
      log.check(outputs.same == true && component.kind == .operator, place, "changes rows that stay the `same`, of an operator")
      guard let option = component.options?.first(where: { $0.name == name }) else {
        log.add(place, "'\(name)' is no option of this component")
        continue
      }
      log.check(option.type == change.type, place, "'\(name)' is no option of \(change.what)")
      if change.name == "set" {
        var formats = [option.format]
        if case .value(let element) = option.element { formats.append(element.format) }
        log.check(
          formats.contains(.expression) || formats.contains(.aggregate), place,
          "the values of '\(name)' are no expressions or aggregates: format: expression")
      }
    }
  }

  /// The inputs whose rows are put together are there, and so are the options that say how.
  func checkJoined(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    guard let joined = outputs.joined else { return }
    let place = path + ".joined"
    log.check(component.kind == .operator, place, "is of an operator, whose rows come of its inputs")
    log.check(outputs.same != true && outputs.fieldsOf == nil, place, "are new rows: leave `same` and `fields_of` out")
    for (index, input) in joined.enumerated() {
      let place = "\(place)[\(index)]"
      let isPort = component.ports?.in?.contains { $0.name == input.port } == true
      log.check(isPort, place + ".port", "'\(input.port)' is no input port of this component")
      for name in input.key {
        let option = component.options?.first { $0.name == name }
        var formats = [option?.format]
        if let option, case .value(let element) = option.element { formats.append(element.format) }
        log.check(
          formats.contains(.field) || formats.contains(.key), place + ".key",
          "'\(name)' is no option that names fields (format: field or key)")
      }
      guard let prefix = input.prefix else { continue }
      let type = component.options?.first { $0.name == prefix }?.type
      log.check(type == .string, place + ".prefix", "'\(prefix)' is no option of text")
    }
  }

  /// Options that decide on fields of results: each names fields of the input, or is a map of aggregates or expressions.
  func checkResults(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    guard let options = outputs.fieldsOf else { return }
    let place = path + ".fields_of"
    log.check(component.kind == .operator, place, "is of an operator, whose results come of its input")
    log.check(outputs.same != true, place, "are the only fields beside `fields`: leave `same` out")
    for (index, name) in options.enumerated() {
      let place = "\(place)[\(index)]"
      guard let option = component.options?.first(where: { $0.name == name }) else {
        log.add(place, "'\(name)' is no option of this component")
        continue
      }
      var formats = [option.format]
      if case .value(let element) = option.element { formats.append(element.format) }
      let isFields = formats.contains(.field) || formats.contains(.key)
      let isComputed = option.type == .map && (formats.contains(.aggregate) || formats.contains(.expression))
      log.check(
        isFields || isComputed, place,
        "'\(name)' names no fields (format: field or key), nor is it a map of aggregates or expressions")
    }
  }
}
