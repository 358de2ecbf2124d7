import ArgumentParser
import PluginHost
import PluginManifest
import Runtime

struct FunctionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "function", abstract: "Say which C functions pipelines may call.",
    discussion: "A node with `function` calls a function of any shared library, once it is allowed here by name.",
    subcommands: [FunctionAllowCommand.self, FunctionDisallowCommand.self, FunctionListCommand.self])
}

struct FunctionAllowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow", abstract: "Let pipelines call functions of a library, and accept its content as it is now.")
  @Argument(help: "A path with a '/' in it, or a name for the dynamic linker's search.", completion: .file()) var library:
    String
  @Argument(help: "Names of functions.") var symbols: [String]
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    do throws(PluginError) {
      let (allowed, dropped) = try catalog.allow(symbols, of: library)
      for symbol in symbols { print(TerminalText.line("allowed \(symbol) of \(allowed.library)")) }
      for symbol in dropped {
        print(TerminalText.line("  \(symbol) was allowed of other content, and is not any more"))
      }
      print(TerminalText.line("  noted in \(allowed.lock), for you alone"))
    } catch {
      throw failed(error)
    }
  }
}

struct FunctionDisallowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disallow", abstract: "Keep pipelines from calling functions of a library.")
  @Argument(help: "The library, as it was allowed or as it is listed.", completion: .file()) var library: String
  @Argument(help: "Names of functions; all of the library when none is given.") var symbols: [String] = []
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    do throws(PluginError) {
      let gone = try catalog.disallow(symbols, of: library)
      for symbol in gone.symbols { print(TerminalText.line("disallowed \(symbol) of \(gone.library)")) }
      print(TerminalText.line("  noted in \(gone.lock), for you alone"))
    } catch {
      throw failed(error)
    }
  }
}

struct FunctionListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the functions that pipelines may call.")
  @Option(help: "text or json (default: text).") var format: ReportFormat?
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    let format = try format ?? EnvironmentTwin.value("TIDEMILL_FORMAT") ?? .text
    do throws(PluginError) {
      let functions = try catalog.allowedFunctions()
      switch format {
      case .text: print(FunctionListing.text(functions), terminator: "")
      case .json: print(FunctionListing.json(functions))
      }
    } catch {
      throw failed(error)
    }
  }
}
