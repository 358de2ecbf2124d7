import ArgumentParser
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
  @OptionGroup var cpus: CpuOption

  @Option(help: "How long draining may take after a stop before it is cut off (default: 30s).") var drainTimeout:
    DurationArgument?
  @Option(help: "Live progress on the terminal: auto, always or never (default: auto).") var progress: ColorChoice?
  @Option(help: "Write the books as JSON to this file at the end.", completion: .file()) var books: String?
  @Flag(help: "Print at the end where the watermarks came to, who held them back, and how late rows were.")
  var explainWatermarks = false
  @Flag(help: "Do not print the books at the end.") var quiet = false

  func run() throws {
    SignalWatch.block()
    let loader = try plugins.loader()
    var options = PipelineRunner.Options(logger: try log.logger())
    options.colored = try log.isColored()
    let wanted: Bool? =
      switch try progress ?? EnvironmentTwin.value("TIDEMILL_PROGRESS") ?? .auto {
      case .always: true
      case .never: false
      case .auto: nil
      }
    options.drainNanoseconds =
      try (drainTimeout ?? EnvironmentTwin.value("TIDEMILL_DRAIN_TIMEOUT"))?.nanoseconds ?? options.drainNanoseconds
    options.cpus = try cpus.chosen()
    options.validatesFrames = try plugins.isDevelopment()
    options.explainsWatermarks = try explainWatermarks || EnvironmentTwin.flag("TIDEMILL_EXPLAIN_WATERMARKS")
    options.logsBooks = try log.chosenFormat() != .text
    options.printsBooks = try !(quiet || EnvironmentTwin.flag("TIDEMILL_QUIET"))

    let manifest = loader.load(file)
    DiagnosticOutput.print(manifest)
    guard let plan = manifest.plan else { throw ExitCode(ExitStatus.badConfiguration) }
    options.showsProgress = wanted ?? LiveProgress.fits(plan)
    let booksFile = try (books ?? EnvironmentTwin.value("TIDEMILL_BOOKS")).map { try BooksFile($0) }
    let result = PipelineRunner(loader, options).run(plan)
    DiagnosticOutput.print(result.problems, text: manifest.text)
    if let report = result.report { try booksFile?.write(report.json + "\n") }
    throw ExitCode(result.exitCode)
  }
}

/// When progress is shown unasked.
enum LiveProgress {
  /// On a terminal that can move its cursor, unless a sink that waits for its reader may be writing its rows there too.
  static func fits(_ plan: PipelinePlan) -> Bool {
    guard StandardError.isTerminal, getenv("TERM").map({ String(cString: $0) }) != "dumb" else { return false }
    return isatty(STDOUT_FILENO) == 0
      || !plan.nodes.contains { $0.kind == .sink && $0.reference.manifest.blocking == true }
  }
}

/// The file of `--books`, opened before the run so that a wrong path costs nothing.
struct BooksFile {
  let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw Self.failed(path) }
  }

  func write(_ text: String) throws {
    defer { close(descriptor) }
    var text = text
    try text.withUTF8 { bytes in
      var at = 0
      while at < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + at, bytes.count - at)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw Self.failed(path) }
        at += count
      }
    }
  }

  private static func failed(_ path: String) -> ExitCode {
    StandardError.write("\(path): cannot write the books: \(String(cString: strerror(errno)))\n")
    return ExitCode(ExitStatus.failed)
  }
}
