import CHost
import CTidemill
import Rings

/// Nodes that run on one thread by direct calls, and that thread's loop.
final class Chain: @unchecked Sendable {
  /// How long one poll of a source may take before it has to come back, in nanoseconds.
  static let pollNanoseconds: Int64 = 10_000_000
  /// Entries that one input may have processed before the next input's turn.
  static let entriesPerTurn = 16
  /// Calls nest along a chain, and plugins have their own needs.
  static let stackBytes: UInt64 = 16 << 20

  let index: Int
  /// In topological order; the first is the head.
  private(set) var nodes: [Node] = []
  unowned let pipeline: Pipeline
  let parker: Parker
  let pool: FramePool
  /// Rings that feed the head, by input number.
  private var incoming: [Edge] = []
  /// Edges with a ring that leave the chain.
  private var outgoing: [Edge] = []
  /// Those of them that make the chain wait when they are full.
  private var waiting: [FrameRing] = []
  /// Those of them whose credit follows the reader.
  private var adaptive: [EdgePolicy] = []
  private var thread: UInt64 = 0
  /// How long the thread has waited for room and for repeated calls in all, by the pipeline's clock, ns.
  private(set) var heldNanoseconds: Int64 = 0
  /// No timer of the clock is due before this time, ns since the epoch.
  private var timerDue = Int64.max
  /// CPU time of the threads that decode for the source.
  private var crewNanoseconds: Int64 = 0
  /// CPU time of the thread, once it has ended.
  private(set) var cpuNanoseconds: Int64 = 0

  init(index: Int, pipeline: Pipeline, pool: FramePool) {
    self.index = index
    self.pipeline = pipeline
    self.pool = pool
    parker = Parker(clock: pipeline.clock)
  }

  func adopt(_ node: Node) {
    node.chain = self
    nodes.append(node)
  }
  func connect(incoming edge: Edge) { incoming.append(edge) }
  func connect(outgoing edge: Edge) {
    outgoing.append(edge)
    if let ring = edge.ring, ring.discipline == .waiting { waiting.append(ring) }
    if let policy = edge.policy, policy.adaptive != nil { adaptive.append(policy) }
  }

  // MARK: Thread

  func start() throws(PipelineError) {
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      let chain = Unmanaged<Chain>.fromOpaque(context!).takeRetainedValue()
      chain.run()
      chain.cpuNanoseconds = tide_thread_cpu_ns() + chain.crewNanoseconds
      chain.pipeline.chainEnded()
    }
    let context = Unmanaged.passRetained(self)
    let error = tide_thread_start(body, context.toOpaque(), Self.stackBytes, "tm-\(nodes[0].spec.name.prefix(12))", &thread)
    guard error == 0 else {
      context.release()
      throw PipelineError(node: nodes[0].spec.name, message: "no thread for it: error \(error)")
    }
  }

  func join() { tide_thread_join(thread) }

  private func run() {
    if nodes[0].spec.kind == .source { runSource(nodes[0]) } else { runConsumer(nodes[0]) }
  }

  private func runSource(_ source: Node) {
    var pollAt = Int64.min
    var attempt = 0
    source.startClock()
    source.startCrew()
    defer { crewNanoseconds = source.crew?.stop() ?? 0 }
    while !pipeline.isStopping {
      guard awaitCredit() else { return }
      serveWakes()
      serveTimers()
      let now = pipeline.clock.now
      if now < pollAt, !source.wakeRequested.load(ordering: .relaxed) {
        parker.park(until: min(pollAt, timerDue)) {
          source.wakeRequested.load(ordering: .relaxed) || pipeline.isStopping || wakePending || controlPending
        }
        continue
      }
      source.wakeRequested.store(false, ordering: .sequentiallyConsistent)
      source.idleClock.begin(at: now, held: heldNanoseconds)
      let status = source.pollSource(deadline: max(now, min(now &+ Self.pollNanoseconds, timerDue)))
      if status != TIDE_OK, status != TIDE_MORE, !source.settleCrew(betweenCalls: true) { return }
      let idleAt = source.passIdleTime(after: status)
      source.runEventTimers(upTo: source.sentWatermark)
      flushWatermarks()
      switch status {
      case TIDE_OK, TIDE_MORE:
        pollAt = adaptive.isEmpty ? .min : lingerUntil
        attempt = 0
      case TIDE_IDLE:
        source.busyBytes = 0
        pollAt = min(source.spec.pollEveryNanoseconds.map { pipeline.clock.now &+ $0 } ?? .max, idleAt)
        attempt = 0
      case TIDE_E_RETRY where attempt < source.spec.retry.limit:
        source.counters.add(Node.Count.retries, 1)
        pollAt = pipeline.clock.now &+ source.spec.retry.wait(attempt: attempt)
        attempt += 1
      default:
        if source.concludePoll(status) { pipeline.stop() }
        return endSource(source)
      }
    }
    endSource(source)
  }

  private func endSource(_ source: Node) {
    guard !pipeline.isForced, source.settleCrew(betweenCalls: true) else { return }
    source.finish()
    flushWatermarks()
  }

  private func runConsumer(_ head: Node) {
    let words = (incoming.count + 63) / 64
    while !head.hasEnded {
      guard awaitCredit() else { return }
      var worked = serveWakes()
      worked = serveTimers() || worked
      for word in 0..<words {
        var bits = tide_parker_ready(parker.words, UInt32(word))
        while bits != 0 {
          let input = word * 64 + bits.trailingZeroBitCount
          bits &= bits &- 1
          worked = drain(incoming[input]) || worked
          if pipeline.isForced { return }
        }
      }
      flushWatermarks()
      if !worked {
        parker.park(until: timerDue) {
          incoming.contains { !$0.ring!.isEmpty } || pipeline.isForced || wakePending || controlPending
        }
      }
    }
  }

  /// Takes a turn's worth of entries from one input; the input stays marked while it has more.
  private func drain(_ edge: Edge) -> Bool {
    tide_parker_clear(parker.words, UInt32(edge.input))
    var taken = 0
    while taken < Self.entriesPerTurn, hasCredit, !pipeline.isForced {
      guard edge.drainOne() else { return taken > 0 }
      taken += 1
    }
    tide_parker_notify(parker.words, UInt32(edge.input))
    return taken > 0
  }

  // MARK: Waiting

  /// True when every edge that leaves the chain may be pushed to: within its credit, or because it drops what it has no room for.
  var hasCredit: Bool {
    for ring in waiting where !ring.hasCredit { return false }
    return true
  }

  /// Something that was announced beside a full ring could be put in now.
  private var controlPending: Bool { outgoing.contains(where: \.hasControlToPut) }

  /// Rows that a frame of the chain may have where an adaptive edge says so; nil = as the plan has it.
  var adaptiveFrameRows: Int? { adaptive.lazy.compactMap { $0.adaptive?.frameRows }.max() }

  /// When a source is polled again whose frames are small while an adaptive edge is full that makes it wait; nobody waits for one
  /// that drops.
  private var lingerUntil: Int64 {
    let linger = adaptive.reduce(0) { $1.buffer.drops ? $0 : max($0, $1.adaptive?.lingerNanoseconds ?? 0) }
    return linger == 0 ? .min : pipeline.clock.now &+ linger
  }

  /// Waits between calls until all edges have room; false after a forced stop.
  func awaitCredit() -> Bool {
    while !pipeline.isForced {
      if hasCredit {
        flushWatermarks()
        return true
      }
      hold { parker.park { hasCredit || pipeline.isForced } }
    }
    return false
  }

  /// Lets a call in progress push beyond the credit of a full edge, up to the edge's overdraft; beyond that it waits here. False
  /// after a forced stop.
  func holdOverdraft(_ ring: FrameRing, bytes: Int) -> Bool {
    if ring.fits(bytes: bytes) { return true }
    while !(ring.hasCredit && ring.fits(bytes: bytes)) {
      if pipeline.isForced { return false }
      hold { parker.park { ring.hasCredit && ring.fits(bytes: bytes) || pipeline.isForced } }
    }
    return true
  }

  /// Sleeps on the pipeline's clock; false after a forced stop.
  func pause(_ nanoseconds: Int64) -> Bool {
    let deadline = pipeline.clock.now &+ nanoseconds
    hold { while pipeline.clock.now < deadline, !pipeline.isForced { parker.park(until: deadline) { pipeline.isForced } } }
    return !pipeline.isForced
  }

  /// Waits for something, and counts the time.
  private func hold(_ wait: () -> Void) {
    let start = pipeline.clock.now
    wait()
    heldNanoseconds &+= max(pipeline.clock.now &- start, 0)
  }

  /// Puts what was announced since the last call into the rings.
  private func flushWatermarks() {
    for edge in outgoing where edge.takesControl { edge.flushControl() }
  }

  /// True when an operator or sink of the chain asked to be polled.
  private var wakePending: Bool { nodes.dropFirst().contains { $0.wakeRequested.load(ordering: .relaxed) } || headWake }
  private var headWake: Bool { nodes[0].spec.kind != .source && nodes[0].wakeRequested.load(ordering: .relaxed) }

  /// Notes that a timer of the clock is due at a time. The chain's own thread, and the control thread while the chain waits or has
  /// not started.
  func noteTimer(at time: Int64) { timerDue = min(timerDue, time) }

  /// Runs the timers of the clock that are due, of all nodes in their order; true when there were any.
  @discardableResult
  private func serveTimers(from first: Int = 0) -> Bool {
    guard timerDue != .max else { return false }
    let now = pipeline.clock.now
    guard timerDue <= now else { return false }
    for node in nodes[first...] {
      node.runProcessingTimers(now: now)
      node.tickWatermark(now: now)
    }
    timerDue = nodes.lazy.map(\.clockDue).min() ?? .max
    return true
  }

  /// Serves the nodes behind one whose batch takes several calls, so that none waits for the last of them. Who called that one
  /// stands before it, in the middle of a call.
  func serve(behind node: Node) {
    guard let place = nodes.firstIndex(where: { $0 === node }) else { return }
    serveWakes(from: place + 1)
    serveTimers(from: place + 1)
  }

  /// Polls operators and sinks that called wake.
  @discardableResult
  private func serveWakes(from first: Int = 0) -> Bool {
    var served = false
    for node in nodes[first...] where node.spec.kind != .source && node.wakeRequested.load(ordering: .relaxed) {
      node.wakeRequested.store(false, ordering: .sequentiallyConsistent)
      guard awaitCredit() else { return served }
      node.pollOperator(deadline: pipeline.clock.now &+ Self.pollNanoseconds)
      served = true
    }
    return served
  }
}
