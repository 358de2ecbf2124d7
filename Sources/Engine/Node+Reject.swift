import CHost
import CTidemill
import Frames

extension Node {
  /// Most lines about rejected rows that a node writes to the log; the books count all of them.
  private static let loggedRejects = 5

  func reject(batch: UnsafePointer<tide_batch>?, row: UInt32, reason: String) -> tide_status {
    guard let batch, batch == call.batch else {
      return refuse(TIDE_E_UNSUPPORTED, "reject takes rows of the batch that `process` was given, during that call")
    }
    guard tide_selection_holds(batch.pointee.selection, batch.pointee.count, row) != 0 else {
      return refuse(TIDE_E_FATAL, "reject of row \(row), which the batch does not hold")
    }
    guard markRejected(row) else { return TIDE_OK }
    call.effects += 1
    writeOff(batch.pointee.frame, row: row, code: "rejected", reason: reason)
    return pipeline.isForced ? TIDE_E_CANCELLED : TIDE_OK
  }

  /// A row of the batch at work that the encoder could not write. Encoding may be repeated, so this is no effect of the call.
  func leaveOut(_ row: UInt32, of batch: UnsafePointer<tide_batch>, reason: String) {
    guard batch == call.batch, markRejected(row) else { return }
    writeOff(batch.pointee.frame, row: row, code: "fields", reason: reason)
  }

  /// Sends every row of a batch that is not rejected yet to the dead-letter port.
  func rejectRest(of batch: UnsafePointer<tide_batch>, code: String, reason: String) {
    var rows = 0
    for k in 0..<batch.pointee.count {
      let row = tide_row(batch.pointee.selection, k)
      guard markRejected(row) else { continue }
      rows += 1
      writeOff(batch.pointee.frame, row: row, code: code, reason: reason, isOneOfMany: true)
    }
    if rows > 0 { say("\(rows) \(rows == 1 ? "row" : "rows") \(code): \(reason)", code: code, reason: reason) }
    flushDeadLetters()
  }

  /// False when the row of the batch in progress is written off already.
  private func markRejected(_ row: UInt32) -> Bool {
    guard rejectedRows.insert(row).inserted else { return false }
    call.rejected += 1
    return true
  }

  private func writeOff(
    _ frame: UnsafePointer<tide_frame>, row: UInt32, code: String, reason: String, isOneOfMany: Bool = false
  ) {
    counters.add(Count.rejected, 1)
    call.hasWrittenOff = true
    if !isOneOfMany { say("row \(code): \(reason)", code: code, reason: reason) }
    guard !outputs[deadPort].isEmpty else { return }
    deadLetters.append(
      frame, row: row, code: code, reason: reason, attempt: Int64(info.pointee.attempt), time: pipeline.clock.now)
    if deadLetters.isFull { flushDeadLetters() }
  }

  /// A record that never became a row (sources).
  func writeOff(record: UnsafeRawBufferPointer, partition: UInt32, offset: UInt64, code: String, reason: String) {
    counters.add(Count.rejected, 1)
    call.hasWrittenOff = true
    let origin = origins[partition]
    let place = "at byte \(offset)" + (origin.map { " of \($0)" } ?? "")
    say("row \(code): \(place): \(reason)", code: code, reason: "\(place): \(reason)")
    guard !outputs[deadPort].isEmpty else { return }
    deadLetters.append(
      record: record, place: (origin, offset), code: code, reason: reason, attempt: Int64(info.pointee.attempt),
      time: pipeline.clock.now)
    if deadLetters.isFull { flushDeadLetters() }
  }

  /// Logs the first rejections, and ends the pipeline at the first one where that is the policy.
  private func say(_ text: String, code: String, reason: String) {
    loggedRejects += 1
    if loggedRejects <= Self.loggedRejects {
      log(.warning, text + (loggedRejects == Self.loggedRejects ? " (further ones are only counted)" : ""))
    }
    if spec.onError == .stop {
      pipeline.fail(PipelineError(node: spec.name, message: "on_error: stop: row \(code): \(reason)"))
    }
  }

  /// Sends the collected dead letters to whoever reads them.
  func flushDeadLetters() {
    guard deadLetters.rows > 0 else { return }
    guard let block = chain.pool.take(deadLetters.byteCount) else {
      pipeline.fail(PipelineError(node: spec.name, message: "out of memory for dead letters"))
      return deadLetters.clear()
    }
    deadLetters.write(into: UnsafeMutableRawBufferPointer(start: tide_block_bytes(block), count: Int(block.pointee.capacity)))
    let effects = call.effects
    var passed = tide_passed(whole: tide_block_frame(block), block: block)
    _ = emit(&passed, port: deadPort)
    call.effects = effects
    tide_block_release(block)
  }
}
