import ArgumentParser
import Manifest
import PluginHost
import PluginManifest
import Runtime

struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Begin, build, check and seal plugins; list, inspect and enable them.",
    subcommands: [
      PluginNewCommand.self, PluginListCommand.self, PluginInspectCommand.self, PluginEnableCommand.self,
      PluginDisableCommand.self, PluginBuildCommand.self, PluginCheckCommand.self, PluginSealCommand.self,
      PluginDescribeCommand.self,
    ])
}

enum InspectionFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, markdown
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

extension PluginOptions {
  /// The plugins of the search path.
  func catalog() throws -> PluginCatalog { try loader().catalog }
}

/// Prints what went wrong and how to mend it, and ends the command.
func failed(_ error: PluginError, _ status: Int32 = ExitStatus.failed) -> ExitCode {
  StandardError.write(error.description + "\n")
  return ExitCode(status)
}

struct PluginListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List every file of the search path with what it offers, or why it is not used.",
    discussion: "No code of a plugin runs for it.")

  @Option(help: "text or json (default: text).") var format: ReportFormat?
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    switch try format ?? EnvironmentTwin.value("TIDEMILL_FORMAT") ?? .text {
    case .text: print(PluginListing.text(catalog), terminator: "")
    case .json: print(PluginListing.json(catalog), terminator: "")
    }
  }
}

struct PluginInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show all there is to know of a plugin: options, ports, fields, an example that runs.")

  @Argument(help: "A plugin's name, a component's id, plugin/id, or a file.") var name: String
  @Option(help: "text, json or markdown (default: text).") var format: InspectionFormat?
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    let qualified = catalog.entries(qualified: name)
    let found = qualified.isEmpty ? catalog.inspectable(name) : qualified
    guard !found.isEmpty else {
      throw failed(
        PluginError(
          "there is no plugin or component '\(name)'",
          fix: catalog.nearest(name).map { "did you mean '\($0)'?" }
            ?? "tidemill plugin list"))
    }
    let options = catalog.settings.formatOptions
    let format = try format ?? EnvironmentTwin.value("TIDEMILL_FORMAT") ?? .text
    for entry in found {
      switch format {
      case .text: print(PluginInspection.text(entry, formatOptions: options), terminator: "")
      case .json: print(PluginInspection.json(entry, formatOptions: options), terminator: "")
      case .markdown: print(PluginInspection.markdown(entry), terminator: "")
      }
    }
  }
}

struct PluginEnableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Let pipelines use a plugin, and accept its content as it is now.")
  @Argument(help: "A plugin's name or file.") var name: String
  @OptionGroup var plugins: PluginOptions
  func run() throws { try setEnabled(name, true, plugins) }
}

struct PluginDisableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "disable", abstract: "Keep pipelines from using a plugin.")
  @Argument(help: "A plugin's name or file.") var name: String
  @OptionGroup var plugins: PluginOptions
  func run() throws { try setEnabled(name, false, plugins) }
}

private func setEnabled(_ name: String, _ isEnabled: Bool, _ plugins: PluginOptions) throws {
  let catalog = try plugins.catalog()
  do throws(PluginError) {
    for decision in try catalog.setEnabled(name, isEnabled) {
      let entry = decision.entry
      print(TerminalText.line("\(isEnabled ? "enabled" : "disabled") \(entry.name) (\(entry.file))"))
      let scope = decision.isForAll ? "everyone who uses that directory" : "you alone"
      print(TerminalText.line("  noted in \(decision.lock), for \(scope)"))
    }
  } catch {
    throw failed(error)
  }
}

struct PluginBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Compile a plugin from a C or C++ file or a folder of Swift, and seal it.",
    discussion: "Leaves NAME.so beside the file or in the folder, NAME being that of the file or folder.")
  @Argument(help: "A .c or .cpp file, or a folder with Swift sources.", completion: .file()) var path: String
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let settings = try plugins.catalog().settings
    do throws(PluginError) {
      let product = try PluginBuild(settings: settings).build(path)
      if !product.messages.isEmpty { StandardError.write(product.messages) }
      print("built \(product.file)")
    } catch {
      throw failed(error)
    }
  }
}

struct PluginSealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Write a plugin's description of itself into its file.",
    discussion: """
      A plugin in Swift describes itself in code; a child process asks it, and the answer becomes the section that listing and \
      validating read without running it. A file that is sealed already stays as it is.
      """)
  @Argument(help: "Plugin files.", completion: .file(extensions: ["so"])) var files: [String]
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let settings = try plugins.catalog().settings
    var problem: PluginError?
    for file in files {
      do throws(PluginError) {
        switch try PluginSeal(settings: settings).seal(file) {
        case .sealed: print("sealed \(file)")
        default: print("\(file) is sealed already")
        }
      } catch {
        StandardError.write(error.description + "\n")
        problem = error
      }
    }
    if problem != nil { throw ExitCode(ExitStatus.failed) }
  }
}

/// What `plugin seal` runs in a child process: asks a plugin in code to describe itself.
struct PluginDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "describe", shouldDisplay: false)
  @Argument var file: String

  func run() throws {
    do throws(PluginError) {
      print(try PluginDescription.describe(file), terminator: "")
    } catch {
      throw failed(error)
    }
  }
}
