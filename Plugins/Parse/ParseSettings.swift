import PluginKit

/// What the options say, resolved: the parser, and what is made of what it finds.
struct ParseSettings {
  enum Format: String, CaseIterable, Sendable {
    case json, csv, keyValue = "key_value", regex, syslog, access
  }
  enum OnError: String, CaseIterable, Sendable { case reject, keep }

  let field: String
  let parser: any LineParser
  /// Before the name of each field that is made.
  let prefix: String
  /// Types that the manifest gives, by the name without prefix: a value of another type is an error.
  let declared: [(name: String, type: FieldKind)]
  /// Types that nodes further down ask for, by the whole name: a value of another type is none.
  let wanted: [(name: String, type: FieldKind)]
  let removes: Bool
  let keepsFailed: Bool
  /// The field, without prefix, that becomes the event time.
  let time: String?
  let timeFormat: TimeFormat
  let defaults: TimeDefaults

  init(_ config: Config) throws {
    typealias Options = ParseOperator
    field = try config[Options.field]
    prefix = try config[Options.prefix]
    removes = try config[Options.remove]
    keepsFailed = try config[Options.onError] == .keep
    let fields = try config[Options.fields] ?? []
    declared = fields.map { ($0.name, $0.value) }
    wanted = (try config[Options.named] ?? []).map { ($0.name, $0.value) }
    timeFormat = try TimeFormat(config[Options.timeFormat])
    defaults = TimeDefaults(zoneSeconds: try Self.zone(config[Options.timeZone]), year: try config[Options.year])
    time = try config[Options.time]
    parser = try Self.parser(config, defaults)
    try checkFields(fields)
  }

  private static func zone(_ text: String) throws -> Int {
    if text == "UTC" || text == "GMT" { return 0 }
    var text = text
    let seconds = text.withUTF8 { bytes -> Int? in
      var at = 0
      guard let found = TimeText.zone(Bytes(bytes), &at), at == bytes.count else { return nil }
      return found
    }
    guard let seconds else { throw PluginError.config("'\(text)' is no offset from UTC such as +02:00", at: "time_zone") }
    return seconds
  }

  /// The options that a format alone has, and whether it needs them.
  private static func parser(_ config: Config, _ defaults: TimeDefaults) throws -> any LineParser {
    typealias Options = ParseOperator
    let format = try config[Options.format]
    let pattern = try config[Options.pattern]
    let columns = try config[Options.columns]
    let delimiter = try config[Options.delimiter]
    let separator = try config[Options.separator]
    func check(_ option: String, _ isGiven: Bool, of formats: Format...) throws {
      guard isGiven, !formats.contains(format) else { return }
      let names = formats.map { "`format: \($0.rawValue)`" }.joined(separator: " or ")
      throw PluginError.config("'\(option)' goes with \(names)", at: option)
    }
    try check("pattern", pattern != nil, of: .regex)
    try check("columns", columns != nil, of: .csv)
    try check("delimiter", delimiter != nil, of: .csv, .keyValue)
    try check("separator", separator != nil, of: .keyValue)
    switch format {
    case .json: return JSONLine()
    case .syslog: return SyslogLine(defaults: defaults)
    case .access: return AccessLine()
    case .regex:
      guard let pattern else {
        throw PluginError.config("the format regex needs a pattern; write pattern: '(?P<name>...)'", at: "format")
      }
      return try RegexLine(pattern)
    case .csv:
      let delimiter = try Self.delimiter(delimiter ?? ",")
      guard let columns else {
        throw PluginError.config("the format csv needs the names of its columns; write columns: [a, b]", at: "format")
      }
      return CSVLine(columns: try distinct(columns), delimiter: delimiter)
    case .keyValue:
      if delimiter?.isEmpty ?? false {
        throw PluginError.config("'delimiter' is empty; leave it out for blanks", at: "delimiter")
      }
      if separator?.isEmpty ?? false { throw PluginError.config("'separator' is empty; leave it out for =", at: "separator") }
      return KeyValueLine(delimiter: delimiter, separator: separator ?? "=")
    }
  }

  private static func delimiter(_ text: String) throws -> UInt8 {
    guard text.utf8.count == 1, let byte = text.utf8.first, byte != UInt8(ascii: "\""), byte < 0x80 else {
      throw PluginError.config("'delimiter' is one character of ASCII, and no quote", at: "delimiter")
    }
    return byte
  }

  private static func distinct(_ names: [String]) throws -> [String] {
    if names.isEmpty { throw PluginError.config("'columns' names no column", at: "columns") }
    for (index, name) in names.enumerated() where name.isEmpty || names[..<index].contains(name) {
      throw PluginError.config(
        name.isEmpty ? "a column has no name" : "two columns are named '\(name)'", at: "columns[\(index)]")
    }
    return names
  }

  private func checkFields(_ fields: [OptionEntry<FieldKind>]) throws {
    let names = parser.fields.map(\.name)
    for field in fields {
      let name = field.name
      let length = prefix.utf8.count + name.utf8.count
      if name.isEmpty || length > FrameLimits.maxNameBytes {
        throw PluginError.config("a field has a name of 1 to \(FrameLimits.maxNameBytes) bytes", at: field.path)
      }
      if !parser.isOpen, !names.contains(name) {
        throw PluginError.config(
          "this format makes no '\(name)'; it makes \(names.joined(separator: ", "))", at: field.path)
      }
    }
    if removes, keepsFailed, !prefix.isEmpty {
      throw PluginError.config("with a prefix, `remove` goes with `on_error: reject`", at: "remove")
    }
    guard let time else { return }
    let type = declared.first { $0.name == time }?.type ?? parser.fields.first { $0.name == time }?.type
    guard type == .time else {
      throw PluginError.config("'\(time)' is no field of type time; write fields: { \(time): time }", at: "time")
    }
    if keepsFailed {
      throw PluginError.config("a row that is kept has no event time; `time` goes with `on_error: reject`", at: "time")
    }
  }
}
