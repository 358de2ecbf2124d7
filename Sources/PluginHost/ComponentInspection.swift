import PluginManifest

/// One component in the text of `plugin inspect`.
struct ComponentInspection {
  private let component: ComponentManifest
  private let entry: PluginEntry
  private let formatOptions: PluginInspection.FormatOptions

  init(_ component: ComponentManifest, entry: PluginEntry, formatOptions: PluginInspection.FormatOptions) {
    self.component = component
    self.entry = entry
    self.formatOptions = formatOptions
  }

  var text: String {
    var text =
      "\(kindWord) \(TerminalText.line(component.id))\n"
      + TextTable.wrapped(component.doc, width: PluginInspection.width, indent: 2)
    text += "\n" + TextTable.render(facts, indent: 2)
    text += section("Ports", ports)
    text += options("Options", component.options ?? [])
    if let codec = component.codec {
      let what = codec == .decode ? "reading records" : "writing records"
      let own = Set((component.options ?? []).map(\.name))
      let shared = (formatOptions[codec] ?? []).filter { !own.contains($0.name) }
      text += options("Options of the host's formats, for \(what)", shared)
    }
    text += section("Fields read", inputs) + section("Fields sent", outputs)
    for port in component.ports?.out ?? [] {
      if let outputs = port.outputs { text += section("Fields sent by \(port.name)", fields(outputs)) }
    }
    if let example = component.example {
      text += "\n  Example, a pipeline that runs\n"
      for line in TerminalText.lines(example).split(separator: "\n", omittingEmptySubsequences: false) {
        text += line.isEmpty ? "\n" : "    \(line)\n"
      }
      if !text.hasSuffix("\n") { text += "\n" }
      while text.hasSuffix("\n\n") { text.removeLast() }
    }
    return text
  }

  var kindWord: String {
    switch component.kind {
    case .source: "Source"
    case .operator: "Operator"
    case .sink: "Sink"
    }
  }

  var facts: [[String]] {
    let isClashing = entry.clashes.contains { $0.kind == component.kind && $0.id == component.id }
    var rows = [["Use", isClashing ? "\(entry.name)/\(component.id)" : component.id]]
    switch component.concurrency {
    case .stateless: rows.append(["Instances", "any number side by side"])
    case .keyed: rows.append(["Instances", "one for each lane of keys"])
    case .single: rows.append(["Instances", "one"])
    case nil: break
    }
    if let every = component.pollEvery { rows.append(["Polled", "every \(every) while it has nothing"]) }
    if component.blocking == true { rows.append(["Thread", "its own, because calls may block"]) }
    if component.allocation == .amortised { rows.append(["Memory", "taken when what it holds grows"]) }
    if let isolation = component.isolation { rows.append(["Isolation", "asks for a \(isolation) of its own"]) }
    if component.keyedState == true { rows.append(["Keyed state", "as much as `state` of the pipeline's manifest allows"]) }
    for arrival in component.arrival ?? [] { rows.append(["Arrival", Self.condition(arrival)]) }
    rows += orders.map { ["Arrival", $0] }
    for condition in component.eventTime ?? [] { rows.append(["Event time", "rows need one" + Self.text(condition)]) }
    for wait in component.waits ?? [] {
      rows.append(["Watermark", "\(wait.reason) when it moves" + Self.text(wait.condition)])
    }
    if component.setsWatermark == true { rows.append(["Watermark", "the source sets it itself"]) }
    if let version = component.stateVersion { rows.append(["State", "version \(version)"]) }
    return rows
  }

  var ports: [[String]] {
    var rows: [[String]] = []
    func add(_ direction: String, _ listed: [ComponentManifest.Port]?, standard: String) {
      for port in listed ?? [] {
        rows.append([
          direction, port.name, (port.doc ?? "") + (port.isLate ? (port.doc == nil ? "" : "; ") + "counted as late" : ""),
        ])
      }
      if (listed ?? []).isEmpty { rows.append([direction, standard, ""]) }
    }
    if component.kind != .source { add("in", component.ports?.in, standard: "in") }
    if component.kind != .sink {
      if let from = component.ports?.outFrom {
        for port in component.ports?.out ?? [] { rows.append(["out", port.name, port.doc ?? ""]) }
        rows.append(["out", "<\(from)>", "one for each entry of the option \(from)"])
      } else {
        add("out", component.ports?.out, standard: "out")
      }
    }
    rows.append(["out", ManifestRules.deadPort, "rows that were refused, with the reason"])
    return rows
  }

  var inputs: [[String]] {
    guard component.kind != .source else { return [] }
    guard let inputs = component.inputs else { return [["any"]] }
    if inputs.isEmpty { return [["none"]] }
    return inputs.map {
      [
        $0.name ?? "<\($0.option ?? "")>", $0.type ?? "any type", $0.required == true ? "required" : "",
        $0.doc ?? ($0.option.map { "named by the option \($0)" } ?? ""),
      ]
    }
  }

  var outputs: [[String]] {
    guard component.kind != .sink, let outputs = component.outputs else { return [] }
    return fields(outputs)
  }

  private func fields(_ outputs: ComponentManifest.Outputs) -> [[String]] {
    var rows = outputs.same == true ? [["all fields of the input"]] : []
    if outputs.open == true {
      let options = (outputs.namedBy ?? []).joined(separator: ", ")
      rows.append([
        "others", "", "",
        options.isEmpty ? "depending on options and input" : "named by the options \(options), or by the input",
      ])
    }
    for input in outputs.joined ?? [] {
      let prefix = input.prefix.map { ", under names that begin with \($0)" } ?? ""
      rows.append(["fields of \(input.port)", "", "", "those of \(input.key[0]) once\(prefix)"])
    }
    for option in outputs.fieldsOf ?? [] { rows.append(["<\(option)>", "", "", "decided by the option \(option)"]) }
    for field in outputs.fields ?? [] {
      rows.append([field.name, field.type, field.role.map { "role \($0)" } ?? "", field.doc ?? ""])
    }
    return rows
  }

  private func section(_ title: String, _ rows: [[String]]) -> String {
    rows.isEmpty ? "" : "\n  \(title)\n" + TextTable.render(rows, indent: 4)
  }

  /// NAME TYPE DEFAULT RANGE, and the sentence about it on the next line.
  private func options(_ title: String, _ options: [OptionSchema]) -> String {
    if options.isEmpty { return "" }
    let rows = options.map { [$0.name, Self.type($0), Self.standard($0), Self.range($0)] }
    let lines = TextTable.render([["NAME", "TYPE", "DEFAULT", "RANGE"]] + rows, indent: 4).split(separator: "\n")
    var text = "\n  \(title)\n\(lines[0])\n"
    for (line, option) in zip(lines.dropFirst(), options) {
      text +=
        "\(line)\n" + TextTable.wrapped(option.doc, width: PluginInspection.width, indent: 8) + elements(option, indent: 8)
        + functions(option, indent: 8)
    }
    return text
  }

  /// What aggregates may call: a line each.
  private func functions(_ option: OptionSchema, indent: Int) -> String {
    (option.functions ?? []).map { function in
      let result = function.result == AggregateFunction.argumentType ? "as its argument" : function.result
      return TextTable.wrapped(
        "- \(function.form): \(result); \(function.doc)", width: PluginInspection.width, indent: indent)
    }.joined()
  }

  /// Aggregates in which the order of rows shows, by how much of it does.
  private var orders: [String] {
    let functions = (component.options ?? []).flatMap { $0.functions ?? [] }
    func names(_ orders: [AggregateFunction.Order]) -> String? {
      let found = functions.filter { $0.order.map(orders.contains) ?? false }.map(\.name)
      return found.isEmpty ? nil : found.joined(separator: ", ")
    }
    let places = ", where they come from several partitions"
    return [
      names([.doubles, .rows]).map { "the order of rows shows in the last place of \($0)" + places },
      names([.ties]).map { "the order of rows with equal time and id shows in \($0)" + places },
    ].compactMap(\.self)
  }

  private static func condition(_ arrival: ComponentManifest.Arrival) -> String {
    "results depend on when rows arrive" + text(arrival.condition)
      + (arrival.partitions == true ? ", where they come from several partitions" : "")
  }

  private static func text(_ condition: ComponentManifest.Condition) -> String {
    let value = condition.value.map { ": \($0.plain)" } ?? ""
    return (condition.option.map { " with \($0)\(value)" } ?? "") + (condition.without.map { ", without \($0)" } ?? "")
  }

  /// The fields of a list's or map's elements that are maps.
  private func elements(_ option: OptionSchema, indent: Int) -> String {
    guard indent <= 8 + 4 * OptionRules.depthLimit else { return "" }
    guard option.type == .list || option.type == .map else { return "" }
    if let fields = option.fields { return members(fields, indent: indent) }
    switch option.element {
    case .any: return ""
    case .value(let item): return elements(item, indent: indent)
    case .map(let fields): return members(fields, indent: indent)
    }
  }

  private func members(_ fields: [OptionSchema], indent: Int) -> String {
    fields.map { item in
      let facts = [item.name, Self.type(item), Self.standard(item), Self.range(item)].filter { !$0.isEmpty && $0 != "-" }
      let doc = item.doc.isEmpty ? "" : ": " + item.doc
      return TextTable.wrapped("- " + facts.joined(separator: ", ") + doc, width: PluginInspection.width, indent: indent)
        + elements(item, indent: indent + 4)
    }.joined()
  }

  static func type(_ option: OptionSchema) -> String {
    guard option.type == .list || option.type == .map else { return option.format?.rawValue ?? option.type.rawValue }
    if option.fields != nil { return option.type.rawValue }
    switch option.element {
    case .any: return option.type.rawValue
    case .value(let item): return option.type.rawValue + " of \(type(item))"
    case .map: return option.type.rawValue + " of maps"
    }
  }

  static func standard(_ option: OptionSchema) -> String {
    guard let value = option.default, value != .null else { return option.required == true ? "required" : "-" }
    if option.format == .secret { return "***" }
    if case .int(let number) = value {
      switch option.format {
      case .duration: return Quantity.text(nanoseconds: number)
      case .bytes: return Quantity.text(bytes: number)
      default: return String(number) + (option.unit.map { " " + $0 } ?? "")
      }
    }
    if case .string(let text) = value, option.format == .duration || option.format == .bytes { return text }
    let text = value == .string("") ? value.json : value.plain
    return text + (option.unit.map { " " + $0 } ?? "")
  }

  static func range(_ option: OptionSchema) -> String {
    var parts: [String] = []
    func bound(_ value: Double) -> String {
      guard let whole = Int64(exactly: value) else { return OptionValue.shown(value) }
      switch option.format {
      case .duration: return Quantity.text(nanoseconds: whole)
      case .bytes: return Quantity.text(bytes: whole)
      default: return String(whole)
      }
    }
    let unit = option.type == .list ? " elements" : option.unit.map { " " + $0 } ?? ""
    switch (option.minimum, option.maximum) {
    case (let least?, let most?): parts.append("\(bound(least)) to \(bound(most))\(unit)")
    case (let least?, nil): parts.append("\(bound(least)) or more\(unit)")
    case (nil, let most?): parts.append("\(bound(most)) or less\(unit)")
    case (nil, nil): if let unit = option.unit, option.default == nil { parts.append("in \(unit)") }
    }
    if let choices = option.choices { parts.append(choices.map(\.plain).joined(separator: " | ")) }
    return parts.joined(separator: ", ")
  }
}

extension ConfigValue {
  /// A string without quotes, anything else as JSON.
  var plain: String {
    if case .string(let text) = self { return text }
    return json
  }
}
