import CTidemill

/// Life of an instance. Control thread only.
extension Node {
  /// Makes the instance from its configuration; no I/O happens.
  func create() throws(PipelineError) {
    var made: OpaquePointer?
    let status = controlling { table.pointee.create(table, host, &made) }
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
      return try assignPartitions()
    }
    isOpening = true
    let status = controlling { table.pointee.open(instance) }
    isOpening = false
    guard status == TIDE_OK else {
      let failure = takeFailure(status, during: "open")
      throw PipelineError(
        node: spec.name, message: failure.message, configPath: failure.configPath, isConfiguration: status == TIDE_E_CONFIG)
    }
    isOpen = true
    try assignPartitions()
  }

  /// A call of the control thread, which has no output.
  func controlling(_ call: () -> tide_status) -> tide_status {
    note(nil)
    counters.set(Count.inCall, Count.withoutOutput)
    defer { counters.set(Count.inCall, 0) }
    return call()
  }

  /// Closes and destroys the instance as far as it got.
  func dispose() {
    guard let instance else { return }
    if isOpen, tide_has_close(table) != 0 { table.pointee.close(instance) }
    isOpen = false
    table.pointee.destroy(instance)
    self.instance = nil
    expressions = []
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
