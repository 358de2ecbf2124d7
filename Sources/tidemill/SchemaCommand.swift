import ArgumentParser
import FoundationEssentials
import Formats
import Runtime

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Look at records of JSON or CSV and print the `fields` of a source for them.")

  /// Bytes of the input that are looked at.
  static let maxBytes = 64 << 20

  @Argument(help: "A file of JSON lines or CSV.", completion: .file()) var input: String
  @Option(help: "json or csv (default: csv for names that end with .csv or .tsv, else json).") var format: String?
  @Option(help: "What stands between the fields of csv: one character, or tab (default: tab for .tsv, else a comma).")
  var delimiter: String?
  @Option(help: "How many records to look at (default: 10000).") var records: Int?

  func run() throws {
    let data = try InputFile.read(input, limit: Self.maxBytes)
    let limit = try records ?? EnvironmentTwin.value("TIDEMILL_RECORDS") ?? 10_000
    guard limit > 0 else { throw ValidationError("--records: give a number above 0") }
    let format = try chosenFormat()
    let layout = try layout(of: format)
    let schema = data.withUnsafeBytes { SchemaInference.infer($0, format: format, csv: layout, maxRecords: limit) }
    guard schema.records > 0 else {
      let problem =
        format == .csv
        ? "no record under the header row" : "no JSON record in its first \(limit) lines; each line must be one JSON object"
      StandardError.write("\(input): \(problem)\n")
      throw ExitCode(ExitStatus.failed)
    }
    print(SchemaReport.yaml(schema, format: format, csv: layout, path: input), terminator: "")
  }

  private func chosenFormat() throws -> RecordPlan.Format {
    guard let word = try format ?? EnvironmentTwin.value("TIDEMILL_INPUT_FORMAT") else {
      return try writtenDelimiter() != nil || input.hasSuffix(".csv") || input.hasSuffix(".tsv") ? .csv : .json
    }
    guard let format = RecordPlan.Format(rawValue: word), format == .json || format == .csv else {
      throw ValidationError("--format: give json or csv")
    }
    return format
  }

  private func writtenDelimiter() throws -> String? { try delimiter ?? EnvironmentTwin.value("TIDEMILL_DELIMITER") }

  private func layout(of format: RecordPlan.Format) throws -> CsvLayout {
    var layout = CsvLayout()
    guard format == .csv else {
      if delimiter != nil { throw ValidationError("--delimiter goes with --format csv") }
      return layout
    }
    let text = try writtenDelimiter() ?? (input.hasSuffix(".tsv") ? "tab" : ",")
    let character = text == "tab" ? UInt8(ascii: "\t") : text.utf8.count == 1 ? text.utf8.first! : 0
    guard CsvLayout.isDelimiter(character) else {
      throw ValidationError("--delimiter: give one character that is no letter, digit, quote or line end, or tab")
    }
    layout.delimiter = character
    return layout
  }
}
