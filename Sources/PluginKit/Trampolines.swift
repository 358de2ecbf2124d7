/// The C functions of every component's table: find the instance, call the Swift type, turn what it throws into a status.
enum Trampolines {
  typealias Reference = Instance.Reference

  /// Bytes of the host's first table, whose entries the kit uses without asking. What came later is asked for where it is used,
  /// so that a plugin of a newer kit loads in an older host.
  static let firstHostBytes = MemoryLayout<tide_host>.offset(of: \.reject)! + MemoryLayout<UnsafeRawPointer>.size

  static let create:
    @convention(c) (UnsafePointer<tide_component>?, UnsafePointer<tide_host>?, UnsafeMutablePointer<OpaquePointer?>?)
      -> tide_status = { component, host, into in
        guard let user = component?.pointee.user, let host, let into else { return TIDE_E_FATAL }
        guard Int(host.pointee.size) >= firstHostBytes else { return TIDE_E_UNSUPPORTED }
        let loaded = Unmanaged<LoadedComponent>.fromOpaque(user)
        do {
          into.pointee = OpaquePointer(try Instance.create(loaded, Host(host)))
          return TIDE_OK
        } catch {
          return Host(host).report(error)
        }
      }

  static let destroy: @convention(c) (OpaquePointer?) -> Void = { me in
    guard let me else { return }
    Instance.destroy(Reference(me))
  }

  static let open: @convention(c) (OpaquePointer?) -> tide_status = { me in
    call(me) { instance, loaded in try loaded.calls.open(instance.pointee.place) }
  }

  static let close: @convention(c) (OpaquePointer?) -> Void = { me in
    _ = call(me) { instance, loaded in loaded.calls.close(instance.pointee.place) }
  }

  static let process: @convention(c) (OpaquePointer?, UnsafePointer<tide_batch>?, OpaquePointer?) -> tide_status = {
    me, batch, out in
    guard let batch else { return TIDE_E_FATAL }
    return emit(me, out) { place, loaded, out in try loaded.calls.process?(place, Batch(batch), &out) }
  }

  static let poll: @convention(c) (OpaquePointer?, Int64, OpaquePointer?) -> tide_status = { me, deadline, out in
    var result = PollResult.idle
    let status = emit(me, out) { place, loaded, out in
      if let poll = loaded.calls.poll { result = try poll(place, deadline, &out) }
    }
    guard status >= 0 else { return status }
    switch result {
    case .ready: return TIDE_OK
    case .idle: return TIDE_IDLE
    case .end: return TIDE_END
    }
  }

  static let onWatermark: @convention(c) (OpaquePointer?, UInt32, Int64, OpaquePointer?) -> tide_status = {
    me, port, time, out in
    emit(me, out) { place, loaded, out in try loaded.calls.onWatermark?(place, port == TIDE_PORT_ALL ? nil : port, time, &out) }
  }

  static let onTimer: @convention(c) (OpaquePointer?, UInt64, Int64, OpaquePointer?) -> tide_status = { me, id, time, out in
    emit(me, out) { place, loaded, out in try loaded.calls.onTimer?(place, id, time, &out) }
  }

  static let flush: @convention(c) (OpaquePointer?, OpaquePointer?) -> tide_status = { me, out in
    emit(me, out) { place, loaded, out in try loaded.calls.flush(place, &out) }
  }

  static let snapshot: @convention(c) (OpaquePointer?, UnsafePointer<tide_writer>?) -> tide_status = { me, writer in
    guard let writer else { return TIDE_E_FATAL }
    return call(me) { instance, loaded in try loaded.calls.snapshot?(instance.pointee.place, StateWriter(raw: writer)) }
  }

  static let restore: @convention(c) (OpaquePointer?, UInt32, UnsafePointer<tide_reader>?) -> tide_status = {
    me, group, reader in
    guard let reader else { return TIDE_E_FATAL }
    return call(me) { instance, loaded in
      let state = StateReader(raw: reader)
      if let own = loaded.calls.stateVersion, state.version > own { throw StateReader.isNewer(state.version, than: own) }
      try loaded.calls.restore?(instance.pointee.place, group, state)
      try state.expectEnd()
    }
  }

  static let reconfigure: @convention(c) (OpaquePointer?) -> tide_status = { me in
    call(me) { instance, loaded in try loaded.calls.reconfigure?(instance.pointee.place, Config(instance.pointee.host)) }
  }

  @inline(__always)
  static func call(_ me: OpaquePointer?, _ body: (Reference, LoadedComponent) throws -> Void) -> tide_status {
    guard let me else { return TIDE_E_FATAL }
    let instance = Reference(me)
    do {
      try instance.pointee.component._withUnsafeGuaranteedRef { try body(instance, $0) }
      return TIDE_OK
    } catch {
      return instance.pointee.host.report(error)
    }
  }

  @inline(__always)
  private static func emit(
    _ me: OpaquePointer?, _ raw: OpaquePointer?, _ body: (UnsafeMutableRawPointer, LoadedComponent, inout Output) throws -> Void
  ) -> tide_status {
    guard let me, let raw else { return TIDE_E_FATAL }
    let instance = Reference(me)
    var out = Output(instance, raw)
    do {
      try instance.pointee.component._withUnsafeGuaranteedRef { try body(instance.pointee.place, $0, &out) }
      return out.again ? TIDE_MORE : TIDE_OK
    } catch {
      return instance.pointee.host.report(error)
    }
  }
}
