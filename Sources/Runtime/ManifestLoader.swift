import CTidemill
import Engine
import FoundationEssentials
import Manifest
import Ordering
import PluginHost
import PluginManifest

/// A pipeline manifest as far as it could be read and resolved, with everything there is to say about it.
public struct LoadedManifest {
  public let file: String
  /// The manifest's text, for excerpts.
  public let text: String
  public var diagnostics: [Diagnostic]
  /// nil when there is an error.
  public var plan: PipelinePlan?

  public var hasErrors: Bool { plan == nil || diagnostics.contains { $0.severity == .error } }
}

/// From a file to a plan whose plugins are loaded and accept their configuration.
public struct ManifestLoader {
  public let catalog: PluginCatalog
  public let environment: [String: String]

  /// The catalog is scanned once and serves any number of manifests.
  public init(_ settings: PluginCatalog.Settings) {
    var settings = settings
    settings.formatOptions = [.decode: FormatOptions.decode, .encode: FormatOptions.encode]
    catalog = PluginCatalog.scan(settings)
    environment = settings.environment.variables
  }

  /// Reads and resolves a manifest; `-` is standard input. No code of a plugin runs.
  public func load(_ file: String) -> LoadedManifest {
    let name = file == "-" ? "<stdin>" : file
    do {
      let bytes = try Self.read(file)
      return resolve(
        PipelineSource.parse(bytes: bytes, file: name, environment: environment), text: String(decoding: bytes, as: UTF8.self),
        name: name)
    } catch {
      return LoadedManifest(
        file: name, text: "", diagnostics: [Diagnostic(file: name, location: .start, message: error.sentence, fix: error.fix)],
        plan: nil)
    }
  }

  /// Reads and resolves a manifest that is given as text; `name` stands in diagnostics. No code of a plugin runs.
  public func load(text: String, name: String) -> LoadedManifest {
    resolve(PipelineSource.parse(text: text, file: name, environment: environment), text: text, name: name)
  }

  private func resolve(_ parsed: (PipelineSource?, [Diagnostic]), text: String, name: String) -> LoadedManifest {
    guard let source = parsed.0 else { return LoadedManifest(file: name, text: text, diagnostics: parsed.1, plan: nil) }
    let (plan, more) = PipelinePlan.resolve(source, catalog: catalog)
    let diagnostics = Diagnostic.inOrderOfText(parsed.1 + more)
    let failed = diagnostics.contains { $0.severity == .error }
    return LoadedManifest(file: name, text: text, diagnostics: diagnostics, plan: failed ? nil : plan)
  }

  /// Joins a plan with its loaded components; problems are located in the manifest.
  public func bind(_ plan: PipelinePlan) -> (graph: GraphSpec?, problems: [Diagnostic]) {
    var problems: [Diagnostic] = []
    var components: [Int: LoadedComponent] = [:]
    for node in plan.nodes {
      do throws(PluginError) {
        components[node.index] = try load(node)
      } catch {
        problems.append(plan.diagnostic(node: node.index, message: error.sentence, fix: error.fix))
      }
    }
    guard problems.isEmpty else { return (nil, problems) }
    let graph = GraphBinder.graph(of: plan) { components[$0.index]! }
    let chains = ChainPlan(graph)
    if let limit = graph.maxMemoryBytes, chains.boundBytes > limit {
      let queues = Quantities.count(chains.buffers.count { $0 != nil }, "queue")
      let threads = Quantities.count(chains.chains.count, "thread")
      let least = Quantities.bytes(chains.boundBytes)
      let mebibytes = (chains.boundBytes + (1 << 20) - 1) >> 20
      return (
        nil,
        [
          Diagnostic(
            file: plan.file, location: plan.maxMemoryLocation,
            message: "max_memory: \(threads) and \(queues) between them need up to \(least)",
            fix: "write max_memory: \(mebibytes)MiB or more, or use fewer nodes that need a thread of their own")
        ]
      )
    }
    return (graph, [])
  }

  private func load(_ node: NodePlan) throws(PluginError) -> LoadedComponent {
    if node.isOrdering { return LoadedComponent(table: OrderComponent.table) }
    if let function = node.function {
      let component = FunctionBinder.component(of: function, catalog.settings)
      return LoadedComponent(table: component.table, owner: component)
    }
    let use = "\(node.reference.plugin)/\(node.reference.manifest.id)"
    guard let (entry, index) = catalog.component(use, kind: node.kind) else {
      throw PluginError("the plugin of '\(use)' is gone", fix: "tidemill plugin list")
    }
    return LoadedComponent(table: try PluginLibrary.load(entry, catalog.settings).components[index])
  }

  /// Lets every component read its configuration, without I/O, and gives what they say against it.
  public func dryRun(_ plan: PipelinePlan) -> [Diagnostic] {
    let (graph, problems) = bind(plan)
    guard let graph else { return problems }
    do throws(PipelineError) {
      let pipeline = try Pipeline(graph) { _ in }
      let refused = pipeline.create()
      if refused.isEmpty { pipeline.close() }
      return refused.map { located($0, in: plan) }
    } catch {
      return [located(error, in: plan)]
    }
  }

  /// An engine's error at the place in the manifest that it speaks of.
  public func located(_ error: PipelineError, in plan: PipelinePlan) -> Diagnostic {
    let index = plan.node(named: error.node)?.index ?? 0
    return plan.diagnostic(node: index, path: error.configPath, message: "\(error.node): \(error.message)")
  }

  private static func read(_ file: String) throws(PluginError) -> Data {
    do {
      return try file == "-" ? StandardInput.readAll(limit: ManifestLimits.bytes + 1) : Data(contentsOf: URL(filePath: file))
    } catch {
      throw PluginError("cannot read it: \(reason(error))", fix: "give the path of a pipeline manifest")
    }
  }

  /// Why a file could not be read, in a few words.
  public static func reason(_ error: any Error) -> String {
    if let cocoa = error as? CocoaError {
      switch cocoa.code {
      case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
      case .fileReadNoPermission: return "permission denied"
      case .fileReadUnknown, .fileReadInvalidFileName: return "it is no regular file"
      default: break
      }
    }
    return "\(error)"
  }
}
