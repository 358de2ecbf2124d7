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
    ArrivalRules.check(component, path + ".arrival", &log)
    ConditionRules.checkTimes(component, path, &log)
    log.check(
      component.keyedState != true || component.kind != .source, path + ".keyed_state", "is of operators and sinks")
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
    if let outputs = component.outputs { check(outputs, of: component, path + ".outputs", &log) }
    for (index, port) in (component.ports?.out ?? []).enumerated() {
      let place = "\(path).ports.out[\(index)]"
      log.check(port.late != true || component.kind == .operator, place + ".late", "only rows of an operator's input are late")
      if let outputs = port.outputs { check(outputs, of: component, place + ".outputs", &log) }
    }
    for (index, port) in (component.ports?.in ?? []).enumerated() {
      let place = "\(path).ports.in[\(index)]"
      log.check(port.late == nil, place + ".late", "is of output ports")
      log.check(port.outputs == nil, place + ".outputs", "are of output ports")
    }
  }

  /// What comes out, of all ports or of one.
  private func check(
    _ outputs: ComponentManifest.Outputs, of component: ComponentManifest, _ path: String, _ log: inout Log
  ) {
    log.check(component.kind != .sink, path, "a sink has no output")
    log.check(outputs.merged != true || outputs.same == true, path + ".merged", "is of rows that stay the `same`")
    checkOpen(outputs, of: component, path, &log)
    checkChanges(outputs, of: component, path, &log)
    checkResults(outputs, of: component, path, &log)
    checkJoined(outputs, of: component, path, &log)
    var seen: Set<String> = []
    for (index, field) in (outputs.fields ?? []).enumerated() {
      let place = "\(path).fields[\(index)]"
      log.check(seen.insert(field.name).inserted, place + ".name", "a second field '\(field.name)'")
      log.check(Self.columnTypes, contain: field.type, place + ".type")
      log.checkText(field.doc, place + ".doc", lines: true)
      if let role = field.role { log.check(Self.roles, contain: role, place + ".role") }
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
