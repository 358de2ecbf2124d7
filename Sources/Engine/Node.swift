import CHost
import CTidemill
import Formats
import Frames
import Kernels
import PluginManifest
import Rings
import Synchronization

/// One instance of a component and everything that the host does around it. Owned by its chain's thread once the pipeline runs.
final class Node: @unchecked Sendable {
  enum Count {
    static let rowsIn = 0, taken = 1, late = 2, rejected = 3, pending = 4, mismatches = 5, restarts = 6, lastTime = 7
    /// What call of the plugin is running: 0, or one of the two below.
    static let inCall = 8
    static let withOutput = 1, withoutOutput = 2
    static let retries = 9
    static let expressionErrors = 10, leftOut = 11
    /// What it was sent, and what it has sent on; of a source the latter alone.
    static let watermark = 12, sentWatermark = 13
    static let hasEnded = 14
    /// Rows and frames of port p stand at ports + 2p.
    static let ports = 15
  }

  /// Why a call failed, as the plugin said it through `fail`.
  struct Failure: Sendable {
    var code: tide_status
    var message: String
    var configPath: String

    /// A new instance might do better; with the same configuration on the same host it cannot.
    var isWorthRestart: Bool { code != TIDE_E_CONFIG && code != TIDE_E_UNSUPPORTED }
  }

  /// What the call in progress has done so far.
  struct Call {
    /// Commits, forwards and rejects: after the first one the call cannot be repeated.
    var effects = 0
    /// Rows of the batch that went to the dead-letter port.
    var rejected = 0
    /// Rows that went to the port of late ones.
    var late = 0
    /// Row watermark that the rows of this call carry; Int64.min = none.
    var rowWatermark = Int64.min
    /// What `process` was handed: the only batch, beside kept ones, that may be forwarded, and the only one to reject from.
    var batch: UnsafePointer<tide_batch>?
    /// Rows or records were written off: dead letters may wait.
    var hasWrittenOff = false
  }

  let index: Int
  let spec: NodeSpec
  let table: UnsafePointer<tide_component>
  let pipeline: Pipeline
  unowned var chain: Chain!
  let config: NodeConfig
  let counters: Counters

  // What every batch touches stands together.
  var instance: OpaquePointer?
  /// A failed instance that is not restarted any more: what arrives is rejected.
  var isBroken = false
  /// What `failure` holds is not nil: asked before every call, so that no call takes the lock.
  private let hasFailure = Atomic<Bool>(false)
  /// How many of `slots` there are.
  private var openSlots = 0
  var call = Call()

  var inputs: [Input] = []
  /// The same for other threads.
  var shownInputs: [ShownInput] = []
  /// How many of them are idle.
  var idleInputs = 0
  /// Outgoing edges per output port; the dead-letter port is last.
  private(set) var outputs: [[Edge]]
  /// The same for the data path, which walks them for every batch and must not count references.
  let routes: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Route>>
  private var exchanges: [Exchange] = []
  let deadPort: Int

  var isOpen = false
  var hasEnded = false
  /// Why the last restart did not succeed; written by the control thread while the chain waits for it.
  var startFailure: PipelineError?
  /// The frame rows that `call.rejected` counts.
  var rejectedRows: Set<UInt32> = []
  let wakeRequested = Atomic<Bool>(false)
  private let failure = Mutex<Failure?>(nil)
  /// Batches that the instance retains, by address, with how often.
  let kept = Mutex<[UInt: Int]>([:])
  /// What the instance has compiled.
  var expressions: [HostedExpression] = []
  /// Frames that the instance has reserved and not yet committed.
  var slots: [OpenSlot] = [] { didSet { openSlots = slots.count } }
  var slotNumber: UInt32 = 0
  /// A call that was given `output` is running.
  var isInCall: Bool { counters.read(Count.inCall) == Count.withOutput }
  /// Why the last poll failed.
  var pollFailure: Failure?

  /// Minimum over the inputs, as the instance knows it.
  var watermark = Int64.min { didSet { counters.set(Count.watermark, Int(watermark)) } }
  /// Watermark that was sent on.
  var sentWatermark = Int64.min { didSet { counters.set(Count.sentWatermark, Int(sentWatermark)) } }
  /// Set by the instance itself through host->watermark; holds the output back.
  var ownWatermark: Int64?
  /// Rows so far were all of one partition of one source, in their order.
  var isAlone = true
  /// Port whose rows count as late; -1 = none.
  let latePort: Int

  /// Partitions of a source in the order in which they became known.
  var partitions: [SourcePartition] = []
  var partitionPlaces: [UInt32: Int] = [:]
  /// Their parts in the minimum, side by side.
  var partitionFloors: [Int64] = []
  /// The same for other threads.
  let shownPartitions = Mutex<[SourcePartition]>([])
  /// Of the late rows of a source.
  let lateness: LatenessCounts?
  var lateScratch: [Int64] = []
  var idleClock = IdleClock()
  /// A source of which nothing is known yet was taken for idle.
  var isSilent = false
  /// When a periodic watermark moves next.
  var nextTick = Int64.max

  var eventTimers = TimerQueue()
  var processingTimers = TimerQueue()
  /// `open` is running: it may set timers.
  var isOpening = false

  let deadLetters: DeadLetterBuffer
  let decoder: RecordDecoder?
  let encoder: RecordEncoder?
  /// Threads that decode beside the source's own.
  var crew: DecodeCrew?
  /// Partitions whose last bytes the source decoded itself, and which ended within a record.
  var unfinished: Set<UInt32> = []
  /// Bytes that a source had to decode since it had nothing last.
  var busyBytes = 0
  /// A crew was wanted and could not be made.
  var isWithoutCrew = false
  /// Of the rows that a source decodes.
  var rowIds: RowIds
  var frameNumber: UInt64 = 0
  /// Where each partition's bytes come from, as the source says it.
  var origins: [UInt32: String] = [:]
  /// Lines about calls that are made again.
  var attemptLog = LinePace()
  /// Lines about rejected rows so far.
  var loggedRejects = 0

  /// What the plugin was handed; lives until destroy returned.
  let host: UnsafeMutablePointer<tide_host>
  let info: UnsafeMutablePointer<tide_info>
  private var infoTexts: [BorrowedText] = []

  init(index: Int, spec: NodeSpec, pipeline: Pipeline) throws(PipelineError) {
    self.index = index
    self.spec = spec
    self.pipeline = pipeline
    table = spec.component
    config = NodeConfig(spec.config)
    counters = Counters(count: Count.ports + 2 * (spec.outputs.count + 1))
    deadPort = spec.outputs.count
    latePort = spec.latePort ?? -1
    lateness = spec.kind == .source ? LatenessCounts() : nil
    rowIds = RowIds(place: pipeline.nodes.count { $0.spec.kind == .source }, of: pipeline.sourceCount)
    for word in [Count.watermark, Count.sentWatermark] { counters.set(word, Int(Int64.min)) }
    outputs = Array(repeating: [], count: deadPort + 1)
    routes = .allocate(capacity: deadPort + 1)
    routes.initialize(repeating: UnsafeMutableBufferPointer(start: nil, count: 0))
    deadLetters = DeadLetterBuffer(node: spec.name)
    do {
      decoder = try spec.recordPlan.map { plan in
        var plan = plan
        if pipeline.chainPlan.feedsAdaptiveEdge(index) {
          plan.rowsPerFrame = AdaptiveCredit.mostFrameRows
          plan.bytesPerFrame = Self.frameBytes(forRows: AdaptiveCredit.mostFrameRows)
        }
        return try RecordDecoder(plan)
      }
      encoder = spec.encodePlan.map { RecordEncoder($0) }
    } catch {
      throw PipelineError(node: spec.name, message: "\(error)", isConfiguration: true)
    }
    host = .allocate(capacity: 1)
    info = .allocate(capacity: 1)
    info.initialize(to: tide_info())
    host.initialize(to: tide_host())
    describe()
  }

  deinit {
    for route in routes { route.deallocate() }
    routes.deallocate()
    counters.deallocate()
    lateness?.deallocate()
    for input in shownInputs { input.deallocate() }
    host.deallocate()
    info.deallocate()
  }

  private func describe() {
    infoTexts = [pipeline.name, spec.name, spec.componentName, "at_most_once"].map { BorrowedText($0) }
    info.pointee.size = UInt32(MemoryLayout<tide_info>.size)
    // Of a source, lanes are threads that decode for its one instance.
    let lanes = spec.kind == .source ? 1 : spec.lanes
    let groups = LaneRange(lane: spec.lane, of: lanes).groups
    info.pointee.lane = UInt32(spec.lane)
    info.pointee.lanes = UInt32(lanes)
    info.pointee.first_group = UInt32(groups.lowerBound)
    info.pointee.groups = UInt32(groups.count)
    info.pointee.inputs = UInt32(spec.inputs.count)
    info.pointee.outputs = UInt32(spec.outputs.count)
    info.pointee.pipeline = infoTexts[0].string
    info.pointee.node = infoTexts[1].string
    info.pointee.component = infoTexts[2].string
    info.pointee.delivery = infoTexts[3].string
    // Each lane has its share.
    info.pointee.state_bytes = UInt64(spec.state.bytes.dividedRoundingUp(by: lanes))
    info.pointee.state_keys = UInt64(spec.state.keys?.dividedRoundingUp(by: lanes) ?? 0)
    info.pointee.state_full = spec.state.whenFull == .evictOldest ? TIDE_STATE_EVICT_OLDEST : TIDE_STATE_STOP
    fillHostTable()
  }

  /// Adds an outgoing edge; before the pipeline runs.
  func connect(_ edge: Edge, port: Int) {
    outputs[port].append(edge)
    add(Route(edge), port)
  }

  /// Adds the edges to the lanes of one node; before the pipeline runs.
  func connect(_ exchange: Exchange, _ lanes: [Edge], port: Int) {
    outputs[port] += lanes
    exchanges.append(exchange)
    add(Route(exchange), port)
  }

  private func add(_ route: Route, _ port: Int) {
    let all = Array(routes[port]) + [route]
    routes[port].deallocate()
    routes[port] = .allocate(capacity: all.count)
    _ = routes[port].initialize(from: all)
  }

  /// Runs a call of the plugin that may use `output`. What it has reserved by its end and not committed is given back.
  @inline(__always)
  func calling<R>(_ body: () -> R) -> R {
    if hasFailure.load(ordering: .relaxed) { note(nil) }
    counters.set(Count.inCall, Count.withOutput)
    defer {
      counters.set(Count.inCall, 0)
      if openSlots > 0 { closeSlots() }
    }
    return body()
  }

  /// The output handle of calls on this instance.
  var output: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  func log(_ level: LogLevel, _ message: String) { pipeline.log(level, node: spec.name, message) }

  /// Keeps the reason for a failure until it is taken; nil forgets it. Any thread.
  func note(_ reason: Failure?) {
    failure.withLock {
      $0 = reason
      hasFailure.store(reason != nil, ordering: .relaxed)
    }
  }

  /// Takes what `fail` said of the call that returned `status`, or says it in general words.
  func takeFailure(_ status: tide_status, during call: String) -> Failure {
    let said = failure.withLock { stored in
      defer { stored = nil }
      hasFailure.store(false, ordering: .relaxed)
      return stored
    }
    if var said {
      said.code = status
      return said
    }
    return Failure(code: status, message: "\(call) returned \(StatusName.text(of: status)) without a reason", configPath: "")
  }

  /// Rows so far. Any thread.
  var books: Books.Node {
    var books = Books.Node(name: spec.name)
    books.isSource = spec.kind == .source
    // Read in the opposite order of writing, so that a row in flight shows as pending rather than as a gap.
    books.taken = counters.read(Count.taken)
    books.late = counters.read(Count.late)
    books.rejected = counters.read(Count.rejected)
    books.pending = counters.read(Count.pending)
    books.rowsIn = counters.read(Count.rowsIn)
    books.mismatches = counters.read(Count.mismatches)
    books.expressionErrors = counters.read(Count.expressionErrors)
    books.leftOut = counters.read(Count.leftOut)
    books.restarts = counters.read(Count.restarts)
    books.retries = counters.read(Count.retries)
    books.out = (spec.outputs + ["dead"]).enumerated().map { port, name in
      Books.Port(name: name, rows: counters.read(Count.ports + 2 * port), frames: counters.read(Count.ports + 2 * port + 1))
    }
    return books
  }
}

/// Text whose bytes stay where they are for the contract's borrowed strings.
final class BorrowedText: @unchecked Sendable {
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  init(_ text: String) {
    bytes = .allocate(capacity: max(text.utf8.count, 1))
    _ = bytes.initialize(from: text.utf8)
    count = text.utf8.count
  }

  private let count: Int

  deinit { bytes.deallocate() }

  var string: tide_string {
    tide_string(data: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self), length: UInt64(count))
  }
}

/// Statuses by name, for messages.
enum StatusName {
  static func text(of status: tide_status) -> String {
    switch status {
    case TIDE_OK: "OK"
    case TIDE_MORE: "MORE"
    case TIDE_IDLE: "IDLE"
    case TIDE_END: "END"
    case TIDE_E_CONFIG: "E_CONFIG"
    case TIDE_E_RETRY: "E_RETRY"
    case TIDE_E_FATAL: "E_FATAL"
    case TIDE_E_UNSUPPORTED: "E_UNSUPPORTED"
    case TIDE_E_STATE: "E_STATE"
    case TIDE_E_CANCELLED: "E_CANCELLED"
    default: "the unknown status \(status)"
    }
  }

  /// A stable word for dead letters: what is not known counts as fatal.
  static func code(of status: tide_status) -> String {
    (-6 ... -1).contains(status) ? text(of: status) : text(of: TIDE_E_FATAL)
  }
}

extension String {
  /// A copy of a borrowed string; bytes that are not UTF-8 become U+FFFD.
  init(borrowed text: tide_string) {
    guard let data = text.data, text.length > 0 else {
      self = ""
      return
    }
    let bytes = UnsafeRawBufferPointer(start: data, count: Int(text.length))
    self = String(decoding: bytes, as: UTF8.self)
  }
}
