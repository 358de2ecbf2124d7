import ArgumentParser
import Glibc
import Logging
import PluginManifest
import PluginHost
import PluginManifest
import Runtime

extension LogFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}

/// Reads the environment variable that stands for an option that was not given.
enum EnvironmentTwin {
  static func value<T: ExpressibleByArgument>(_ name: String, _ type: T.Type = T.self) throws -> T? {
    guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return nil }
    guard let value = T(argument: text) else {
      let allowed = T.allValueStrings.isEmpty ? "" : "; give one of \(T.allValueStrings.joined(separator: ", "))"
      throw ValidationError("\(name)='\(text)' is not a value that it can have\(allowed)")
    }
    return value
  }

  static func flag(_ name: String) throws -> Bool {
    guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return false }
    switch text {
    case "1", "true", "yes": return true
    case "0", "false", "no": return false
    default: throw ValidationError("\(name)='\(text)' is neither true nor false")
    }
  }
}

/// Which plugins are there.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugins"), help: "Look for plugins in this directory first; may be repeated.", completion: .directory)
  var directories: [String] = []

  @Flag(help: "Use the plugins that come with tidemill, and no others.") var safe = false

  @Flag(help: "For developing plugins: accept changed files, and check every frame that a plugin makes.") var dev = false

  func isDevelopment() throws -> Bool { try dev || EnvironmentTwin.flag("TIDEMILL_DEV") }

  func settings() throws -> PluginCatalog.Settings {
    for directory in directories {
      guard let problem = PluginSearchPath.problem(of: directory) else { continue }
      throw ValidationError(TerminalText.line("--plugins: \(directory) \(problem)"))
    }
    return PluginCatalog.Settings(
      directories: directories, isDevelopment: try isDevelopment(), isSafe: try safe || EnvironmentTwin.flag("TIDEMILL_SAFE"))
  }

  func loader() throws -> ManifestLoader { ManifestLoader(try settings()) }
}

/// How many CPUs the planner counts on.
struct CpuOption: ParsableArguments {
  @Option(
    help: "Count on so many CPUs where the manifest leaves it open how many lanes a node has (default: those of the machine).")
  var cpus: Int?

  func chosen() throws -> Int? {
    guard let number = try cpus ?? EnvironmentTwin.value("TIDEMILL_CPUS") else { return nil }
    guard (1...1024).contains(number) else { throw ValidationError("--cpus takes a number from 1 to 1024, not \(number)") }
    return number
  }
}

/// How the log looks.
struct LogOptions: ParsableArguments {
  @Option(help: "Format of log lines: text, json or logfmt (default: text).") var logFormat: LogFormat?
  @Option(help: "Least level that is logged: debug, info, warning or error (default: info).") var logLevel: String?
  @Option(help: "Colours: auto, always or never (default: auto).") var color: ColorChoice?

  func isColored() throws -> Bool {
    switch try color ?? EnvironmentTwin.value("TIDEMILL_COLOR") ?? .auto {
    case .always: true
    case .never: false
    case .auto: getenv("NO_COLOR") == nil && StandardError.isTerminal
    }
  }

  func chosenFormat() throws -> LogFormat { try logFormat ?? EnvironmentTwin.value("TIDEMILL_LOG_FORMAT") ?? .text }

  func logger() throws -> Logger {
    let level = try logLevel ?? EnvironmentTwin.value("TIDEMILL_LOG_LEVEL") ?? "info"
    guard let known = Logger.Level(rawValue: level) else {
      throw ValidationError("'\(level)' is not a log level; give debug, info, warning or error")
    }
    let handler = StderrLogHandler(format: try chosenFormat(), level: known, colored: try isColored())
    return Logger(label: "tidemill") { _ in handler }
  }
}

/// A duration on the command line: `30s`, `1500ms`.
struct DurationArgument: ExpressibleByArgument {
  let nanoseconds: Int64
  init?(argument: String) {
    guard let value = Quantity.nanoseconds(argument) else { return nil }
    nanoseconds = value
  }
  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  var defaultValueDescription: String { Quantity.text(nanoseconds: nanoseconds) }
}
