import CTidemill
import Glibc
import PluginManifest

/// Lets a component do what it does in a pipeline: rows of several frames, watermarks, timers, wakes, and an end.
struct Workout {
  let bench: Bench
  let memory: FrameMemory
  /// Rows of the frames, in order; a selection of every other row where the number is even and above 8.
  var sizes = [1, 7, 500, 64, 5, 300]
  var flavour = InputFrames.Flavour.plain
  var first = 0

  /// Longest that a source may be idle in all, in real time.
  private static let idleMilliseconds = 60
  private static let pollLimit = 2_000
  private static let retryLimit = 8
  private static let timerLimit = 10_000

  init(_ bench: Bench, memory: FrameMemory? = nil) throws {
    self.bench = bench
    self.memory = try memory ?? bench.memory()
  }

  // MARK: All of it

  /// From a created instance to a destroyed one.
  func live(_ instance: ProxyInstance) throws {
    let instance = try bench.open(instance)
    try WorkerThread.run { try run(instance) }
    instance.close()
    instance.destroy()
  }

  /// The calls of [worker], flush included.
  func run(_ instance: ProxyInstance) throws {
    if bench.kind == .source {
      try poll(instance)
    } else {
      try feed(instance)
      try finish(instance)
    }
    try answered(try instance.flush(), "flush", instance)
  }

  /// The frames, with the watermarks between them.
  func feed(_ instance: ProxyInstance) throws {
    let frames = try bench.frames
    var row = first
    for (number, size) in sizes.enumerated() {
      bench.step("batch \(number), rows \(row) to \(row + size - 1)")
      let frame = try frames.frame(size, first: row, flavour)
      row += size
      let half = size > 8 && size % 2 == 0 ? (0..<size / 2).map { UInt16($0 * 2) } : nil
      let input = InputBatch(frame, selection: half, port: UInt32(number % max(bench.subject.inputCount, 1)))
      try give(input, to: instance)
      try pass(time: InputFrames.time(ofRow: row - 1), instance)
    }
  }

  /// One batch, with as many tries as a host has for what is transient.
  func give(_ input: InputBatch, to instance: ProxyInstance) throws {
    for attempt in 0...Self.retryLimit {
      let status = try memory.with(input) { try instance.process($0) }
      if status == TIDE_E_RETRY, attempt < Self.retryLimit {
        usleep(2000)
        continue
      }
      if status == TIDE_E_RETRY { throw CaseEnd.skipped(instance.sentence("process", status)) }
      return try answered(status, "process", instance)
    }
  }

  /// Event time reaches `time`: timers, on_watermark; and some time of the clock goes by.
  func pass(time: Int64, _ instance: ProxyInstance) throws {
    try runTimers(TIDE_DOMAIN_EVENT, upTo: time, instance)
    try tell(watermark: time, instance)
    let now = instance.proxy.lock.withLock { _ in
      instance.proxy.now += 10_000_000
      return instance.proxy.now
    }
    try runTimers(TIDE_DOMAIN_PROCESSING, upTo: now, instance)
    try serveWakes(instance)
  }

  func tell(watermark time: Int64, _ instance: ProxyInstance) throws {
    for port in 0..<UInt32(bench.subject.inputCount) {
      try answered(try instance.watermark(time, port: port), "on_watermark", instance)
    }
    try answered(try instance.watermark(time, port: TIDE_PORT_ALL), "on_watermark", instance)
  }

  /// The end of the input, before flush.
  func finish(_ instance: ProxyInstance) throws {
    try serveWakes(instance)
    let latest = instance.proxy.timers.filter { $0.key.domain == TIDE_DOMAIN_EVENT }.values.max()
    if let latest { try runTimers(TIDE_DOMAIN_EVENT, upTo: latest, instance) }
    if bench.kind != .source { try tell(watermark: .max, instance) }
  }

  private func serveWakes(_ instance: ProxyInstance) throws {
    guard !instance.isSource, tide_has_poll(instance.table) != 0 else { return }
    for _ in 0..<100 {
      let wakes = instance.proxy.lock.withLock { _ in
        defer { instance.proxy.wakes = 0 }
        return instance.proxy.wakes
      }
      guard wakes > 0 else { return }
      var status = instance.poll()
      while status == TIDE_MORE { status = instance.poll() }
      if status != TIDE_IDLE, status != TIDE_END { try answered(status, "poll", instance) }
    }
  }

  // MARK: Timers

  func runTimers(_ domain: UInt32, upTo time: Int64, _ instance: ProxyInstance) throws {
    for _ in 0..<Self.timerLimit {
      let due = instance.proxy.timers.filter { $0.key.domain == domain && $0.value <= time }
        .min { ($0.value, $0.key.group, $0.key.id) < ($1.value, $1.key.group, $1.key.id) }
      guard let due else { return }
      instance.proxy.timers[due.key] = nil
      bench.step("timer \(due.key.id)")
      try answered(try instance.timer(due.key.id, at: due.value), "on_timer", instance)
    }
    throw Breach(promise: "timers-end", text: "after \(Self.timerLimit) calls of on_timer another timer is still due")
  }

  // MARK: Sources

  /// Polls until the end, or until the source has been idle for long. True when it came to its end.
  @discardableResult
  func poll(_ instance: ProxyInstance, limit: Int = pollLimit) throws -> Bool {
    var idle = 0
    for number in 0..<limit {
      bench.step("poll \(number)")
      let status = instance.poll()
      switch status {
      case TIDE_OK, TIDE_MORE: continue
      case TIDE_END: return true
      case TIDE_IDLE:
        instance.proxy.lock.withLock { _ in instance.proxy.now += 50_000_000 }
        if tide_has_on_timer(instance.table) != 0 || !instance.proxy.timers.isEmpty {
          try runTimers(TIDE_DOMAIN_PROCESSING, upTo: instance.proxy.now, instance)
        }
        if instance.proxy.lock.withLock({ _ in instance.proxy.wakes == 0 }) {
          idle += 1
          usleep(1000)
        } else {
          instance.proxy.lock.withLock { _ in instance.proxy.wakes = 0 }
        }
        if idle >= Self.idleMilliseconds { return false }
      case TIDE_E_RETRY: throw CaseEnd.skipped(instance.sentence("poll", status))
      default: try answered(status, "poll", instance)
      }
    }
    return false
  }

  /// Throws when a call failed that had no reason to. What a source or a sink cannot do for want of somebody to talk to is none of
  /// its faults, as long as it says so.
  func answered(_ status: tide_status, _ function: String, _ instance: ProxyInstance) throws {
    if status == TIDE_OK { return }
    let isElsewhere = bench.kind != .operator && status == TIDE_E_UNSUPPORTED && !instance.lastFailure.isEmpty
    if status == TIDE_E_RETRY || isElsewhere { throw CaseEnd.skipped(instance.sentence(function, status)) }
    throw CaseEnd.failed(instance.sentence(function, status))
  }
}
