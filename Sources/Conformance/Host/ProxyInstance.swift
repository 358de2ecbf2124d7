import CTidemill
import CWorker
import Glibc
import PluginManifest

/// One instance of the component under check, driven through the C table as a host drives it.
///
/// Every call checks what the contract says of statuses and effects. Calls of [worker] are to be made in `onWorker`.
final class ProxyInstance: @unchecked Sendable {
  let proxy: ProxyHost
  let table: UnsafePointer<tide_component>
  private let page: UnsafeMutablePointer<tide_worker_page>?
  private var raw: OpaquePointer?
  private let output: UnsafeMutablePointer<ProxyOutput>?
  /// Calls of one batch that answer TIDE_MORE before it is given up.
  static let moreLimit = 100_000

  var isSource: Bool { proxy.subject.component.kind == .source }

  /// - Parameter reusesOutput: one output for all calls, where many calls are made and stale ones are not looked for.
  init(_ proxy: ProxyHost, _ page: UnsafeMutablePointer<tide_worker_page>?, reusesOutput: Bool = false) {
    self.proxy = proxy
    self.page = page
    table = proxy.table
    output = reusesOutput ? .allocate(capacity: 1) : nil
  }

  var isAlive: Bool { raw != nil }

  // MARK: A call

  private func begin(_ name: ProxyCall.Name, _ batch: UnsafePointer<tide_batch>? = nil) -> OpaquePointer {
    let number = proxy.lock.withLock { _ in
      proxy.callCount += 1
      proxy.call = ProxyCall(name: name, number: proxy.callCount, thread: tide_worker_thread(), batch: batch)
      return proxy.callCount
    }
    enter(name.rawValue)
    let made = output ?? .allocate(capacity: 1)
    made.initialize(to: ProxyOutput(host: Unmanaged.passUnretained(proxy), call: number))
    return OpaquePointer(made)
  }

  /// Writes where the plugin is to where it is read after a crash; "" = outside.
  private func enter(_ name: String) {
    guard let page else { return }
    withUnsafeMutableBytes(of: &page.pointee.call) { place in
      let bytes = name.utf8.prefix(place.count - 1)
      for (index, byte) in bytes.enumerated() { place[index] = byte }
      place[bytes.count] = 0
    }
  }

  private func end(_ status: tide_status) -> tide_status {
    enter("")
    return proxy.lock.withLock { _ in
      guard let call = proxy.call else { return status }
      judge(status, call)
      proxy.call = nil
      for slot in proxy.slots.values { slot.free() }
      proxy.slots = [:]
      return status
    }
  }

  private func judge(_ status: tide_status, _ call: ProxyCall) {
    let name = call.name.rawValue
    if !call.name.allows(status, isSource: isSource) {
      proxy.breach("statuses-known", "\(name) answered \(statusName(status))")
    } else if status == TIDE_E_CANCELLED, !call.answered.contains(TIDE_E_CANCELLED) {
      proxy.breach("statuses-known", "\(name) answered TIDE_E_CANCELLED, though nothing was stopping")
    }
    if status == TIDE_E_RETRY, call.effects > 0, !call.answered.contains(status) {
      proxy.breach("retry-before-effects", "\(name) answered TIDE_E_RETRY after a commit, forward or reject in the same call")
    }
    let isSerious = [TIDE_E_CONFIG, TIDE_E_FATAL, TIDE_E_UNSUPPORTED].contains(status)
    if isSerious, !call.answered.contains(status), !call.failures.contains(where: { $0.code == status && !$0.text.isEmpty }) {
      proxy.breach("failure-explained", "\(name) answered \(statusName(status)) and did not say why through fail")
    }
    if status < 0 { lastFailure = call.failures.last { $0.code == status }?.text ?? "" }
    // Time goes by, or a call that waits for it would be made again for ever.
    if status == TIDE_MORE { proxy.now += 200_000_000 }
  }

  /// What the plugin said about the last status below zero.
  private(set) var lastFailure = ""

  /// `process answered TIDE_E_FATAL: no such column`.
  func sentence(_ function: String, _ status: tide_status) -> String {
    let told = proxy.lock.withLock { _ in proxy.breaches.last }
    let reason = lastFailure.isEmpty ? told.map { "\($0.text) (\($0.promise))" } ?? "" : lastFailure
    return "\(function) answered \(statusName(status))" + (reason.isEmpty ? "" : ": \(reason)")
  }

  // MARK: Life

  func create() -> tide_status {
    _ = begin(.create)
    var made: OpaquePointer?
    let status = end(table.pointee.create(table, proxy.host, &made))
    if status == TIDE_OK, made == nil { proxy.breach("create-gives-instance", "create answered TIDE_OK and gave no instance") }
    if status < 0, made != nil {
      proxy.breach("create-gives-instance", "create answered \(statusName(status)) and gave an instance")
    }
    if status > 0 { proxy.breach("create-gives-instance", "create answered \(statusName(status))") }
    raw = status == TIDE_OK ? made : nil
    return status
  }

  func open() -> tide_status {
    guard tide_has_open(table) != 0 else { return TIDE_OK }
    _ = begin(.open)
    let status = end(table.pointee.open(raw))
    if status == TIDE_OK { return status }
    if status > 0 { proxy.breach("statuses-known", "open answered \(statusName(status))") }
    return status
  }

  func close() {
    guard tide_has_close(table) != 0 else { return proxy.lock.withLock { _ in proxy.isClosed = true } }
    _ = begin(.close)
    table.pointee.close(raw)
    _ = end(TIDE_OK)
    proxy.lock.withLock { _ in proxy.isClosed = true }
  }

  func destroy() {
    guard raw != nil else { return }
    _ = begin(.destroy)
    table.pointee.destroy(raw)
    _ = end(TIDE_OK)
    raw = nil
    proxy.lock.withLock { _ in
      proxy.isDestroyed = true
      if !proxy.kept.isEmpty {
        proxy.breach("retained-released", "\(proxy.kept.count) retained batches were not released by the end of destroy")
      }
    }
  }

  // MARK: [worker]

  /// All calls that one batch takes. `around` makes the call itself.
  func process(
    _ batch: UnsafePointer<tide_batch>, around: (() -> tide_status) -> tide_status = { $0() }
  ) throws -> tide_status {
    let process = table.pointee.process!
    for _ in 0..<Self.moreLimit {
      let out = begin(.process, batch)
      let status = end(around { process(raw, batch, out) })
      if status != TIDE_MORE { return status }
    }
    throw CaseEnd.failed("process answered TIDE_MORE \(Self.moreLimit) times for one batch")
  }

  /// `deadline` nil: 10 ms from now.
  func poll(deadline: Int64? = nil) -> tide_status {
    let deadline = deadline ?? proxy.lock.withLock { _ in proxy.readClock() } + 10_000_000
    let out = begin(.poll)
    return end(table.pointee.poll(raw, deadline, out))
  }

  func watermark(_ time: Int64, port: UInt32) throws -> tide_status {
    guard tide_has_on_watermark(table) != 0 else { return TIDE_OK }
    return try repeated("on_watermark") {
      let out = begin(.watermark)
      return end(table.pointee.on_watermark(raw, port, time, out))
    }
  }

  func timer(_ id: UInt64, at time: Int64) throws -> tide_status {
    guard tide_has_on_timer(table) != 0 else { return TIDE_OK }
    return try repeated("on_timer") {
      let out = begin(.timer)
      return end(table.pointee.on_timer(raw, id, time, out))
    }
  }

  func flush() throws -> tide_status {
    guard tide_has_flush(table) != 0 else { return TIDE_OK }
    return try repeated("flush") {
      let out = begin(.flush)
      return end(table.pointee.flush(raw, out))
    }
  }

  func reconfigure() -> tide_status {
    guard tide_has_reconfigure(table) != 0 else { return TIDE_OK }
    _ = begin(.reconfigure)
    return end(table.pointee.reconfigure(raw))
  }

  private func repeated(_ name: String, _ body: () -> tide_status) throws -> tide_status {
    for _ in 0..<Self.moreLimit {
      let status = body()
      if status != TIDE_MORE { return status }
    }
    throw CaseEnd.failed("\(name) answered TIDE_MORE \(Self.moreLimit) times")
  }

  // MARK: State

  var hasState: Bool { tide_has_snapshot(table) != 0 && tide_has_restore(table) != 0 }

  /// - Parameter failsFrom: the write that the writer refuses, counted from 0.
  func snapshot(failsFrom: Int? = nil) -> (status: tide_status, state: SavedState) {
    let sink = StateSink(failsFrom: failsFrom)
    var writer = tide_writer()
    writer.size = UInt32(MemoryLayout<tide_writer>.size)
    writer.context = Unmanaged.passUnretained(sink).toOpaque()
    writer.write = { context, group, bytes, length in
      Unmanaged<StateSink>.fromOpaque(context!).takeUnretainedValue().write(group, bytes, length)
    }
    _ = begin(.snapshot)
    let status = withExtendedLifetime(sink) { end(table.pointee.snapshot(raw, &writer)) }
    var state = sink.state
    state.timers = proxy.timers
    return (status, state)
  }

  /// Restores every group; the first status that is not OK ends it.
  func restore(_ state: SavedState, version: UInt32? = nil, chunk: Int = .max) -> tide_status {
    for (group, bytes) in state.blobs.sorted(by: { $0.key < $1.key }) {
      let status = restore(group: group, bytes, version: version, chunk: chunk)
      if status != TIDE_OK { return status }
    }
    proxy.timers = state.timers
    return TIDE_OK
  }

  func restore(group: UInt32, _ bytes: [UInt8], version: UInt32? = nil, chunk: Int = .max) -> tide_status {
    let source = StateSource(bytes, chunk: chunk)
    var reader = tide_reader()
    reader.size = UInt32(MemoryLayout<tide_reader>.size)
    reader.state_version = version ?? table.pointer(to: \.state_version)!.pointee
    reader.context = Unmanaged.passUnretained(source).toOpaque()
    reader.read = { context, into, length in
      Unmanaged<StateSource>.fromOpaque(context!).takeUnretainedValue().read(into, length)
    }
    proxy.info.pointee.restored = 1
    _ = begin(.restore)
    return withExtendedLifetime(source) { end(table.pointee.restore(raw, group, &reader)) }
  }
}
