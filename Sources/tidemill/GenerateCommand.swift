import ArgumentParser
import FoundationEssentials
import Glibc
import Manifest
import PluginManifest
import Runtime

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write made-up events: sensors, user actions or system metrics.",
    discussion: """
      Runs the component `generate` into standard output or a file. `tidemill plugin inspect generate` explains all its options; \
      give those that have no option here as --set NAME=VALUE.
      """)

  @Option(help: "sensors, actions or metrics.") var kind: String?
  @Option(help: "Events per second of event time.") var rate: String?
  @Option(help: "How many events.") var count: String?
  @Option(help: "How long, in event time: 30s, 1h.") var duration: String?
  @Option(help: "How many different sources.") var sources: String?
  @Option(help: "The same seed gives the same events.") var seed: String?
  @Option(help: "How the rate changes: steady, ramp, spike or wave.") var load: String?
  @Option(help: "Event time of the first event, RFC 3339.") var start: String?
  @Flag(help: "Send events at their rate instead of as fast as possible.") var paced = false
  @Option(name: .customLong("set"), help: "Any other option of the component, as NAME=VALUE.") var settings: [String] = []
  @Option(
    name: [.customLong("out"), .customShort("o")], help: "Write to this file (default: standard output).", completion: .file())
  var output: String?
  @OptionGroup var plugins: PluginOptions
  @OptionGroup var log: LogOptions

  func run() throws {
    SignalWatch.block()
    let loader = try plugins.loader()
    let manifest = loader.load(text: try pipeline(), name: "generate")
    DiagnosticOutput.print(manifest)
    guard let plan = manifest.plan else { throw ExitCode(ExitStatus.usage) }
    var options = PipelineRunner.Options(logger: try log.logger())
    options.logger.logLevel = .warning
    options.printsBooks = false
    options.colored = try log.isColored()
    options.showsProgress = output != nil && LiveProgress.fits(plan)
    let result = PipelineRunner(loader, options).run(plan)
    DiagnosticOutput.print(result.problems, text: manifest.text)
    // Its options are those of a command line.
    throw ExitCode(result.exitCode == ExitStatus.badConfiguration ? ExitStatus.usage : result.exitCode)
  }

  /// The pipeline that this command stands for.
  private func pipeline() throws -> String {
    let given: [(String, String?)] = [
      ("kind", kind), ("rate", rate), ("count", count), ("duration", duration), ("sources", sources), ("seed", seed),
      ("load", load), ("start", start), ("paced", paced ? "true" : "false"),
    ]
    var options = given.compactMap { name, value in value.map { "\(name): \($0)" } }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else { throw ValidationError("--set \(setting): give NAME=VALUE") }
      options.append("\(setting[..<equals]): \(setting[setting.index(after: equals)...])")
    }
    let sink = output.map {
      "{ use: file, from: events, on_error: stop, with: { path: \(ConfigValue.quoted($0)), format: json } }"
    }
    return """
      name: generate
      sources:
        events: { use: generate, with: { \(options.joined(separator: ", ")) } }
      sinks:
        out: \(sink ?? "{ use: stdout, from: events, on_error: stop, with: { format: json } }")

      """
  }
}
