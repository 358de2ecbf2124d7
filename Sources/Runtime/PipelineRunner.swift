import CHost
import Engine
import Logging
import Manifest

/// Runs a pipeline for a person or a service: signals, progress, books and the exit code.
public struct PipelineRunner {
  public struct Options: Sendable {
    public var logger: Logger
    public var showsProgress = false
    public var colored = false
    /// How long a drain may take before it is cut off.
    public var drainNanoseconds: Int64 = 30_000_000_000
    /// CPUs that the planner counts on; nil = those of the machine.
    public var cpus: Int?
    /// Check every frame that a plugin commits.
    public var validatesFrames = false
    /// Print the books at the end.
    public var printsBooks = true
    /// Print where the watermarks ended and who held them back, after the books.
    public var explainsWatermarks = false
    /// Print them as lines of the log and not as a table.
    public var logsBooks = false
    public init(logger: Logger) { self.logger = logger }
  }

  public let loader: ManifestLoader
  public let options: Options

  public init(_ loader: ManifestLoader, _ options: Options) {
    self.loader = loader
    self.options = options
  }

  /// What a run came to.
  public struct Result {
    public var exitCode: Int32
    /// nil when the pipeline did not start.
    public var report: BooksReport?
    /// What was wrong with the configuration, located.
    public var problems: [Diagnostic] = []
  }

  /// Runs the plan to its end. The signals must have been blocked by `SignalWatch.block`.
  public func run(_ plan: PipelinePlan) -> Result {
    let (bound, problems) = loader.bind(plan)
    guard let bound else { return Result(exitCode: ExitStatus.badConfiguration, problems: problems) }
    let logger = options.logger
    let (graph, choice) = loader.chooseLanes(bound, plan, cpus: options.cpus)
    for node in plan.nodes {
      if let reason = choice.reasons[node.index] { logger.debug("\(reason)", metadata: ["node": "\(node.name)"]) }
    }
    let pipeline: Pipeline
    do throws(PipelineError) {
      pipeline = try Pipeline(graph, validatesFrames: options.validatesFrames) { Self.write($0, to: logger) }
    } catch {
      return Result(exitCode: ExitStatus.badConfiguration, problems: [loader.located(error, in: plan)])
    }
    let watch = SignalWatch()
    let started = tide_steady_ns()
    watch.start(
      pipeline, drainNanoseconds: options.drainNanoseconds, note: { [logger] in logger.notice("\($0)") },
      giveUp: { [options] in Self.abandon(pipeline, options, started: started) })
    defer { watch.finish() }
    let refused = pipeline.create()
    guard refused.isEmpty else {
      return Result(exitCode: ExitStatus.badConfiguration, problems: refused.map { loader.located($0, in: plan) })
    }
    do throws(PipelineError) {
      try pipeline.open()
    } catch {
      let code = error.isConfiguration ? ExitStatus.badConfiguration : ExitStatus.failed
      return Result(exitCode: code, problems: [loader.located(error, in: plan)])
    }
    return drive(pipeline, watch)
  }

  private func drive(_ pipeline: Pipeline, _ watch: SignalWatch) -> Result {
    let buffers = Quantities.bytes(pipeline.bufferBoundBytes)
    let nodes = Quantities.count(pipeline.books.nodes.count, "node")
    let threads = Quantities.count(pipeline.chainPlan.chains.count, "thread")
    options.logger.info("\(pipeline.name): \(nodes) on \(threads), buffers \(buffers) at most")
    let started = tide_steady_ns()
    let display = options.showsProgress ? LiveDisplay(colored: options.colored) : nil
    var delays = WatermarkWatch()
    let outcome = pipeline.run(tickNanoseconds: 200_000_000) {
      Self.watch(pipeline, &delays, options)
      display?.draw(pipeline)
    }
    let elapsed = tide_steady_ns() - started
    display?.close()
    pipeline.close()
    watch.finish()
    let report = Self.report(pipeline, elapsed)
    Self.show(report, options)
    if options.explainsWatermarks { StandardError.write(TimeReport(pipeline.times).table(delays)) }
    return Result(exitCode: exitCode(outcome, watch, report), report: report)
  }

  /// Names inputs that have held a watermark back for long.
  private static func watch(_ pipeline: Pipeline, _ watch: inout WatermarkWatch, _ options: Options) {
    let times = pipeline.times
    for delay in watch.look(times, now: pipeline.clock.now) {
      let (node, text) = TimeReport(times).sentence(delay)
      options.logger.warning("\(text)", metadata: ["node": "\(node)"])
    }
  }

  private static func report(_ pipeline: Pipeline, _ elapsed: Int64) -> BooksReport {
    BooksReport(
      pipeline: pipeline.name, books: pipeline.books, elapsedNanoseconds: elapsed, cpuNanoseconds: pipeline.cpuNanoseconds)
  }

  private static func show(_ report: BooksReport, _ options: Options) {
    guard options.printsBooks else { return }
    if options.logsBooks {
      for line in report.lines { options.logger.info("\(line.text)", metadata: line.node.map { ["node": "\($0)"] }) }
    } else {
      StandardError.write(report.text)
    }
  }

  /// What can still be said when calls of plugins do not return from a forced stop.
  private static func abandon(_ pipeline: Pipeline, _ options: Options, started: Int64) {
    for node in pipeline.nodesInCalls {
      options.logger.error("the component has not returned from a call: giving it up", metadata: ["node": "\(node)"])
    }
    show(report(pipeline, tide_steady_ns() - started), options)
  }

  private func exitCode(_ outcome: Outcome, _ watch: SignalWatch, _ report: BooksReport) -> Int32 {
    switch outcome {
    case .completed: report.books.discrepancies().isEmpty && !report.books.hasLostRows ? ExitStatus.ok : ExitStatus.failed
    case .failed: ExitStatus.failed
    case .forced: watch.forcedExitCode
    }
  }

  private static func write(_ record: LogRecord, to logger: Logger) {
    let level: Logger.Level =
      switch record.level {
      case .error: .error
      case .warning: .warning
      case .info: .info
      case .debug: .debug
      }
    logger.log(level: level, "\(record.message)", metadata: ["node": "\(record.node)"])
  }
}

/// Exit codes of the command.
public enum ExitStatus {
  public static let ok: Int32 = 0
  public static let failed: Int32 = 1
  public static let usage: Int32 = 2
  public static let badConfiguration: Int32 = 78
}
