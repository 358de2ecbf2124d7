import ArgumentParser
@preconcurrency import Glibc
import Runtime

/// The command `tidemill`: parses arguments and calls Runtime.
@main
struct Tidemill: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "tidemill",
    abstract: "A real-time stream processor whose sources, operators and sinks are plugins.",
    discussion: """
      A pipeline is a YAML file that names components of plugins and joins them. Data goes to standard output, everything else \
      to standard error. What stays the same from run to run can be set in the environment: --log-format is \
      TIDEMILL_LOG_FORMAT, and so for the options of run, validate and plugin, and for --plugins, --safe, --dev and --color.

      Exit codes: 0 ok, 1 failed, 2 wrong usage, 78 bad configuration, 130 or 143 stopped by force.
      """,
    version: version,
    subcommands: [
      RunCommand.self, ValidateCommand.self, PlanCommand.self, GraphCommand.self, SchemaCommand.self, EvalCommand.self,
      GenerateCommand.self, PluginCommand.self, FunctionCommand.self, CompletionsCommand.self, VersionCommand.self,
    ])

  /// Ends the process when what was printed could not be written: nobody would know.
  private static func finishOutput() {
    guard fflush(stdout) != 0 || ferror(stdout) != 0 else { return }
    StandardError.write("standard output cannot be written: \(String(cString: strerror(errno)))\n")
    Glibc.exit(ExitStatus.failed)
  }

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
      finishOutput()
    } catch let status as ExitCode {
      Glibc.exit(status.rawValue)
    } catch {
      let text = fullMessage(for: error)
      // What was asked for, such as --help, is data; what was asked for wrongly is not.
      if exitCode(for: error) == .success {
        print(text)
        finishOutput()
        Glibc.exit(ExitStatus.ok)
      }
      StandardError.write(text + "\n")
      Glibc.exit(exitCode(for: error) == .validationFailure ? ExitStatus.usage : ExitStatus.failed)
    }
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  @Flag(help: "Print the version number alone.") var short = false

  func run() {
    print(short ? Tidemill.version : "tidemill \(Tidemill.version), plugin interface 1.\(PluginInterface.minor)")
  }
}

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print a completion script for a shell.",
    discussion: "For example: tidemill completions bash > ~/.local/share/bash-completion/completions/tidemill")

  @Argument(help: "bash, zsh or fish.") var shell: String

  func run() throws {
    guard let known = CompletionShell(rawValue: shell) else {
      throw ValidationError("'\(shell)' is not a shell that completions are written for; give bash, zsh or fish")
    }
    print(Tidemill.completionScript(for: known))
  }
}
