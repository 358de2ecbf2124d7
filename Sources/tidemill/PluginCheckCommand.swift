import ArgumentParser
import Conformance
@preconcurrency import Glibc
import PluginHost
import PluginManifest
import Runtime

struct PluginCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Hold plugins to every promise of the interface, each in a process of its own.",
    discussion: """
      Levels: 1 the file, 2 a life without data, 3 what comes out, 4 the host's rules, 5 any input, 6 time and stopping, \
      7 saved state, 8 several instances, 9 the hot path, 10 chaos. From level 5 on the level is written into plugins.lock. \
      Exit code 1 when a promise is broken.
      """)

  @Argument(help: "Plugin files, or names of plugins.", completion: .file(extensions: ["so"])) var files: [String]
  @Option(help: "How deep to go, 1 to 10 (default: 10).") var level: Int?
  @Option(help: "Repeat a check with the seed that it printed.") var reproduce: UInt64?
  @Option(help: "text or json (default: text).") var format: ReportFormat?
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    if let level, Level(rawValue: level) == nil { throw ValidationError("--level takes 1 to 10, not \(level)") }
    if files.isEmpty { throw ValidationError("name a plugin file") }
  }

  func run() throws {
    let catalog = try plugins.catalog()
    let format = try format ?? EnvironmentTwin.value("TIDEMILL_FORMAT") ?? .text
    var isGood = true
    for word in files {
      do throws(PluginError) {
        for file in try Self.files(word, catalog) {
          let report = try check(file, format)
          isGood = isGood && report.isGood
          print(format == .json ? report.json : report.text, terminator: "")
          fflush(stdout)
          try record(report, catalog)
        }
      } catch {
        StandardError.write(error.description + "\n")
        isGood = false
      }
    }
    if !isGood { throw ExitCode(ExitStatus.failed) }
  }

  /// The files that a word means: a file that is there, or all files of a plugin's name.
  private static func files(_ word: String, _ catalog: PluginCatalog) throws(PluginError) -> [String] {
    var status = stat()
    let isThere = stat(word, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFDIR { return [word] }
    let found = catalog.entries(named: word).map(\.file)
    if found.isEmpty, isThere { throw PluginError("\(word) is a directory", fix: "name the library in it") }
    if found.isEmpty {
      throw PluginError(
        "there is no file and no plugin '\(word)'",
        fix: catalog.nearest(word).map { "did you mean '\($0)'?" } ?? "tidemill plugin list")
    }
    return found
  }

  private func check(_ file: String, _ format: ReportFormat) throws(PluginError) -> CheckReport {
    var check = try Check(file: file)
    if let level { check.level = Level(rawValue: level)! }
    if let reproduce { check.seed = reproduce }
    let progress = CheckProgress(isShown: format == .text && isatty(STDERR_FILENO) != 0)
    defer { progress.clear() }
    return try check.run { progress.show($0) }
  }

  /// Notes the level that holds, where it is one that vouches for the content and the plugin lies in the search path; and takes a
  /// note back that does not hold any more. Those that come along are replaced together with the host: nothing is noted of them.
  private func record(_ report: CheckReport, _ catalog: PluginCatalog) throws(PluginError) {
    guard let sha256 = report.sha256, let entry = catalog.entries(named: report.file).first, !entry.isBuiltIn else { return }
    if case .refused(let refusal) = entry.status {
      return StandardError.write(
        "nothing is noted of \(report.file): \(refusal.sentence)\(refusal.fix.map { " (\($0))" } ?? "")\n")
    }
    let noted = entry.sha256 == sha256 ? entry.level : 0
    let holds = report.reached >= Level.recorded.rawValue ? report.reached : 0
    if report.isGood ? holds > noted : holds != noted && noted > 0 || holds > noted {
      try catalog.recordCheck(of: entry, sha256: sha256, level: holds)
    }
  }
}

/// One line on a terminal that says how far a check is.
final class CheckProgress {
  private let isShown: Bool
  private var count = 0

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ result: CaseResult) {
    guard isShown else { return }
    count += 1
    let place = result.component.map { " of \($0)" } ?? ""
    StandardError.write("\r\u{1B}[K" + TerminalText.line("level \(result.level.rawValue), case \(count): \(result.id)\(place)"))
  }

  func clear() { if isShown, count > 0 { StandardError.write("\r\u{1B}[K") } }
}
