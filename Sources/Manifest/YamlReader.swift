// The parser of the Yams package, used by events: that gives every key and alias its own place, lets all duplicate keys be
// reported at once, and bounds depth and alias expansion before anything is built.
import CYaml

/// Reads one YAML 1.2 document (core schema) into located values. Environment values are put into scalar values, never into
/// names, and after parsing: they cannot add structure.
struct YamlReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let environment: [String: String]
  private let text: String
  private let diagnostics: DiagnosticList
  private var anchors: [String: Composed] = [:]
  private var values = 0
  private var environmentRoom = ManifestLimits.environmentBytes

  /// A value with what aliases to it will cost.
  private struct Composed {
    var value: SourceValue
    var values: Int
    var height: Int
  }

  static let emptyFix = "a manifest has at least the keys 'sources' and 'sinks'"

  /// Stops the reading; what is wrong has been reported.
  private struct Stop: Error {}

  /// The document's root; nil when it is empty or no YAML, which is then reported.
  static func read(_ text: String, environment: [String: String], into diagnostics: DiagnosticList) -> SourceValue? {
    // The parser is told that it reads UTF-8, so it does not look for a byte order mark.
    var text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    return text.withUTF8 { bytes in
      let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
      defer { parser.deallocate() }
      guard yaml_parser_initialize(parser) == 1 else {
        diagnostics.error(.start, "no memory is left to read the manifest")
        return nil
      }
      defer { yaml_parser_delete(parser) }
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      var reader = YamlReader(
        parser: parser, environment: environment, text: String(decoding: bytes, as: UTF8.self), diagnostics: diagnostics)
      return try? reader.document()
    }
  }

  private init(
    parser: UnsafeMutablePointer<yaml_parser_t>, environment: [String: String], text: String, diagnostics: DiagnosticList
  ) {
    self.parser = parser
    self.environment = environment
    self.text = text
    self.diagnostics = diagnostics
  }

  // MARK: Events

  private mutating func document() throws -> SourceValue? {
    _ = try next()
    let start = try next()
    guard start.type != YAML_STREAM_END_EVENT else {
      diagnostics.error(.start, "the manifest is empty", Self.emptyFix)
      return nil
    }
    let root = try compose(try next(), depth: 1)
    _ = try next()
    let end = try next()
    if end.type != YAML_STREAM_END_EVENT {
      diagnostics.error(end.location, "a second document starts here", "a manifest is one document: remove the '---'")
    }
    return root.value
  }

  private mutating func next() throws -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let problem = YamlProblem(parser.pointee, text: text)
      diagnostics.error(problem.location, problem.message, problem.fix)
      throw Stop()
    }
    defer { yaml_event_delete(&event) }
    return Event(event)
  }

  private mutating func compose(_ event: Event, depth: Int) throws -> Composed {
    guard depth <= ManifestLimits.depth else {
      diagnostics.error(event.location, "lists and maps are nested deeper than \(ManifestLimits.depth)")
      throw Stop()
    }
    let composed: Composed
    switch event.type {
    case YAML_ALIAS_EVENT: return try alias(event, depth: depth)
    case YAML_SEQUENCE_START_EVENT: composed = try list(event, depth: depth)
    case YAML_MAPPING_START_EVENT: composed = try map(event, depth: depth)
    default:
      try count(1, at: event.location)
      composed = Composed(value: scalar(event), values: 1, height: 1)
    }
    if let anchor = event.anchor { anchors[anchor] = composed }
    return composed
  }

  private mutating func count(_ more: Int, at location: SourceLocation) throws {
    values += more
    guard values <= ManifestLimits.values else {
      diagnostics.error(location, "the manifest holds more than \(ManifestLimits.values) values, aliases followed")
      throw Stop()
    }
  }

  // MARK: Nodes

  private mutating func alias(_ event: Event, depth: Int) throws -> Composed {
    let name = event.anchor ?? ""
    guard let target = anchors[name] else {
      diagnostics.error(
        event.location, "'*\(name)' stands for nothing: no value before it is marked '&\(name)'",
        name.isEmpty ? nil : "to write a text that starts with '*', put it in quotes: \"*\(name)\"")
      diagnostics.silence(event.location)
      return Composed(value: SourceValue(.null, at: event.location), values: 1, height: 1)
    }
    guard depth + target.height - 1 <= ManifestLimits.depth else {
      diagnostics.error(event.location, "lists and maps are nested deeper than \(ManifestLimits.depth)")
      throw Stop()
    }
    try count(target.values, at: event.location)
    return target
  }

  private mutating func list(_ event: Event, depth: Int) throws -> Composed {
    checkTag(event)
    try count(1, at: event.location)
    var items: [SourceValue] = []
    var (values, height) = (1, 1)
    while true {
      let item = try next()
      if item.type == YAML_SEQUENCE_END_EVENT { break }
      let composed = try compose(item, depth: depth + 1)
      items.append(composed.value)
      values += composed.values
      height = max(height, composed.height + 1)
    }
    return Composed(value: SourceValue(.list(items), at: event.location), values: values, height: height)
  }

  private mutating func map(_ event: Event, depth: Int) throws -> Composed {
    checkTag(event)
    try count(1, at: event.location)
    var entries: [SourceEntry] = []
    var places: [String: SourceLocation] = [:]
    var merged: [SourceEntry] = []
    var (values, height) = (1, 1)
    while true {
      let key = try next()
      if key.type == YAML_MAPPING_END_EVENT { break }
      let name = try keyName(key, depth: depth + 1)
      let value = try compose(try next(), depth: depth + 1)
      values += value.values
      height = max(height, value.height + 1)
      guard let name else { continue }
      if name == "<<", key.plain {
        merged += mergeEntries(value.value)
      } else if let first = places[name] {
        diagnostics.error(
          key.location, "'\(SourceValue.shortened(name))' is written twice; the first is in line \(first.line)",
          "remove one of them")
      } else {
        places[name] = key.location
        entries.append(SourceEntry(name, at: key.location, value.value))
      }
    }
    for entry in merged where places[entry.name] == nil {
      places[entry.name] = entry.location
      entries.append(entry)
    }
    return Composed(value: SourceValue(.map(entries), at: event.location), values: values, height: height)
  }

  /// The entries that `<<: *base` or `<<: [*one, *two]` brings in; the earlier and the map's own win.
  private mutating func mergeEntries(_ value: SourceValue) -> [SourceEntry] {
    switch value.content {
    case .map(let entries): return entries
    case .list(let items) where items.allSatisfy({ $0.entries != nil }): return items.flatMap { $0.entries ?? [] }
    default:
      diagnostics.error(value.location, "'<<' takes a map or a list of maps to merge, not \(value.described)")
      return []
    }
  }

  /// The text of a key; nil, and reported, when it is none.
  private mutating func keyName(_ event: Event, depth: Int) throws -> String? {
    if event.type == YAML_SCALAR_EVENT {
      checkTag(event)
      try count(1, at: event.location)
      if let anchor = event.anchor {
        let value = SourceValue(.string(event.text), at: event.location, text: event.text)
        anchors[anchor] = Composed(value: value, values: 1, height: 1)
      }
      return event.text
    }
    let key = try compose(event, depth: depth)
    if event.type == YAML_ALIAS_EVENT, key.height == 1, key.value.entries == nil, !key.value.text.isEmpty {
      return key.value.text
    }
    if event.type != YAML_ALIAS_EVENT || anchors[event.anchor ?? ""] != nil {
      diagnostics.error(
        event.location, "a key must be a word, not \(key.value.described)",
        "to write a text that starts with '{' or '[', put it in quotes")
    }
    return nil
  }

  private mutating func scalar(_ event: Event) -> SourceValue {
    checkTag(event)
    var text = event.text
    var substituted = false
    if text.utf8.contains(UInt8(ascii: "$")) {
      let found = EnvironmentText(text, environment: environment, room: environmentRoom)
      environmentRoom -= found.addedBytes
      for problem in found.problems {
        let place = locate(problem.token, of: event.location)
        if problem.isWarning {
          diagnostics.warning(place, problem.message, problem.fix)
        } else {
          diagnostics.error(place, problem.message, problem.fix)
        }
      }
      if found.problems.contains(where: { !$0.isWarning }) { diagnostics.silence(event.location) }
      (text, substituted) = (found.text, found.substituted)
    }
    let content = event.plain && event.tag == nil ? YamlScalar.content(of: text) : .string(text)
    return SourceValue(content, at: event.location, text: text, substituted: substituted)
  }

  private mutating func checkTag(_ event: Event) {
    guard let tag = event.tag, tag != "!", tag != "tag:yaml.org,2002:str" else { return }
    diagnostics.error(event.location, "the tag '\(SourceValue.shortened(tag))' has no meaning here", "remove it")
  }

  /// Where a piece of a scalar stands, if it stands in the scalar's first line as it is written; else the scalar's start.
  private func locate(_ token: String, of location: SourceLocation) -> SourceLocation {
    if diagnostics.isFull { return location }
    let line = Array((SourceText.line(location.line, of: text) ?? []).dropFirst(location.column - 1))
    let wanted = Array(token.unicodeScalars)
    guard line.count >= wanted.count else { return location }
    for start in 0...line.count - wanted.count where line[start..<start + wanted.count].elementsEqual(wanted) {
      return SourceLocation(line: location.line, column: location.column + start)
    }
    return location
  }
}
