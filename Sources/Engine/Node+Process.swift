import CHost
import CTidemill

extension Node {
  /// Restarts of one instance in a run, where failures are not repeated.
  private static let maxRestarts = 3

  /// Takes a batch from an edge and runs it through the component, and so through everything below it in the chain. False when the
  /// pipeline was forced to stop.
  @inline(__always)
  func deliver(_ passed: UnsafeMutablePointer<tide_passed>, input: Int) -> Bool {
    counters.add(Count.rowsIn, Int(passed.pointee.batch.count))
    if idleInputs > 0 { setBusy(input: input) }
    if passed.pointee.alone == 0 || inputs.count > 1 { isAlone = false }
    let frame = passed.pointee.batch.frame!
    if frame.pointee.row_wm == 0 || spec.forwardsOnly || spec.kind == .sink {
      process(passed)
    } else {
      processRuns(passed)
    }
    return !pipeline.isForced
  }

  /// Hands out one run of equal row watermark at a time, so that what is built from it carries one value. Behind one partition the
  /// node's own watermark has reached that value first, so what is corrected does not depend on where frames end.
  private func processRuns(_ passed: UnsafeMutablePointer<tide_passed>) {
    let batch = passed.pointee.batch
    let rows = batch.selection ?? RowNumbers.all
    let count = Int(batch.count)
    var start = 0
    while start < count {
      let watermark = tide_row_watermark(batch.frame, UInt32(rows[start]))
      var end = start &+ 1
      while end < count, tide_row_watermark(batch.frame, UInt32(rows[end])) == watermark { end &+= 1 }
      if isAlone { reach(watermark) }
      var part = passed.pointee
      if end &- start < count {
        part.batch.selection = rows + start
        part.batch.count = UInt32(end &- start)
      }
      process(&part, rowWatermark: watermark)
      start = end
    }
  }

  /// One batch through the component: all its calls, retries and what becomes of a failure.
  @inline(__always)
  private func process(_ passed: UnsafeMutablePointer<tide_passed>, rowWatermark: Int64 = .min) {
    let rows = Int(passed.pointee.batch.count)
    call = Call(rowWatermark: rowWatermark)
    counters.set(Count.pending, rows)
    let batch = UnsafeRawPointer(passed).assumingMemoryBound(to: tide_batch.self)
    if isBroken {
      rejectRest(of: batch, code: "failed", reason: "node '\(spec.name)' has failed")
    } else {
      call.batch = batch
      let status = callProcess(batch)
      if status != TIDE_OK { conclude(status, of: batch) }
    }
    if call.hasWrittenOff {
      flushDeadLetters()
      rejectedRows.removeAll(keepingCapacity: true)
    }
    let late = min(call.late, rows - call.rejected)
    if late > 0 { counters.add(Count.late, late) }
    counters.add(Count.taken, rows - call.rejected - late)
    counters.set(Count.pending, 0)
    call.batch = nil
  }

  @inline(__always)
  private func callProcess(_ batch: UnsafePointer<tide_batch>) -> tide_status {
    if pipeline.isForced { return TIDE_E_CANCELLED }
    return calling { table.pointee.process(instance, batch, output) }
  }

  /// What follows from a call that did not just succeed: further calls, or a failure.
  @inline(never)
  private func conclude(_ first: tide_status, of batch: UnsafePointer<tide_batch>) {
    var status = first
    var attempt = 0
    while true {
      switch status {
      case TIDE_OK:
        return
      case TIDE_MORE:
        flushDeadLetters()
        guard chain.awaitCredit() else { return cancelled(batch) }
        chain.serve(behind: self)
        attempt = 0
      case TIDE_E_CANCELLED where pipeline.isForced:
        return cancelled(batch)
      default:
        var failure = takeFailure(status, during: "process")
        guard mayRepeat(after: &failure, attempt: &attempt) else {
          if pipeline.isForced { return cancelled(batch) }
          rejectRest(of: batch, code: StatusName.code(of: status), reason: failure.message)
          return recover(from: failure)
        }
      }
      call.effects = 0
      status = callProcess(batch)
    }
  }

  /// Waits before a call is made again, and makes a new instance where it takes one. False when it is not to be made again.
  private func mayRepeat(after failure: inout Failure, attempt: inout Int) -> Bool {
    let isTransient = failure.code == TIDE_E_RETRY
    guard call.effects == 0, isTransient || (spec.retry.repeatsFailures && failure.isWorthRestart) else { return false }
    while attempt < spec.retry.limit {
      if let left = attemptLog.admit(at: pipeline.clock.now) {
        log(
          .warning,
          "\(failure.message); attempt \(attempt + 1) of \(spec.retry.limit)" + (isTransient ? "" : " with a new instance")
            + (left > 0 ? " (and \(left) more attempts before)" : ""))
      }
      guard chain.pause(spec.retry.wait(attempt: attempt)) else { return false }
      attempt += 1
      counters.add(Count.retries, 1)
      if isTransient { return true }
      guard let second = startAnew() else { return true }
      failure.message = second.message
    }
    return false
  }

  /// Rows that a forced stop cut off are counted, not lost without a trace.
  private func cancelled(_ batch: UnsafePointer<tide_batch>) {
    rejectRest(of: batch, code: "cancelled", reason: "the pipeline was stopped by force")
  }

  /// Restarts a failed instance, or gives it up and stops the pipeline.
  func recover(from failure: Failure) {
    let error = PipelineError(node: spec.name, message: failure.message, configPath: failure.configPath)
    let mayRestart = spec.retry.repeatsFailures || counters.read(Count.restarts) < UInt64(Self.maxRestarts)
    guard spec.onError == .deadLetter, spec.kind != .source, failure.isWorthRestart, mayRestart else {
      isBroken = true
      return pipeline.fail(error)
    }
    log(.error, "\(failure.message); restarting the instance")
    if let second = startAnew() {
      isBroken = true
      pipeline.fail(second)
    }
  }

  /// Replaces the instance by a new one; why that failed, if it did.
  private func startAnew() -> PipelineError? {
    counters.add(Count.restarts, 1)
    pipeline.onControl(from: chain) { self.restart() }
    return startFailure
  }

  /// Runs a call without input (on_watermark, flush, poll of an operator) to its end.
  func complete(_ name: String, _ body: () -> tide_status) {
    guard !isBroken else { return }
    call = Call()
    defer {
      flushDeadLetters()
      call = Call()
    }
    var attempt = 0
    while !pipeline.isForced {
      call.effects = 0
      let status = calling(body)
      switch status {
      case TIDE_OK, TIDE_IDLE, TIDE_END: return
      case TIDE_MORE:
        guard chain.awaitCredit() else { return }
        attempt = 0
      default:
        var failure = takeFailure(status, during: name)
        if status == TIDE_E_RETRY, mayRepeat(after: &failure, attempt: &attempt) { continue }
        if pipeline.isForced { return }
        // What the instance held is gone with it: that is a failure of the run, not of one row.
        isBroken = true
        return pipeline.fail(
          PipelineError(node: spec.name, message: "\(name): \(failure.message)", configPath: failure.configPath))
      }
    }
  }
}

/// 0, 1, 2, …: the rows of a whole frame as a selection, for parts of it.
private enum RowNumbers {
  nonisolated(unsafe) static let all: UnsafePointer<UInt16> = {
    let numbers = UnsafeMutablePointer<UInt16>.allocate(capacity: 1 << 16)
    for number in 0..<(1 << 16) { (numbers + number).initialize(to: UInt16(number)) }
    return UnsafePointer(numbers)
  }()
}
