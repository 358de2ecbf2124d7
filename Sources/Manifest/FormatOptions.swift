import Formats
import PluginManifest

/// The options that the host's formats add to a component: what `"codec"` in a plugin's manifest stands for.
public enum FormatOptions {
  /// Of sources that decode records.
  public static let decode: [OptionSchema] = [
    format,
    OptionSchema(
      "fields", .map,
      doc:
        "Fields and their types. They become columns, a record with a value that cannot be cast goes to the dead-letter port, "
        + "and no other field can be named downstream. Without it a field has the type that its uses imply.",
      items: [
        OptionSchema(
          "type", .string, doc: "Type of the field.",
          choices: RecordPlan.ColumnType.allCases.map { .string($0.rawValue) })
      ]),
    field("time", "Field that holds the event time."),
    field("key", "Field that holds the key."),
    field("id", "Field that holds the event's id; without it rows are numbered by partition."),
    field("type", "Field that holds the event's type."),
    field("source", "Field that holds the event's source."),
    OptionSchema(
      "time_unit", .string, doc: "Unit of times that are numbers since 1970.",
      default: .string(RecordPlan.TimeUnit.ms.rawValue), choices: RecordPlan.TimeUnit.allCases.map { .string($0.rawValue) }),
    OptionSchema(
      "time_missing", .string,
      doc:
        "What a record without a usable event time is: dead (it goes to the dead-letter port) or stamped with its ingest time.",
      default: .string(RecordPlan.TimeMissing.dead.rawValue),
      choices: RecordPlan.TimeMissing.allCases.map { .string($0.rawValue) }),
    OptionSchema(
      "max_ahead", .integer, format: .duration,
      doc: "A record whose event time is further ahead of its ingest time goes to the dead-letter port.", minimum: 0),
    columns("Names of the columns of csv, in order; without it the first record of each input names them."),
    delimiter,
  ]

  /// Of sinks that encode records.
  public static let encode: [OptionSchema] = [
    format,
    OptionSchema(
      "time_format", .string,
      doc: "Unit of times that are written as numbers since 1970; without it they are RFC 3339 in UTC.",
      choices: RecordPlan.TimeUnit.allCases.map { .string($0.rawValue) }),
    columns("Columns of csv, in order; what is none of them is left out. Without it the first rows decide."),
    delimiter,
    OptionSchema(
      "compression", .string, doc: "How the content of frames is compressed; not at all unless said.",
      choices: EncodePlan.Compression.allCases.map { .string($0.rawValue) }),
  ]

  /// All options of a component: its own, then those of the formats it uses, except where its own has the name.
  public static func options(of component: ComponentManifest) -> [OptionSchema] {
    let own = component.options ?? []
    let shared: [OptionSchema] =
      switch component.codec {
      case .decode: decode
      case .encode: encode
      case nil: []
      }
    return own + shared.filter { option in !own.contains { $0.name == option.name } }
  }

  private static let format = OptionSchema(
    "format", .string,
    doc: "json: one object a line; csv: RFC 4180 with a header row; text: one line a record, as the field message; "
      + "frame: binary, with all that is known of the events.",
    default: .string(RecordPlan.Format.json.rawValue), choices: RecordPlan.Format.allCases.map { .string($0.rawValue) })

  private static let delimiter = OptionSchema(
    "delimiter", .string, doc: "What stands between the fields of csv: one character, or tab. A comma unless said.")

  private static func columns(_ doc: String) -> OptionSchema {
    OptionSchema(
      "columns", .list, doc: doc, minimum: 1, maximum: Double(ManifestLimits.csvColumns),
      items: [OptionSchema("column", .string, doc: "Name of the column.")])
  }

  private static func field(_ name: String, _ doc: String) -> OptionSchema {
    OptionSchema(name, .string, format: .field, doc: doc)
  }
}
