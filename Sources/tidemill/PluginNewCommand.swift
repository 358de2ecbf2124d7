import ArgumentParser
import PluginHost

extension PluginScaffold.Language: ExpressibleByArgument {}
extension PluginScaffold.Kind: ExpressibleByArgument {}

struct PluginNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Begin a plugin: a folder with source, build line, test and README.",
    discussion: "The folder is named after the plugin and must not be there yet. What is in it works as it stands: change it.")

  @Argument(help: "The plugin's name: lower-case letters, digits, '-' and '_', starting with a letter.") var name: String
  @Option(help: "swift or c (default: swift).") var lang: PluginScaffold.Language = .swift
  @Option(help: "operator, source or sink (default: operator).") var kind: PluginScaffold.Kind = .operator
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalog = try plugins.catalog()
    let settings = catalog.settings
    let taken = Set(catalog.entries.filter(\.isBuiltIn).map(\.name))
    do throws(PluginError) {
      let scaffold = PluginScaffold(environment: settings.environment)
      let folder = try scaffold.make(name, lang, kind, taken: taken)
      print("made \(folder), \(kind == .operator ? "an" : "a") \(kind.rawValue) in \(lang == .c ? "C" : "Swift")")
      print("next: cd \(name) && \(scaffold.nextSteps())")
    } catch {
      throw failed(error)
    }
  }
}
