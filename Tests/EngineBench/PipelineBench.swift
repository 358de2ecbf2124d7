import CTidemill
import Engine
import PluginManifest
import Rings
import Synchronization

/// Puts scripted components together into a pipeline and runs it.
package struct PipelineBench {
  package private(set) var nodes: [NodeSpec] = []
  package private(set) var edges: [EdgeSpec] = []
  package let log = Log()
  package init() {}

  package var clock: any PipelineClock = SystemClock()
  package var maxMemoryBytes: Int?
  /// Check every committed frame in full.
  package var validates = true

  package final class Log: Sendable {
    private let records = Mutex<[LogRecord]>([])
    package func add(_ record: LogRecord) { records.withLock { $0.append(record) } }
    package var lines: [String] { records.withLock { $0.map { "\($0.node): \($0.message)" } } }
  }

  /// Adds a node fed by others: their index, and their port where it is not the first.
  @discardableResult
  package mutating func add(
    _ kind: ComponentManifest.Kind, _ component: ScriptedComponent, from feeders: [(node: Int, port: Int)] = [],
    _ change: (inout NodeSpec) -> Void = { _ in }
  ) -> Int {
    var spec = NodeSpec(name: component.id, kind: kind, componentName: "test/\(component.id)", component: component.table)
    if kind != .source { spec.inputs = ["in"] }
    if kind != .sink { spec.outputs = ["out"] }
    change(&spec)
    nodes.append(spec)
    for feeder in feeders { edges.append(EdgeSpec(from: feeder.node, output: feeder.port, to: nodes.count - 1, input: 0)) }
    return nodes.count - 1
  }

  @discardableResult
  package mutating func add(
    _ kind: ComponentManifest.Kind, _ component: ScriptedComponent, from feeder: Int,
    _ change: (inout NodeSpec) -> Void = { _ in }
  ) -> Int { add(kind, component, from: [(feeder, 0)], change) }

  /// Gives an edge a queue of its own.
  package mutating func buffer(ofEdge index: Int, _ buffer: EdgeBuffer) { edges[index].buffer = buffer }

  package func pipeline() throws -> Pipeline {
    let log = log
    return try Pipeline(
      GraphSpec(name: "test", nodes: nodes, edges: edges, maxMemoryBytes: maxMemoryBytes), clock: clock,
      validatesFrames: validates
    ) { log.add($0) }
  }

  /// Creates, opens, runs and closes; `during` runs on the control thread at every tick.
  package func run(during: (Pipeline) -> Void = { _ in }) throws -> (outcome: Outcome, books: Books) {
    let pipeline = try pipeline()
    let refused = pipeline.create()
    if let first = refused.first { throw first }
    try pipeline.open()
    let outcome = pipeline.run(tickNanoseconds: 1_000_000) { during(pipeline) }
    pipeline.close()
    return (outcome, pipeline.books)
  }
}

// MARK: Components that many tests need

/// Sends the events in frames of a given size, then ends.
package func source(_ id: String, _ events: [Event], frame: Int = 4) -> ScriptedComponent {
  let component = ScriptedComponent(id)
  component.poll = { me, _, out in
    guard me.step < events.count else { return TIDE_END }
    let part = Array(events[me.step..<min(me.step + frame, events.count)])
    me.step += part.count
    return me.commit(part, out)
  }
  return component
}

/// Forwards everything.
package func pass(_ id: String = "pass") -> ScriptedComponent {
  let component = ScriptedComponent(id)
  component.process = { me, batch, out in me.forward(batch, out) }
  return component
}

/// Keeps what arrives: rows, their row watermarks, and watermarks.
package final class Collector: Sendable {
  package struct Content {
    package var events: [Event] = []
    package var rowWatermarks: [Int64] = []
    package var watermarks: [Int64] = []
    /// Rows and ends in the order in which they came.
    package var story: [String] = []
  }
  private let content = Mutex(Content())
  package init() {}
  package var events: [Event] { content.withLock { $0.events } }
  package var rowWatermarks: [Int64] { content.withLock { $0.rowWatermarks } }
  package var watermarks: [Int64] { content.withLock { $0.watermarks } }
  package var story: [String] { content.withLock { $0.story } }

  package func component(_ id: String = "sink") -> ScriptedComponent {
    let component = ScriptedComponent(id)
    component.process = { [self] _, batch, _ in
      let events = Event.read(batch)
      let watermarks = Event.rowWatermarks(batch)
      content.withLock {
        $0.events += events
        $0.rowWatermarks += watermarks
        $0.story += events.map { "row \($0.value)" }
      }
      return TIDE_OK
    }
    component.onWatermark = { [self] _, port, time, _ in
      if port == TIDE_PORT_ALL {
        content.withLock {
          $0.watermarks.append(time)
          $0.story.append(time == .max ? "W end" : "W \(time)")
        }
      }
      return TIDE_OK
    }
    component.flush = { [self] _, _ in
      content.withLock { $0.story.append("flush") }
      return TIDE_OK
    }
    return component
  }
}

package func events(_ count: Int) -> [Event] { (0..<count).map { Event(time: Int64($0) * 10, value: Int64($0)) } }
