import CTidemill
import Engine
import EngineBench
import PluginHost
import Rings
import Runtime
import TestSupport

/// A run of a manifest in the test's own process: plugins in the real engine, between sources and sinks of the test, under a
/// clock that the test moves.
package struct ManifestRun {
  package struct Failure: Error, CustomStringConvertible { package var description: String }

  /// Rows of each sink by its name, in their order.
  package var rows: [String: [RowCollector.Row]]
  package var books: Books
  package var log: [String]

  /// Rows of the sink of that name; none without such a sink.
  package var out: [RowCollector.Row] { rows["out"] ?? [] }
  package var late: [RowCollector.Row] { rows["late"] ?? [] }
  package var dead: [RowCollector.Row] { rows["dead"] ?? [] }

  /// What a node did.
  package func node(_ name: String) -> Books.Node? { books.nodes.first { $0.name == name } }

  /// Only read, once it is made.
  nonisolated(unsafe) private static let loader = ManifestLoader(
    PluginCatalog.Settings(
      environment: HostEnvironment(executable: ProjectPaths.testProgramFolder + "/tidemill"), isDevelopment: true))

  /// Runs a manifest, with the sources `inputs` by their names, and a collector in the place of every sink.
  ///
  /// - Parameters:
  ///   - frameRows: rows at which a source ends a frame, in place of what the plan says.
  ///   - lanesWhenBusy: a source's further lanes begin when it has had much to decode.
  ///   - replacing: components in the place of those of some sources and sinks, by the names of their nodes.
  ///   - wrap: puts a component of the test's in the place of an operator's, by the name of its node.
  package init(
    _ manifest: String, inputs: [String: (partitions: Int, steps: [LineSource.Step])] = [:], frameRows: Int? = nil,
    lanesWhenBusy: Bool = false, replacing: [String: ScriptedComponent] = [:],
    wrap: (_ node: String, UnsafePointer<tide_component>) -> UnsafePointer<tide_component> = { $1 }
  ) throws {
    let loaded = Self.loader.load(text: manifest, name: "proof.yaml")
    guard let plan = loaded.plan else { throw Failure(description: "\(loaded.diagnostics)\n\(manifest)") }
    let (bound, problems) = Self.loader.bind(plan)
    guard var graph = bound else { throw Failure(description: "\(problems)\n\(manifest)") }
    let clock = VirtualClock(at: 1_800_000_000_000_000_000)
    var collectors: [String: RowCollector] = [:]
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      if let frameRows {
        graph.nodes[index].recordPlan?.rowsPerFrame = frameRows
        graph.nodes[index].recordPlan?.bytesPerFrame = 4 << 20
      }
      if let other = replacing[node.name] {
        graph.nodes[index].component = other.table
        graph.nodes[index].blocking = false
        graph.nodes[index].pollEveryNanoseconds = nil
        continue
      }
      switch node.kind {
      case .source:
        graph.nodes[index].lanesWhenBusy = lanesWhenBusy
        guard let input = inputs[node.name] else { continue }
        graph.nodes[index].component =
          LineSource.component(node.name, partitions: input.partitions, input.steps, clock: clock).table
        graph.nodes[index].blocking = false
        graph.nodes[index].pollEveryNanoseconds = nil
      case .sink:
        let collector = RowCollector()
        collectors[node.name] = collector
        graph.nodes[index].component = collector.component(node.name).table
        graph.nodes[index].blocking = false
      default: graph.nodes[index].component = wrap(node.name, node.component)
      }
    }
    let messages = PipelineBench().log
    let pipeline = try Pipeline(graph, clock: clock, validatesFrames: true) { messages.add($0) }
    let refused = pipeline.create()
    if let first = refused.first { throw Failure(description: "\(first)\n\(manifest)") }
    try pipeline.open()
    let outcome = pipeline.run(tickNanoseconds: 1_000_000) {}
    pipeline.close()
    guard outcome == .completed else {
      throw Failure(description: "\(outcome)\n\(messages.lines)\n\(manifest)")
    }
    rows = collectors.mapValues(\.rows)
    books = pipeline.books
    log = messages.lines
  }
}
