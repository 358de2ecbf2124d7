import ArgumentParser
import FoundationEssentials
import Glibc
import Manifest
import Runtime

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a pipeline until its sources end or it is stopped.",
    discussion: """
      SIGINT or SIGTERM ends the input and lets what was read go through; a second one stops at once. On a terminal the rates, \
      the lag and the books of every node are shown while it runs; the books are printed at the end.
      """)

  @Argument(help: "The pipeline manifest; '-' reads it from standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @OptionGroup var plugins: PluginOptions
  @OptionGroup var log: LogOptions

  @Option(help: "How long draining may take after a stop before it is cut off (default: 30s).") var drainTimeout:
    DurationArgument?
  @Option(help: "Live progress on the terminal: auto, always or never (default: auto).") var progress: ColorChoice?
  @Option(help: "Write the books as JSON to this file at the end.", completion: .file()) var books: String?
  @Flag(help: "Do not print the books at the end.") var quiet = false

  func run() throws {
    SignalWatch.block()
    let loader = try plugins.loader()
    var options = PipelineRunner.Options(logger: try log.logger())
    options.colored = try log.isColored()
    options.showsProgress =
      switch try progress ?? EnvironmentTwin.value("TIDEMILL_PROGRESS") ?? .auto {
      case .always: true
      case .never: false
      case .auto: StandardError.isTerminal
      }
    options.drainNanoseconds =
      try (drainTimeout ?? EnvironmentTwin.value("TIDEMILL_DRAIN_TIMEOUT"))?.nanoseconds ?? options.drainNanoseconds
    options.validatesFrames = try plugins.isDevelopment()
    options.logsBooks = try log.chosenFormat() != .text
    options.printsBooks = try !(quiet || EnvironmentTwin.flag("TIDEMILL_QUIET"))

    let manifest = loader.load(file)
    DiagnosticOutput.print(manifest)
    guard let plan = manifest.plan else { throw ExitCode(ExitStatus.badConfiguration) }
    let result = PipelineRunner(loader, options).run(plan)
    DiagnosticOutput.print(result.problems, text: manifest.text)
    if let report = result.report, let books = try books ?? EnvironmentTwin.value("TIDEMILL_BOOKS") {
      do {
        try Data((report.json + "\n").utf8).write(to: URL(filePath: books))
      } catch {
        StandardError.write("\(books): cannot write the books: \(error)\n")
        throw ExitCode(ExitStatus.failed)
      }
    }
    throw ExitCode(result.exitCode)
  }
}
