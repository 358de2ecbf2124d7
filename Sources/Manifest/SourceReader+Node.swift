import PluginManifest

extension SourceReader {
  /// Reads one node; what is wrong is reported and left out.
  mutating func node(_ entry: SourceEntry, _ kind: ComponentManifest.Kind) -> NodeSource {
    var node = NodeSource(entry.name, kind, at: entry.location)
    guard let entries = entry.value.entries else {
      diagnostics.error(
        entry.value.location, "'\(SourceValue.shortened(entry.name))' takes a map, not \(entry.value.described)",
        kind == .source ? "write { use: file, with: { path: data.jsonl } }" : "write { use: stdout, from: sensors }")
      return node
    }
    for part in known(entries, in: Grammar.node, of: kind.article, kind: kind) { read(part, into: &node) }
    if !has("use", entries), !has("function", entries) {
      diagnostics.error(
        entry.location, "'\(SourceValue.shortened(entry.name))' does not say which component it uses",
        "add 'use' with the id of a component")
    }
    if kind == .operator { checkFunction(entries) }
    if kind != .source, !has("from", entries) {
      diagnostics.error(
        entry.location, "'\(SourceValue.shortened(entry.name))' reads nothing",
        "add 'from' with the name of a source or operator")
    }
    return node
  }

  /// True when a key is there, or one that was meant to be it.
  private func has(_ key: String, _ entries: [SourceEntry]) -> Bool {
    entries.contains { $0.name == key || Self.meant($0.name, among: Grammar.node.map(\.name)) == key }
  }

  private mutating func read(_ entry: SourceEntry, into node: inout NodeSource) {
    switch entry.name {
    case "use":
      node.use = word(entry.value, "'use' takes the id of a component").map { Located($0, at: entry.value.location) }
    case "from": node.from = from(entry)
    case "function": node.function = function(entry)
    case "with": node.with = with(entry)
    case "watermark": node.watermark = watermark(entry)
    case "state": node.state = state(entry)
    case "order":
      node.order = choice(entry, Grammar.order).flatMap(InputOrder.init).map { Located($0, at: entry.location) }
    case "buffer": node.buffer = buffer(entry)
    case "on_error": node.onError = onError(entry)
    case "lanes": node.lanes = lanes(entry).map { Located($0, at: entry.value.location) }
    case "delivery": node.delivery = delivery(entry)
    default: isolation(entry)
    }
  }

  private mutating func lanes(_ entry: SourceEntry) -> LaneCount? {
    if entry.value.text == "auto" { return .auto }
    return whole(entry, 1...LaneCount.most, or: "'auto'").map { .exactly($0) }
  }

  private mutating func with(_ entry: SourceEntry) -> SourceValue? {
    switch entry.value.content {
    case .map: return entry.value
    case .null: return nil
    default:
      diagnostics.error(
        entry.value.location, "'with' takes a map of options, not \(entry.value.described)", "write with: { option: value }")
      return nil
    }
  }

  // MARK: from

  private mutating func from(_ entry: SourceEntry) -> FromSource? {
    let value = entry.value
    guard let entries = value.entries else {
      return references(value).map { FromSource(location: value.location, ports: [.init(name: nil, references: $0)]) }
    }
    if entries.isEmpty { diagnostics.error(value.location, "'from' names no input port", "write from: { left: a, right: b }") }
    let ports = entries.compactMap { port -> FromSource.Port? in
      guard let references = references(port.value) else { return nil }
      return .init(name: Located(port.name, at: port.location), references: references)
    }
    return ports.count == entries.count && !ports.isEmpty ? FromSource(location: value.location, ports: ports) : nil
  }

  /// One name or a list of names; nil when one of them is wrong, which is reported.
  private mutating func references(_ value: SourceValue) -> [NodeReference]? {
    guard case .list(let items) = value.content else { return reference(value).map { [$0] } }
    if items.isEmpty { diagnostics.error(value.location, "'from' names no node") }
    let references = items.compactMap { reference($0) }
    var seen = Set<String>()
    for reference in references where !seen.insert(reference.text).inserted {
      diagnostics.error(
        reference.location, "'\(reference.text)' is named twice under one 'from', so that its rows would come twice",
        "remove one of them")
    }
    return references.count == items.count && !items.isEmpty && seen.count == references.count ? references : nil
  }

  mutating func reference(_ value: SourceValue) -> NodeReference? {
    guard let text = word(value, "'from' takes the name of a node") else { return nil }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let node = parts.first ?? ""
    let port = parts.count == 2 ? parts[1] : nil
    let isRight = Self.isName(node.contains("*") ? node.replacing("*", with: "_") : node) && port.map(Self.isName) ?? true
    guard isRight else {
      diagnostics.error(
        value.location, "'\(SourceValue.shortened(text))' is no name of a node",
        port?.contains("*") == true
          ? "'*' stands for names of nodes, not of ports: write \"*.dead\"" : "write node, node.port or \"*.dead\"")
      return nil
    }
    return NodeReference(node: node, port: port, location: value.location)
  }

  // MARK: Policies

  /// How a duration is written, with the number that stands there.
  static func durationFix(_ text: String) -> String {
    if Quantity.bytes(text) != nil, Int64(text) != nil { return "add a unit: \(text)ms or \(text)s" }
    if text.hasPrefix("-"), Quantity.nanoseconds(String(text.dropFirst())) != nil {
      return "no duration is negative: write \(text.dropFirst())"
    }
    let unit = text.drop { $0.isASCII && $0.isNumber }
    if unit.count < text.count, Quantity.nanoseconds("1" + unit) != nil { return "it is too long: the most is 106751d" }
    return "write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m"
  }

  mutating func whole(_ entry: SourceEntry, _ range: ClosedRange<Int>, or more: String? = nil) -> Int? {
    let takes = "'\(entry.name)' takes \(more.map { "\($0), or " } ?? "")a whole number"
    guard let text = word(entry.value, takes) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      diagnostics.error(
        entry.value.location,
        "\(takes) from \(range.lowerBound) to \(range.upperBound), not \(entry.value.described)")
      return nil
    }
    return number
  }
}
