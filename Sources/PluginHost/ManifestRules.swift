import PluginManifest

/// What a manifest must satisfy beyond its types: names, references between its parts, defaults that fit.
struct ManifestRules {
  static let nameLength = 64
  static let problemLimit = 100
  static let columnTypes = ["bool", "int", "double", "time", "string", "binary", "variant"]
  static let roles = ["id", "event_time", "source", "type", "key"]
  /// The dead-letter port, which every node has.
  static let deadPort = "dead"

  func problems(of manifest: PluginManifest) -> [ManifestProblem] {
    var log = Log()
    log.check(Self.isName(manifest.name), "name", "'\(manifest.name)' is no plugin name: \(Self.nameRule)")
    log.check(!manifest.version.isEmpty, "version", "is empty")
    log.checkText(manifest.version, "version")
    log.checkText(manifest.license, "license")
    log.checkText(manifest.doc, "doc", lines: true)
    for (index, file) in (manifest.files ?? []).enumerated() {
      log.check(
        Self.isInside(file), "files[\(index)]", "'\(file)' must be the relative path of a file below the plugin's directory")
      log.checkText(file, "files[\(index)]")
    }
    log.check(!manifest.components.isEmpty, "components", "has none; a plugin has at least one")
    var seen: Set<String> = []
    for (index, component) in manifest.components.enumerated() {
      let path = "components[\(index)]"
      log.check(Self.isName(component.id), path + ".id", "'\(component.id)' is no component id: \(Self.nameRule)")
      log.check(
        seen.insert("\(component.kind) \(component.id)").inserted, path + ".id",
        "a second \(component.kind.rawValue) '\(component.id)'")
      check(component, path, &log)
    }
    return Array(log.problems.prefix(Self.problemLimit))
  }

  private func check(_ component: ComponentManifest, _ path: String, _ log: inout Log) {
    log.check(!component.doc.isEmpty, path + ".doc", "is empty; one line says what the component does")
    log.checkText(component.doc, path + ".doc", lines: true)
    OptionRules.check(component.options ?? [], path + ".options", &log)
    switch (component.codec, component.kind) {
    case (.decode, .operator), (.decode, .sink): log.add(path + ".codec", "only a source decodes")
    case (.encode, .source), (.encode, .operator): log.add(path + ".codec", "only a sink encodes")
    default: break
    }
    checkPorts(component, path + ".ports", &log)
    checkFields(component, path, &log)
    if let pollEvery = component.pollEvery {
      log.check(component.kind == .source, path + ".poll_every", "only a source is polled")
      log.check(
        (Quantity.nanoseconds(pollEvery) ?? 0) > 0, path + ".poll_every", "'\(pollEvery)' is no duration such as \"100ms\"")
    }
    if let isolation = component.isolation {
      log.check(isolation == "process", path + ".isolation", "'\(isolation)' should be process, or left out")
    }
    if let example = component.example { log.check(!example.isEmpty, path + ".example", "is empty; leave it out") }
  }

  private func checkPorts(_ component: ComponentManifest, _ path: String, _ log: inout Log) {
    guard let ports = component.ports else { return }
    for (name, list) in [("in", ports.in ?? []), ("out", ports.out ?? [])] {
      var seen: Set<String> = []
      for (index, port) in list.enumerated() {
        let place = "\(path).\(name)[\(index)].name"
        log.checkText(port.doc, "\(path).\(name)[\(index)].doc", lines: true)
        log.check(Self.isName(port.name), place, "'\(port.name)' is no port name: \(Self.nameRule)")
        log.check(port.name != Self.deadPort, place, "every node has the port '\(Self.deadPort)'; it is not listed")
        log.check(seen.insert(port.name).inserted, place, "a second port '\(port.name)'")
      }
    }
    log.check(component.kind != .source || (ports.in ?? []).isEmpty, path + ".in", "a source has no input ports")
    log.check(component.kind != .sink || (ports.out ?? []).isEmpty, path + ".out", "a sink has no output ports")
    if let option = ports.outFrom {
      log.check(component.kind != .sink, path + ".out_from", "a sink has no output ports")
      let type = component.options?.first { $0.name == option }?.type
      log.check(type == .list || type == .map, path + ".out_from", "'\(option)' is no option of type list or map")
    }
  }

  private func checkFields(_ component: ComponentManifest, _ path: String, _ log: inout Log) {
    for (index, field) in (component.inputs ?? []).enumerated() {
      let place = "\(path).inputs[\(index)]"
      log.check((field.name == nil) != (field.option == nil), place, "has either a name or an option that holds the name")
      if let option = field.option {
        log.check(
          component.options?.contains { $0.name == option } ?? false, place + ".option",
          "'\(option)' is no option of this component")
      }
      if let type = field.type { log.check(Self.columnTypes, contain: type, place + ".type") }
      log.checkText(field.doc, place + ".doc", lines: true)
      log.check(component.kind != .source, place, "a source has no input")
    }
    guard let outputs = component.outputs else { return }
    log.check(component.kind != .sink, path + ".outputs", "a sink has no output")
    log.check(outputs.merged != true || outputs.same == true, path + ".outputs.merged", "is of rows that stay the `same`")
    checkOpen(outputs, of: component, path + ".outputs", &log)
    checkChanges(outputs, of: component, path + ".outputs", &log)
    var seen: Set<String> = []
    for (index, field) in (outputs.fields ?? []).enumerated() {
      let place = "\(path).outputs.fields[\(index)]"
      log.check(seen.insert(field.name).inserted, place + ".name", "a second field '\(field.name)'")
      log.check(Self.columnTypes, contain: field.type, place + ".type")
      log.checkText(field.doc, place + ".doc", lines: true)
      if let role = field.role { log.check(Self.roles, contain: role, place + ".role") }
    }
  }

  /// Options that the fields of open outputs depend on.
  private func checkOpen(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    log.check(
      outputs.open != true || (outputs.same == true && outputs.merged != true), path + ".open", "adds to the `same` rows")
    typealias Reference = (member: String, option: String, types: [OptionSchema.ValueType])
    let named: [Reference] = (outputs.namedBy ?? []).enumerated().map { ("named_by[\($0)]", $1, [.list, .map]) }
    let others: [Reference?] = [
      outputs.prefix.map { ("prefix", $0, [.string]) }, outputs.wanted.map { ("wanted", $0, [.map]) },
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
  private func checkChanges(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    let changes: [(name: String, option: String?, type: OptionSchema.ValueType, what: String)] = [
      ("cast", outputs.cast, .map, "a map of types"), ("set", outputs.set, .map, "a map of expressions"),
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
        var isOfExpressions = false
        if case .value(let element) = option.element { isOfExpressions = element.format == .expression }
        log.check(isOfExpressions, place, "the values of '\(name)' are no expressions: format: expression")
      }
    }
  }

  static let nameRule = "lower-case letters, digits, '-' and '_', starting with a letter, at most \(nameLength)"

  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= nameLength, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else {
      return false
    }
    return bytes.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: "_")
    }
  }

  /// Whether a path stays below the directory that it starts from.
  private static func isInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/")
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != "" && $0 != "." && $0 != ".." }
  }

  struct Log {
    var problems: [ManifestProblem] = []

    mutating func add(_ path: String, _ text: String) { problems.append(ManifestProblem(path, text)) }

    mutating func check(_ holds: Bool, _ path: String, _ text: @autoclosure () -> String) {
      if !holds { add(path, text()) }
    }

    /// Text that people read holds nothing that steers a terminal; `lines`: it may have several lines.
    mutating func checkText(_ text: String?, _ path: String, lines: Bool = false) {
      let found = text?.unicodeScalars.first { TerminalText.isControl($0) && !(lines && $0 == "\n") }
      guard let found else { return }
      let code = String(found.value, radix: 16, uppercase: true)
      add(path, "has the control character U+\(String(repeating: "0", count: 4 - code.utf8.count))\(code)")
    }

    mutating func check(_ choices: [String], contain value: String, _ path: String) {
      check(choices.contains(value), path, "'\(value)' should be one of \(choices.joined(separator: ", "))")
    }
  }
}
