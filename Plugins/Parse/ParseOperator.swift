import PluginKit

/// Operator `parse`: makes fields of a text field.
struct ParseOperator: Operator {
  static let field = Option("field", .field, doc: "The text that is parsed.", default: "message")
  static let format = Option("format", .choice(ParseSettings.Format.self), doc: "What the text is.")
  static let fields = Option(
    optional: "fields", .map(.choice(FieldKind.self)),
    doc: "Fields that are made, and their types. A value of another type is an error.")
  static let prefix = Option("prefix", .string, doc: "Stands before the name of each field that is made.", default: "")
  static let remove = Option("remove", .bool, doc: "True leaves the text out of what goes on.", default: false)
  static let onError = Option(
    "on_error", .choice(ParseSettings.OnError.self),
    doc: "A row that cannot be parsed goes to `dead`, or on as it is.", default: .reject)
  static let pattern = Option(optional: "pattern", .string, doc: "Of regex: a regular expression of RE2 with named groups.")
  static let columns = Option(optional: "columns", .list(.string), doc: "Of csv: the fields, in order.", minimum: 1)
  static let delimiter = Option(
    optional: "delimiter", .string, doc: "Between the fields of csv, a comma if left out, or between pairs, then blanks.")
  static let separator = Option(
    optional: "separator", .string, doc: "Of key_value: between a name and its value, = if left out.")
  static let time = Option(
    optional: "time", .string, doc: "A field of type time that becomes the event time, of rows that have none.")
  static let timeFormat = Option(
    "time_format", .string,
    doc: "How texts say a time: rfc3339, s, ms, us or ns since 1970, syslog, access, or a pattern such as %d.%m.%Y %H:%M.",
    default: "rfc3339")
  static let timeZone = Option("time_zone", .string, doc: "Of times that do not say theirs: UTC, or an offset.", default: "UTC")
  static let year = Option(
    optional: "year", .int, doc: "Of times that do not say theirs; left out, the one that lets them lie in the past.",
    minimum: 1678, maximum: 2261)
  static let named = Option(
    optional: "named", .map(.choice(FieldKind.self)),
    doc: "Fields that become columns if they are made, and their types; completed with those that nodes further down name.")

  static let component = Component(
    "parse", doc: "Make fields of a text: JSON, CSV, key=value, a pattern, syslog, access log.",
    options: [
      field, format, fields, prefix, remove, onError, pattern, columns, delimiter, separator, time, timeFormat, timeZone, year,
      named,
    ], inputs: [.named(by: field, .string)],
    outputs: .open(.init(namedBy: [fields, columns], prefix: prefix, wanted: named, eventTime: time)), allocates: .amortised,
    example: """
      name: parsed
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        numbered: { use: parse, from: readings, with: { field: source, format: key_value, separator: "-", fields: { sensor: int } } }
      sinks:
        out: { use: stdout, from: numbered }

      """)

  private var field: Field
  private let worker: ParseWorker

  init(_ config: Config) throws {
    let settings = try ParseSettings(config)
    field = Field(settings.field)
    worker = ParseWorker(settings, config.host)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    try worker.process(batch, field.column(of: batch), &out)
  }
}
