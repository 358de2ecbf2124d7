import CTidemill
import Engine
import EngineBench
import PluginHost
import Rings
import Runtime
import TestSupport

/// A run of a manifest in the test's own process: the window of the plugin in the real engine, between a source and sinks of
/// the test, under a clock that the test moves.
struct WindowRun {
  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Rows of the port `out`, in their order.
  var out: [RowCollector.Row]
  var late: [RowCollector.Row]
  var dead: [RowCollector.Row]
  var books: Books
  var log: [String]

  /// What the window's node did.
  var window: Books.Node { books.nodes.first { $0.name == "win" }! }

  /// Only read, once it is made.
  nonisolated(unsafe) private static let loader = ManifestLoader(
    PluginCatalog.Settings(
      environment: HostEnvironment(executable: ProjectPaths.testProgramFolder + "/tidemill"), isDevelopment: true))

  /// Runs a manifest with the sources `inputs`, by their names, and sinks `out`, `late` and `dead`.
  ///
  /// - Parameter wrap: puts a component of the test's in the place of the window's.
  init(
    _ manifest: String, inputs: [String: (partitions: Int, steps: [LineSource.Step])],
    wrap: (UnsafePointer<tide_component>) -> UnsafePointer<tide_component> = { $0 }
  ) throws {
    let loaded = Self.loader.load(text: manifest, name: "proof.yaml")
    guard let plan = loaded.plan else { throw Failure(description: "\(loaded.diagnostics)\n\(manifest)") }
    let (bound, problems) = Self.loader.bind(plan)
    guard var graph = bound else { throw Failure(description: "\(problems)\n\(manifest)") }
    let clock = VirtualClock(at: 1_800_000_000_000_000_000)
    let collectors = ["out": RowCollector(), "late": RowCollector(), "dead": RowCollector()]
    for index in graph.nodes.indices {
      let name = graph.nodes[index].name
      if let input = inputs[name] {
        graph.nodes[index].component =
          LineSource.component(name, partitions: input.partitions, input.steps, clock: clock).table
        graph.nodes[index].blocking = false
        graph.nodes[index].pollEveryNanoseconds = nil
      } else if let collector = collectors[name] {
        graph.nodes[index].component = collector.component(name).table
      } else if name == "win" {
        graph.nodes[index].component = wrap(graph.nodes[index].component)
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
    out = collectors["out"]!.rows
    late = collectors["late"]!.rows
    dead = collectors["dead"]!.rows
    books = pipeline.books
    log = messages.lines
  }
}
