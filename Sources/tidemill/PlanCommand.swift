import ArgumentParser
import Engine
import Manifest
import Runtime

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show how a pipeline would run: threads, edges, columns, bytes of buffer.")

  @Argument(help: "The pipeline manifest.", completion: .file(extensions: ["yaml", "yml"])) var file: String
  @OptionGroup var plugins: PluginOptions
  @OptionGroup var cpus: CpuOption

  func run() throws {
    let cpus = try cpus.chosen()
    let (plan, loader) = try ManifestArgument.resolve(file, plugins)
    let (bound, problems) = loader.bind(plan)
    guard let bound else {
      DiagnosticOutput.print(problems, text: "")
      throw ExitCode(ExitStatus.badConfiguration)
    }
    let (graph, choice) = loader.chooseLanes(bound, plan, cpus: cpus)
    print(PlanReport.text(plan, chains: ChainPlan(graph), choice: choice), terminator: "")
  }
}

extension PipelineGraph.Format: ExpressibleByArgument {}

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw a pipeline as text, Mermaid or Graphviz.")

  @Argument(help: "The pipeline manifest.", completion: .file(extensions: ["yaml", "yml"])) var file: String
  @Option(help: "text, mermaid or dot (default: text).") var format: PipelineGraph.Format?
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let (plan, _) = try ManifestArgument.resolve(file, plugins)
    print(PipelineGraph(plan).render(format ?? .text), terminator: "")
  }
}

/// A manifest named on the command line, resolved or refused with its diagnostics.
enum ManifestArgument {
  static func resolve(_ file: String, _ plugins: PluginOptions) throws -> (PipelinePlan, ManifestLoader) {
    let loader = try plugins.loader()
    let manifest = loader.load(file)
    DiagnosticOutput.print(manifest)
    guard let plan = manifest.plan else { throw ExitCode(ExitStatus.badConfiguration) }
    return (plan, loader)
  }
}
