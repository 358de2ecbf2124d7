import CTidemill

extension Node {
  /// One poll of a source.
  func pollSource(deadline: Int64) -> tide_status {
    call = Call()
    let status = calling { table.pointee.poll(instance, deadline, output) }
    flushDeadLetters()
    if status >= TIDE_OK, status <= TIDE_END { return status }
    let failure = takeFailure(status, during: "poll")
    pollFailure = failure
    if status == TIDE_E_RETRY, call.effects > 0 { return TIDE_E_FATAL }
    if status == TIDE_E_RETRY { log(.warning, failure.message) }
    return status
  }

  /// What the last status of a source means: true when the pipeline has to stop because of it.
  func concludePoll(_ status: tide_status) -> Bool {
    if status == TIDE_END || (status == TIDE_E_CANCELLED && pipeline.isForced) { return false }
    let failure = pollFailure ?? takeFailure(status, during: "poll")
    isBroken = true
    pipeline.fail(PipelineError(node: spec.name, message: failure.message, configPath: failure.configPath))
    return true
  }

  /// Polls an operator or sink that asked for it.
  func pollOperator(deadline: Int64) {
    guard tide_has_poll(table) != 0 else { return }
    complete("poll") { table.pointee.poll(instance, deadline, output) }
  }
}
