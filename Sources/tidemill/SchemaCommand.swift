import ArgumentParser
import FoundationEssentials
import Formats
import Runtime

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Look at JSON records and print the `fields` of a source for them.")

  /// Bytes of the input that are looked at.
  static let maxBytes = 64 << 20

  @Argument(help: "A file of JSON lines.", completion: .file()) var input: String
  @Option(help: "How many records to look at (default: 10000).") var records: Int?

  func run() throws {
    let data = try InputFile.read(input, limit: Self.maxBytes)
    let limit = try records ?? EnvironmentTwin.value("TIDEMILL_RECORDS") ?? 10_000
    guard limit > 0 else { throw ValidationError("--records: give a number above 0") }
    let schema = data.withUnsafeBytes { SchemaInference.infer($0, maxRecords: limit) }
    guard schema.records > 0 else {
      StandardError.write("\(input): no JSON record in its first \(limit) lines; each line must be one JSON object\n")
      throw ExitCode(ExitStatus.failed)
    }
    print(SchemaReport.yaml(schema, path: input), terminator: "")
  }
}
