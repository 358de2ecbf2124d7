import CHost
import CTidemill
import PluginManifest
import Rings
import Synchronization

/// A pipeline: its instances, chains and edges, from create to close.
///
/// The thread that makes it is its control thread: it calls `create`, `open`, `run` and `close`, in this order. `stop`, `force`,
/// `books` and `log` may be called from any thread.
public final class Pipeline: @unchecked Sendable {
  public let name: String
  public let clock: any PipelineClock
  public let chainPlan: ChainPlan
  let validatesFrames: Bool
  /// Memory of all frames.
  let budget: FrameBudget
  /// Memory of the batches that components retain.
  let retained: RetainedFrames
  private let sink: @Sendable (LogRecord) -> Void
  private(set) var nodes: [Node] = []
  let sourceCount: Int
  private(set) var chains: [Chain] = []
  private(set) var edges: [Edge] = []

  private let stopping = Atomic<Bool>(false)
  private let forced = Atomic<Bool>(false)
  private let live = Atomic<Int>(0)
  private let hasEnded = Atomic<Bool>(false)
  private let failures = Mutex<[PipelineError]>([])
  private let jobs = Mutex<[ControlJob]>([])
  /// The control thread's; on the machine's clock, for it serves people and signals.
  private let control = Parker(clock: SystemClock())

  /// `validatesFrames`: every frame that a plugin commits is checked in full, for developing plugins. `log`: from any thread.
  public init(
    _ graph: GraphSpec, clock: any PipelineClock = SystemClock(), validatesFrames: Bool = false,
    log: @escaping @Sendable (LogRecord) -> Void
  ) throws(PipelineError) {
    name = graph.name
    self.clock = clock
    self.validatesFrames = validatesFrames
    sink = log
    sourceCount = graph.nodes.count { $0.kind == .source }
    let spread = LaneSpread(graph)
    chainPlan = ChainPlan(spread)
    budget = FrameBudget(limitBytes: chainPlan.boundBytes - chainPlan.memory.rings)
    retained = RetainedFrames(limitBytes: chainPlan.memory.retained)
    for (index, spec) in spread.graph.nodes.enumerated() {
      var spec = spec
      spec.recordPlan?.limit(frameBytes: chainPlan.memory.largestFrameBytes)
      nodes.append(try Node(index: index, spec: spec, pipeline: self))
    }
    connect(spread.graph)
  }

  private func connect(_ graph: GraphSpec) {
    for (index, members) in chainPlan.chains.enumerated() {
      let crossing = graph.edges.indices.contains {
        chainPlan.buffers[$0] != nil && chainPlan.chainOfNode[graph.edges[$0].from] == index
      }
      let pool = FramePool(
        crossing: crossing, keepBytes: chainPlan.memory.pools[index] / chainPlan.threads(ofChain: index), budget: budget)
      let chain = Chain(index: index, pipeline: self, pool: pool)
      for member in members { chain.adopt(nodes[member]) }
      chains.append(chain)
    }
    for (index, spec) in graph.edges.enumerated() {
      let from = nodes[spec.from], to = nodes[spec.to]
      let port = spec.output == EdgeSpec.dead ? from.deadPort : spec.output
      let ring = chainPlan.buffers[index].map { buffer in
        FrameRing(
          capacityFrames: buffer.frames, capacityBytes: buffer.bytes, overdraftBytes: chainPlan.memory.overdraftBytes,
          discipline: buffer.discipline,
          producer: from.chain.parker, consumer: to.chain.parker, input: to.inputs.count)
      }
      let output = spec.output == EdgeSpec.dead ? "dead" : from.spec.outputs[spec.output]
      let edge = Edge(
        name: "\(from.spec.name).\(output) -> \(to.spec.name)", from: from, output: port, target: to, input: to.inputs.count,
        port: UInt32(spec.input), ring: ring, buffer: chainPlan.buffers[index])
      to.addInput(port: UInt32(spec.input), from: spec.from)
      edges.append(edge)
      if let key = spec.dealing {
        // The edges to all lanes of a node stand side by side.
        if to.spec.lane == to.spec.lanes - 1 {
          let lanes = Array(edges.suffix(to.spec.lanes))
          from.connect(Exchange(key: key, lanes: lanes), lanes, port: port)
        }
      } else {
        from.connect(edge, port: port)
      }
      if ring != nil {
        from.chain.connect(outgoing: edge)
        to.chain.connect(incoming: edge)
      }
    }
  }

  // MARK: Life

  /// Creates every instance: the dry run, without I/O. All problems are given at once; nothing is left over when there is one.
  public func create() -> [PipelineError] {
    var problems: [PipelineError] = []
    for node in nodes {
      do { try node.create() } catch { problems.append(error) }
    }
    if !problems.isEmpty { close() }
    return problems
  }

  /// Opens every instance, sinks first, so that nobody produces for someone who is not there.
  public func open() throws(PipelineError) {
    for node in nodes.reversed() {
      do throws(PipelineError) {
        guard !isForced else { throw PipelineError(node: node.spec.name, message: "the pipeline was stopped before it ran") }
        try node.open()
      } catch {
        close()
        throw error
      }
    }
  }

  /// Runs until every source has ended and all that was read went through, or until it is stopped. `tick` is called about every
  /// `tickNanoseconds` on the control thread.
  public func run(tickNanoseconds: Int64 = 100_000_000, tick: () -> Void = {}) -> Outcome {
    live.store(chains.count, ordering: .sequentiallyConsistent)
    var started: [Chain] = []
    for chain in chains {
      do {
        try chain.start()
        started.append(chain)
      } catch {
        fail(error)
        force()
        for _ in started.count..<chains.count { chainEnded() }
        break
      }
    }
    var next = SystemClock().now &+ tickNanoseconds
    while live.load(ordering: .sequentiallyConsistent) > 0 {
      runJobs()
      if SystemClock().now >= next {
        tick()
        next = SystemClock().now &+ tickNanoseconds
      }
      control.park(until: next) { live.load(ordering: .sequentiallyConsistent) == 0 || !jobs.withLock { $0.isEmpty } }
    }
    runJobs()
    for chain in started { chain.join() }
    if isForced { for edge in edges { edge.discardQueued() } }
    hasEnded.store(true, ordering: .releasing)
    let problems = failures.withLock { $0 }
    if !problems.isEmpty { return .failed(problems) }
    return isForced ? .forced : .completed
  }

  /// Closes and destroys every instance. The pipeline is spent.
  public func close() {
    for node in nodes { node.dispose() }
  }

  // MARK: Stopping

  var isStopping: Bool { stopping.load(ordering: .acquiring) }
  /// A forced stop was asked for. Any thread.
  public var isForced: Bool { forced.load(ordering: .acquiring) }

  /// Ends the input: sources are not polled any more, and what was read goes through to the sinks. Any thread.
  public func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    for chain in chains { chain.parker.signal() }
  }

  /// Stops at once: calls return cancelled, what is queued is dropped and counted. Any thread.
  public func force() {
    forced.store(true, ordering: .sequentiallyConsistent)
    stop()
  }

  /// Notes a failure and ends the input; the run's outcome carries it. Any thread.
  func fail(_ error: PipelineError) {
    let isNew = failures.withLock { known in
      guard known.count < PoolLimits.keptFailures, !known.contains(error) else { return false }
      known.append(error)
      return true
    }
    if isNew { log(.error, node: error.node, error.message) }
    stop()
  }

  /// Names of the nodes that are inside of a call of their plugin now. Any thread.
  public var nodesInCalls: [String] { nodes.filter { $0.counters.read(Node.Count.inCall) != 0 }.map(\.spec.name) }

  // MARK: Control thread

  /// Something that must run on the control thread while a chain waits for it.
  private struct ControlJob: Sendable {
    let body: @Sendable () -> Void
    let finished: @Sendable () -> Void
  }

  /// Runs `body` on the control thread and waits for it. The chain's own thread only.
  func onControl(from chain: Chain, _ body: @escaping @Sendable () -> Void) {
    let done = Flag()
    let parker = chain.parker
    jobs.withLock {
      $0.append(
        ControlJob(body: body) {
          done.isSet.store(true, ordering: .sequentiallyConsistent)
          parker.signal()
        })
    }
    control.signal()
    while !done.isSet.load(ordering: .acquiring) { parker.park { done.isSet.load(ordering: .acquiring) } }
  }

  private func runJobs() {
    while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      job.body()
      job.finished()
    }
  }

  func chainEnded() {
    live.subtract(1, ordering: .sequentiallyConsistent)
    control.signal()
  }

  // MARK: Looking in

  /// Writes a line for the node. Any thread.
  func log(_ level: LogLevel, node: String, _ message: String) { sink(LogRecord(level: level, node: node, message: message)) }

  /// The rows so far, in the order of the graph. Any thread.
  public var books: Books {
    var books = Books()
    let map = chainPlan.map
    books.edges = map.edges.map { Books.Edge(lanes: $0.map { edges[$0].books }, map) }
    books.nodes = map.first.indices.map { Books.Node(lanes: nodes[map.lanes(of: $0)].map(\.books)) }
    books.hasEnded = hasEnded.load(ordering: .acquiring)
    return books
  }

  /// Where event time stands, in the order of the graph. Any thread.
  public var times: EventTimes {
    let map = chainPlan.map
    return EventTimes(nodes: map.first.indices.map { EventTimes.Node(lanes: nodes[map.lanes(of: $0)].map(\.times), map) })
  }

  /// Greatest event time that the node has sent on, ns since the epoch; nil before the first row. Any thread.
  public func lastEventTime(ofNode index: Int) -> Int64? {
    nodes[chainPlan.map.lanes(of: index)].map { Int64(bitPattern: $0.counters.read(Node.Count.lastTime)) }.filter { $0 != 0 }
      .max()
  }

  /// What frames may take at most, in bytes: those that wait, those that calls work with, free ones, retained ones.
  public var bufferBoundBytes: Int { chainPlan.boundBytes }

  /// What frames take now, in bytes. Any thread.
  public var heldBytes: Int { budget.heldBytes + chainPlan.memory.rings }

  /// CPU time of the chains' threads, ns; complete once `run` has returned.
  public var cpuNanoseconds: Int64 { chains.reduce(0) { $0 + $1.cpuNanoseconds } }
}

private final class Flag: Sendable {
  let isSet = Atomic<Bool>(false)
}

/// Bounds of what a pipeline keeps.
enum PoolLimits {
  static let keptFailures = 16
}
