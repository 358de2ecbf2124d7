import Formats
import PluginManifest

/// What was found in records, as the YAML that a source takes.
public enum SchemaReport {
  /// The options of a source: the format, a `fields:` block, with the share of records that have each field where not all do, and the field that looks like the time.
  public static func yaml(
    _ schema: SchemaInference, format: RecordPlan.Format = .json, csv: CsvLayout = CsvLayout(), path: String
  ) -> String {
    let problem = format == .json ? "no JSON object" : "no record"
    let rejected = schema.rejected > 0 ? ", \(Quantities.count(schema.rejected, "line")) \(problem)" : ""
    var text = "# \(Quantities.count(schema.records, "record")) of \(path)\(rejected)\nformat: \(format.rawValue)\n"
    if csv.delimiter == UInt8(ascii: "\t") {
      text += "delimiter: tab\n"
    } else if csv.delimiter != CsvLayout().delimiter {
      text += "delimiter: \"\(csv.delimiter == UInt8(ascii: "\\") ? "\\" : "")\(UnicodeScalar(csv.delimiter))\"\n"
    }
    if let time = schema.timeField { text += "time: \(scalar(time))\n" }
    if let unit = schema.timeUnit { text += "time_unit: \(unit.rawValue)\n" }
    text += "fields:\n"
    for field in schema.fields {
      var notes: [String] = []
      if field.present < schema.records { notes.append("in \(field.present) of \(schema.records)") }
      if field.nulls > 0 { notes.append("null in \(field.nulls)") }
      if let example = field.examples.first { notes.append("such as \(example)") }
      let comment = notes.isEmpty ? "" : "  # " + notes.joined(separator: ", ")
      text += "  \(scalar(field.name)): \(field.type.rawValue)\(comment)\n"
    }
    return text
  }

  /// A name as YAML: quoted unless it is plain for certain.
  private static func scalar(_ name: String) -> String {
    let plain = name.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F || ($0 >= 0x30 && $0 <= 0x39) }
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(name.lowercased())
    let startsWithLetter = name.unicodeScalars.first.map { $0.value >= 0x3A } ?? false
    return plain && startsWithLetter && !reserved ? name : ConfigValue.quoted(name)
  }
}
