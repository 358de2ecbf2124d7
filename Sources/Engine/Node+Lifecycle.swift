import CTidemill

/// Life of an instance. Control thread only.
extension Node {
  /// Makes the instance from its configuration; no I/O happens.
  func create() throws(PipelineError) {
    var made: OpaquePointer?
    note(nil)
    counters.set(Count.inCall, Count.withoutOutput)
    let status = table.pointee.create(table, host, &made)
    counters.set(Count.inCall, 0)
    guard status == TIDE_OK, let made else {
      var failure = takeFailure(status, during: "create")
      if status == TIDE_OK { failure.message = "create returned OK but gave no instance" }
      throw PipelineError(
        node: spec.name, message: failure.message, configPath: failure.configPath, isConfiguration: status == TIDE_E_CONFIG)
    }
    instance = made
  }

  /// Opens what the instance works with: files, connections.
  func open() throws(PipelineError) {
    guard tide_has_open(table) != 0 else {
      isOpen = true
      return
    }
    note(nil)
    isOpening = true
    counters.set(Count.inCall, Count.withoutOutput)
    let status = table.pointee.open(instance)
    isOpening = false
    counters.set(Count.inCall, 0)
    guard status == TIDE_OK else {
      let failure = takeFailure(status, during: "open")
      throw PipelineError(
        node: spec.name, message: failure.message, configPath: failure.configPath, isConfiguration: status == TIDE_E_CONFIG)
    }
    isOpen = true
  }

  /// Closes and destroys the instance as far as it got.
  func dispose() {
    guard let instance else { return }
    if isOpen, tide_has_close(table) != 0 { table.pointee.close(instance) }
    isOpen = false
    table.pointee.destroy(instance)
    self.instance = nil
    clearTimers()
    releaseKept()
  }

  /// Replaces a failed instance by a new one; `startFailure` says why that did not succeed.
  func restart() {
    dispose()
    info.pointee.attempt += 1
    startFailure = nil
    do {
      try create()
      try open()
    } catch {
      startFailure = error
    }
  }
}
