import CHost
import CTidemill
import PluginManifest

extension Node {
  /// The node behind a context or an output handle of the contract. The node outlives its instance, so it is not retained.
  static func from(_ context: UnsafeMutableRawPointer?) -> Node {
    Unmanaged<Node>.fromOpaque(context!).takeUnretainedValue()
  }
  static func from(_ output: OpaquePointer?) -> Node {
    Unmanaged<Node>.fromOpaque(UnsafeRawPointer(output!)).takeUnretainedValue()
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
      Node.from(context).log(LogLevel(rawValue: Int(min(level, 3))) ?? .debug, String(borrowed: message))
    }
    host.pointee.fail = { context, code, message, path in
      let failure = Failure(code: code, message: String(borrowed: message), configPath: String(borrowed: path))
      Node.from(context).failure.withLock { $0 = failure }
    }
    host.pointee.extension = { context, id in
      guard let id else { return nil }
      return Node.from(context).hostExtension(String(cString: id))
    }
    host.pointee.wake = { context in
      let node = Node.from(context)
      node.wakeRequested.store(true, ordering: .sequentiallyConsistent)
      node.chain?.parker.signal()
    }
    host.pointee.now = { context in Node.from(context).pipeline.clock.now }
    host.pointee.info = { context in UnsafePointer(Node.from(context).info) }
    host.pointee.timer = { context, _, _, _, _ in
      Node.from(context).refuse(TIDE_E_UNSUPPORTED, "timers are not built yet in this version of the host")
    }
    host.pointee.retain = { _, batch in
      guard let batch else { return nil }
      // Every batch that the host hands out is the first field of a tide_passed.
      let passed = UnsafeRawPointer(batch).assumingMemoryBound(to: tide_passed.self)
      guard let kept = tide_keep(batch, passed.pointee.block) else { return nil }
      return UnsafeRawPointer(kept).assumingMemoryBound(to: tide_batch.self)
    }
    host.pointee.release = { _, batch in
      guard let batch else { return }
      tide_kept_release(UnsafeMutableRawPointer(mutating: batch).assumingMemoryBound(to: tide_kept.self))
    }
  }

  private func fillConfiguration() {
    host.pointee.config_int = { context, key, into in
      guard let key, let into, let value = Node.from(context).config.int(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_double = { context, key, into in
      guard let key, let into, let value = Node.from(context).config.double(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_string = { context, key, into in
      guard let key, let into, let value = Node.from(context).config.string(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value
      return TIDE_OK
    }
    host.pointee.config_bool = { context, key, into in
      guard let key, let into, let value = Node.from(context).config.bool(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = value ? 1 : 0
      return TIDE_OK
    }
    host.pointee.config_size = { context, key, into in
      guard let key, let into, let value = Node.from(context).config.size(String(cString: key)) else { return TIDE_E_CONFIG }
      into.pointee = UInt64(value)
      return TIDE_OK
    }
    host.pointee.port = { context, number, name, index, connected in
      let node = Node.from(context)
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
    host.pointee.reserve = { out, port, bytes, slot in Node.from(out).reserve(port: port, bytes: bytes, slot: slot) }
    host.pointee.grow = { out, slot, bytes in Node.from(out).grow(slot: slot, bytes: bytes) }
    host.pointee.commit = { out, slot in Node.from(out).commit(slot: slot) }
    host.pointee.cancel = { _, slot in
      guard let slot, let block = Node.block(of: slot) else { return }
      tide_block_release(block)
      slot.pointee.handle = 0
    }
    host.pointee.forward = { out, port, batch, selection, count in
      Node.from(out).forward(port: port, batch: batch, selection: selection, count: count)
    }
    host.pointee.reject = { out, batch, row, why in
      Node.from(out).reject(batch: batch, row: row, reason: String(borrowed: why))
    }
    host.pointee.watermark = { out, partition, time in
      Node.from(out).setWatermark(time, partition: partition)
      return TIDE_OK
    }
    host.pointee.idle = { out, partition in
      Node.from(out).setIdle(partition: partition)
      return TIDE_OK
    }
  }

  /// The table of an extension that this node may use, nil when there is none by that name.
  private func hostExtension(_ id: String) -> UnsafeRawPointer? {
    guard id == TIDE_CODEC, decoder != nil || encoder != nil else { return nil }
    return UnsafeRawPointer(NodeCodec.table)
  }

  /// Notes the reason for a refusal, as a plugin would through `fail`, and gives the status back.
  func refuse(_ status: tide_status, _ reason: String, configPath: String = "") -> tide_status {
    failure.withLock { $0 = Failure(code: status, message: reason, configPath: configPath) }
    return status
  }
}
