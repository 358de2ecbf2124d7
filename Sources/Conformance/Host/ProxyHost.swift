import CTidemill
import CWorker
import Formats
import Frames
import Glibc
import Kernels
import PluginManifest
import Synchronization

/// The host of one instance under check: does what a host does, and notes every call that breaks a promise.
///
/// Lives for ever, so that a thread which a plugin forgot finds it. All of it is guarded by `lock`; callbacks come on any thread.
final class ProxyHost: @unchecked Sendable {
  /// What the host refuses, to see what becomes of it.
  struct Refusals {
    /// Answer of the output calls, from the n-th on, counted from 0; nil = they succeed.
    var output: (from: Int, status: tide_status)?
    /// One call in so many of reserve, grow and retain fails; 0 = none.
    var oneIn = 0
    var offersExtensions = true
  }

  let subject: Subject
  let table: UnsafePointer<tide_component>
  let host: UnsafeMutablePointer<tide_host>
  let info: UnsafeMutablePointer<tide_info>
  let codec: UnsafeMutablePointer<tide_codec>
  let config: ProxyConfig
  let lock = Mutex(())

  var refusals = Refusals()
  /// Nanoseconds since the epoch; the clock of the case.
  var now: Int64 = 1_767_225_600_000_000_000
  /// How far each reading moves it.
  var clockStep: Int64 = 1000
  /// Reads the machine's clock instead.
  var usesRealClock = false
  /// Rows are kept in `rows`.
  var keepsRows = false
  /// Counting allocations and locks: nothing of the host's own is counted.
  var pause: (() -> Void)?
  var resume: (() -> Void)?

  var breaches: [Breach] = []
  var call: ProxyCall?
  var callCount = 0
  var outputCalls = 0
  var random: SeededRandom
  var slots: [UInt64: ProxySlot] = [:]
  var nextSlot: UInt64 = 1
  var kept: [UInt: KeptBatch] = [:]
  /// Expressions of the instance.
  var expressions: [HostedExpression] = []
  var rows = RowLog()
  var committed = 0
  var watermarks: [UInt32: Int64] = [:]
  var timers: [TimerName: Int64] = [:]
  var wakes = 0
  /// Stages of the life, which say what is still allowed.
  var isClosed = false
  var isDestroyed = false
  var decoder: RecordDecoder?
  var encoder: RecordEncoder?
  /// Rows that the codec has made of each partition.
  var nextRow: [UInt32: Int64] = [:]
  /// Texts of `info`, which live for ever.
  var names: [String: UnsafeMutablePointer<CChar>] = [:]

  struct TimerName: Hashable {
    var domain: UInt32
    var group: UInt32
    var id: UInt64
  }

  static let breachLimit = 20

  init(_ subject: Subject, _ table: UnsafePointer<tide_component>, config: ConfigValue) {
    self.subject = subject
    self.table = table
    self.config = ProxyConfig(config)
    random = SeededRandom(seed: subject.seed, "host")
    host = .allocate(capacity: 1)
    info = .allocate(capacity: 1)
    codec = .allocate(capacity: 1)
    host.initialize(to: tide_host())
    info.initialize(to: tide_info())
    codec.initialize(to: tide_codec())
    if case .success(let node) = subject.node {
      decoder = node.recordPlan.flatMap { try? RecordDecoder($0) }
      encoder = node.encodePlan.map { RecordEncoder($0) }
    }
    fillInfo()
    host.pointee.size = UInt32(MemoryLayout<tide_host>.size)
    host.pointee.abi_minor = UInt32(TIDE_ABI_MINOR)
    host.pointee.context = Unmanaged.passRetained(self).toOpaque()
    fillEnvironment()
    fillConfiguration()
    fillOutput()
    fillCodec()
  }

  private func fillInfo() {
    info.pointee.size = UInt32(MemoryLayout<tide_info>.size)
    info.pointee.lanes = 1
    info.pointee.groups = UInt32(TIDE_KEY_GROUPS)
    info.pointee.inputs = UInt32(subject.inputCount)
    info.pointee.outputs = UInt32(subject.outputs.count)
    info.pointee.pipeline = text("check")
    info.pointee.node = text("checked")
    info.pointee.component = text("\(subject.plugin.name)/\(subject.component.id)")
    info.pointee.delivery = text("at_most_once")
    info.pointee.state_bytes = UInt64(StateLimits.defaultBytes)
  }

  private func text(_ text: String) -> tide_string {
    let copy = names[text] ?? strdup(text)!
    names[text] = copy
    return tide_string(data: copy, length: UInt64(text.utf8.count))
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> ProxyHost {
    Unmanaged<ProxyHost>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Does a callback's work, uncounted and alone.
  @inline(__always)
  static func at<T>(_ context: UnsafeMutableRawPointer?, _ body: (ProxyHost) -> T) -> T {
    let me = of(context)
    me.pause?()
    defer { me.resume?() }
    return me.lock.withLock { _ in body(me) }
  }

  func breach(_ promise: String, _ text: String) {
    guard breaches.count < Self.breachLimit else { return }
    breaches.append(Breach(promise: promise, text: text))
  }

  /// Answers an error of the host's.
  func answer(_ status: tide_status) -> tide_status {
    if status < 0 { call?.answered.insert(status) }
    return status
  }

  /// Notes a breach and answers as the host does.
  func refuse(_ promise: String, _ text: String) -> tide_status {
    breach(promise, text)
    return answer(TIDE_E_FATAL)
  }

  /// What is wrong with a call that belongs to the life of the instance, whoever makes it.
  func checkLife(_ function: String) {
    if isDestroyed { breach("quiet-after-destroy", "\(function) was called after destroy had returned") }
  }

  /// The name of the call in progress, for a sentence.
  var place: String { call.map { "in \($0.name.rawValue)" } ?? "outside of any call" }

  var thread: Int32 { tide_worker_thread() }
}
