import CTidemill
import CWorker

/// What `process` of an operator does besides its work, counted by the audit library.
enum HotPathCases {
  static let notCounted = "libtidemill-audit.so is not there"
  static let warmUp = 100
  static let counted = 200
  /// Sizes of the batches, in turn.
  private static let sizes = [256, 1, 1000, 64]

  /// What one call did.
  private static func measure(_ bench: Bench) throws -> [tide_worker_counts] {
    guard bench.kind == .operator else { throw CaseEnd.skipped("sources and sinks may make system calls") }
    guard tide_worker_can_count() != 0 else { throw CaseEnd.skipped(notCounted) }
    let instance = try bench.opened()
    let workout = try Workout(bench)
    let frames = try bench.frames
    let inputs = try sizes.enumerated().map { InputBatch(try frames.frame($0.element, first: 1000 * $0.offset)) }
    var results: [tide_worker_counts] = []
    try WorkerThread.run {
      results.reserveCapacity(counted)
      let sum = UnsafeMutablePointer<tide_worker_counts>.allocate(capacity: 1)
      for number in 0..<warmUp + counted {
        bench.step("batch \(number)")
        sum.initialize(to: tide_worker_counts())
        let input = inputs[number % inputs.count]
        let status = try workout.memory.with(input) { try instance.countedProcess($0, sum) }
        if status == TIDE_E_RETRY { throw CaseEnd.skipped(instance.sentence("process", status)) }
        try expect(status == TIDE_OK, instance.sentence("process", status))
        if number >= warmUp { results.append(sum.pointee) }
      }
      _ = try instance.flush()
    }
    instance.close()
    instance.destroy()
    return results
  }

  /// The name of what was done first, with where.
  private static func name(_ counts: tide_worker_counts, _ kind: Int) -> String {
    withUnsafeBytes(of: counts.first) { all in
      let bytes = all[kind * Int(TIDE_WORKER_NAME_BYTES)..<(kind + 1) * Int(TIDE_WORKER_NAME_BYTES)]
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  static func allocations(_ bench: Bench) throws {
    let counts = try measure(bench)
    let most = counts.max { $0.allocations < $1.allocations }!
    let all = counts.reduce(0) { $0 + $1.allocations }
    let isAmortised = bench.subject.component.allocation == .amortised
    if all <= UInt64(counts.count), isAmortised || most.allocations <= 1 { return }
    let advice =
      all <= UInt64(counts.count)
      ? "; where memory grows with what is held, the manifest may say \"allocation\": \"amortised\"" : ""
    throw CaseEnd.failed(
      "\(counts.count) calls of process made \(all) allocations, one of them \(most.allocations), \(Self.name(most, 0)) first\(advice)"
    )
  }

  static func locks(_ bench: Bench) throws {
    let most = try measure(bench).max { $0.locks < $1.locks }!
    try expect(most.locks == 0, "a call of process took \(most.locks) locks, \(Self.name(most, 1)) first")
  }

  static func syscalls(_ bench: Bench) throws {
    let most = try measure(bench).max { $0.syscalls < $1.syscalls }!
    try expect(most.syscalls == 0, "a call of process made \(most.syscalls) system calls, \(Self.name(most, 2)) first")
  }
}

extension ProxyInstance {
  /// All calls of a batch, with what they do added to `sum`; the host's own work is not counted.
  func countedProcess(_ batch: UnsafePointer<tide_batch>, _ sum: UnsafeMutablePointer<tide_worker_counts>) throws -> tide_status
  {
    proxy.pause = { tide_worker_count_off(sum) }
    proxy.resume = { tide_worker_count_on() }
    defer { (proxy.pause, proxy.resume) = (nil, nil) }
    return try process(
      batch,
      around: { call in
        tide_worker_count_on()
        let status = call()
        tide_worker_count_off(sum)
        return status
      })
  }
}
