import CTidemill

/// Life of an instance. Control thread only.
extension Node {
  /// Makes the instance from its configuration; no I/O happens.
  func create() throws(PipelineError) {
    var made: OpaquePointer?
    let status = table.pointee.create(table, host, &made)
    guard status >= 0, let made else {
      let failure = takeFailure(status, during: "create")
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
    let status = table.pointee.open(instance)
    guard status >= 0 else {
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
  }

  /// Replaces a failed instance by a new one; `startFailure` says why that did not succeed.
  func restart() {
    dispose()
    info.pointee.attempt += 1
    do {
      try create()
      try open()
    } catch {
      startFailure = error
    }
  }
}
