import CHost
import CTidemill
import PluginManifest

extension Node {
  /// The node behind a context of the contract; nil for NULL. The node outlives its instance, so it is not retained.
  static func from(_ context: UnsafeMutableRawPointer?) -> Node? {
    context.map { Unmanaged<Node>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Does `body` with the node behind an output handle, which is good for the call that was given it.
  private static func using(_ output: OpaquePointer?, _ body: (Node) -> tide_status) -> tide_status {
    guard let output else { return TIDE_E_FATAL }
    return Unmanaged<Node>.fromOpaque(UnsafeRawPointer(output))._withUnsafeGuaranteedRef { node in
      guard node.isInCall else {
        return node.refuse(TIDE_E_FATAL, "an output is used outside of the call that it was given to")
      }
      return body(node)
    }
  }

  /// Fills the table that the instance is created with.
  func fillHostTable() {
    host.pointee.size = UInt32(MemoryLayout<tide_host>.size)
    host.pointee.abi_minor = UInt32(TIDE_ABI_MINOR)
    host.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    fillEnvironment()
    fillConfiguration()
    fillOutput()
  }

  private func fillEnvironment() {
    host.pointee.log = { context, level, message in
      Node.from(context)?.log(LogLevel(rawValue: Int(min(level, 3))) ?? .debug, String(borrowed: message))
    }
    host.pointee.fail = { context, code, message, path in
      let failure = Failure(code: code, message: String(borrowed: message), configPath: String(borrowed: path))
      Node.from(context)?.note(failure)
    }
    host.pointee.extension = { context, id in
      guard let id else { return nil }
      return Node.from(context)?.hostExtension(String(cString: id))
    }
    host.pointee.wake = { context in
      guard let node = Node.from(context) else { return }
      node.wakeRequested.store(true, ordering: .sequentiallyConsistent)
      node.chain?.parker.signal()
    }
    host.pointee.now = { context in Node.from(context)?.pipeline.clock.now ?? 0 }
    host.pointee.info = { context in Node.from(context).map { UnsafePointer($0.info) } }
    host.pointee.timer = { context, group, id, time, domain in
      Node.from(context)?.setTimer(group: group, id: id, at: time, domain: domain) ?? TIDE_E_FATAL
    }
    host.pointee.retain = { context, batch in
      guard let node = Node.from(context), let batch, node.isHandedOut(batch) else { return nil }
      // Every batch that the host hands out is the first field of a tide_passed.
      let passed = UnsafeRawPointer(batch).assumingMemoryBound(to: tide_passed.self)
      let retained = node.pipeline.retained
      guard retained.admit(passed.pointee.block) else { return nil }
      guard let kept = tide_keep(batch, passed.pointee.block) else {
        retained.takeBack(passed.pointee.block)
        return nil
      }
      node.kept.withLock { $0[UInt(bitPattern: kept), default: 0] += 1 }
      return UnsafeRawPointer(kept).assumingMemoryBound(to: tide_batch.self)
    }
    host.pointee.release = { context, batch in
      guard let node = Node.from(context), let batch else { return }
      let isKept = node.kept.withLock { kept in
        guard let count = kept[UInt(bitPattern: batch)] else { return false }
        kept[UInt(bitPattern: batch)] = count > 1 ? count - 1 : nil
        return true
      }
      guard isKept else { return node.log(.error, "release of a batch that is not retained") }
      node.pipeline.retained.letGo(UnsafeMutableRawPointer(mutating: batch).assumingMemoryBound(to: tide_kept.self))
    }
  }

  private func fillConfiguration() {
    host.pointee.config_int = { context, key, into in
      guard let key, let into, let value = Node.from(context)?.config.int(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_double = { context, key, into in
      guard let key, let into, let value = Node.from(context)?.config.double(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_string = { context, key, into in
      guard let key, let into, let value = Node.from(context)?.config.string(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_bool = { context, key, into in
      guard let key, let into, let value = Node.from(context)?.config.bool(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value ? 1 : 0
      return TIDE_OK
    }
    host.pointee.config_size = { context, key, into in
      guard let key, let into, let value = Node.from(context)?.config.size(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = UInt64(value)
      return TIDE_OK
    }
    host.pointee.port = { context, number, name, index, connected in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      let wanted = String(borrowed: name)
      let found = wanted.isEmpty ? Int(number) : node.spec.outputs.firstIndex(of: wanted) ?? -1
      guard node.spec.outputs.indices.contains(found) else {
        return node.refuse(TIDE_E_CONFIG, "there is no output port '\(wanted.isEmpty ? String(number) : wanted)'")
      }
      index?.pointee = UInt32(found)
      connected?.pointee = node.outputs[found].isEmpty ? 0 : 1
      return TIDE_OK
    }
  }

  private func fillOutput() {
    host.pointee.reserve = { out, port, bytes, slot in Node.using(out) { $0.reserve(port: port, bytes: bytes, slot: slot) } }
    host.pointee.grow = { out, slot, bytes in Node.using(out) { $0.grow(slot: slot, bytes: bytes) } }
    host.pointee.commit = { out, slot in Node.using(out) { $0.commit(slot: slot) } }
    host.pointee.cancel = { out, slot in
      _ = Node.using(out) {
        $0.cancel(slot: slot)
        return TIDE_OK
      }
    }
    host.pointee.forward = { out, port, batch, selection, count in
      Node.using(out) { $0.forward(port: port, batch: batch, selection: selection, count: count) }
    }
    host.pointee.reject = { out, batch, row, why in
      Node.using(out) { $0.reject(batch: batch, row: row, reason: String(borrowed: why)) }
    }
    host.pointee.watermark = { out, partition, time in
      Node.using(out) {
        $0.setWatermark(time, partition: partition)
        return TIDE_OK
      }
    }
    host.pointee.idle = { out, partition in
      Node.using(out) {
        $0.setIdle(partition: partition)
        return TIDE_OK
      }
    }
  }

  /// The table of an extension that this node may use, nil when there is none by that name.
  private func hostExtension(_ id: String) -> UnsafeRawPointer? {
    switch id {
    case TIDE_ARROW: UnsafeRawPointer(NodeArrow.table)
    case TIDE_EXPRESSION: UnsafeRawPointer(NodeExpressions.table)
    case TIDE_CODEC where decoder != nil || encoder != nil: UnsafeRawPointer(NodeCodec.table)
    default: nil
    }
  }

  /// Gives back the batches that an instance has left retained.
  func releaseKept() {
    let left = kept.withLock { kept in
      defer { kept = [:] }
      return kept
    }
    for (address, count) in left {
      for _ in 0..<count { pipeline.retained.letGo(UnsafeMutablePointer(bitPattern: address)!) }
    }
  }

  /// Notes the reason for a refusal, as a plugin would through `fail`, and gives the status back.
  func refuse(_ status: tide_status, _ reason: String, configPath: String = "") -> tide_status {
    note(Failure(code: status, message: reason, configPath: configPath))
    return status
  }
}
