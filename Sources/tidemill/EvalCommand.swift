import ArgumentParser
import Expressions
@preconcurrency import Glibc
import Playground
import Runtime

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Evaluate an expression for events of JSON lines on standard input.",
    discussion: """
      Prints the type and the value for each event. Fields are variables; without any event an expression that needs none is \
      evaluated once. Exit code 1 when there was an error for an event, 2 when the expression itself is wrong.
      """)

  @Argument(help: "An expression (CEL). Put -- before one that begins with -.") var expression: String?
  @Option(
    help:
      "Answer the cases of this file instead, a JSON object with expr and bindings on each line (- is standard input).",
    completion: .file())
  var cases: String?
  @Flag(help: "The language as specified: int with double does not widen.") var strict = false
  @Option(help: "text or json (default: text); cases are answered in json.") var format: ReportFormat?

  func validate() throws {
    if (expression == nil) == (cases == nil) { throw ValidationError("give an expression, or --cases with a file") }
    if cases != nil, format == .text { throw ValidationError("--cases answers in json") }
  }

  func run() throws {
    if let cases { return try answer(cases) }
    guard let expression else { return }
    let compiled: EventExpression
    do throws(ExpressionError) {
      compiled = try EventExpression(expression, isStrict: strict)
    } catch {
      StandardError.write(error.rendered(in: expression) + "\n")
      throw ExitCode(ExitStatus.usage)
    }
    let form: EventReport.Form = try (format ?? EnvironmentTwin.value("TIDEMILL_FORMAT")) == .json ? .json : .text
    var report = EventReport(compiled, form: form)
    if isatty(0) == 1 {
      guard !compiled.usesEvents else {
        throw ValidationError("give events on standard input: tidemill eval 'EXPRESSION' < events.jsonl")
      }
      print(report.once())
    } else {
      let failure = report.run(0, pause: { fflush(stdout) }) { print($0) }
      if failure != 0 { throw failed("standard input", failure) }
    }
    guard report.errors > 0 else { return }
    if report.events > 1 { StandardError.write("\(report.errors) of \(report.events) events gave no value\n") }
    throw ExitCode(ExitStatus.failed)
  }

  private func answer(_ file: String) throws {
    let descriptor = file == "-" ? 0 : open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failed(file, errno) }
    defer { if descriptor > 0 { close(descriptor) } }
    let failure = CaseFile.answer(descriptor, isStrict: strict, pause: { fflush(stdout) }) { print($0) }
    if failure != 0 { throw failed(file, failure) }
  }

  private func failed(_ name: String, _ error: Int32) -> ExitCode {
    StandardError.write("\(name): cannot be read: \(String(cString: strerror(error)))\n")
    return ExitCode(ExitStatus.failed)
  }
}
