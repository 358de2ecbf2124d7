import CTidemill
import Formats
import Frames

/// The host's formats, as they are in every run.
extension ProxyHost {
  func fillCodec() {
    codec.pointee.size = UInt32(MemoryLayout<tide_codec>.size)
    codec.pointee.max_record = { ProxyHost.at($0) { UInt64($0.maxRecord) } }
    codec.pointee.decode = { context, out, partition, bytes, length, readable, offset, flags, consumed in
      ProxyHost.at(context) { me in
        guard me.mayPublish("decode", out) else { return me.answer(TIDE_E_FATAL) }
        guard let bytes, let consumed, readable >= length else { return me.answer(TIDE_E_FATAL) }
        if let refused = me.refusedOutput() { return refused }
        var taken = 0
        let status = me.decode(
          bytes, Int(length), Int(readable), offset, flags & UInt32(TIDE_DECODE_FINAL) != 0, partition, &taken)
        consumed.pointee = UInt64(taken)
        return status
      }
    }
    codec.pointee.encode = { context, batch, into in
      ProxyHost.at(context) { me in
        me.checkLife("encode")
        guard let batch, let into, let encoder = me.encoder else { return me.answer(TIDE_E_UNSUPPORTED) }
        let text = encoder.encode(batch)
        into.pointee = tide_string(data: text.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(text.count))
        return TIDE_OK
      }
    }
    codec.pointee.begin = { context, flags in
      ProxyHost.at(context) { me in
        guard let encoder = me.encoder else { return me.answer(TIDE_E_UNSUPPORTED) }
        encoder.begin(continued: flags & UInt32(TIDE_ENCODE_CONTINUED) != 0)
        return TIDE_OK
      }
    }
    codec.pointee.origin = { context, _, name in
      ProxyHost.at(context) { me in
        me.checkLife("origin")
        _ = String(borrowed: name)
      }
    }
    codec.pointee.bury = { context, out, _, _, _, _, _ in
      ProxyHost.at(context) { me in
        guard me.mayPublish("bury", out) else { return me.answer(TIDE_E_FATAL) }
        me.call?.effects += 1
        return TIDE_OK
      }
    }
  }

  private var maxRecord: Int {
    if case .success(let node) = subject.node, let plan = node.recordPlan { return plan.maxRecordBytes }
    return RecordPlan().maxRecordBytes
  }

  private func mayPublish(_ function: String, _ out: OpaquePointer?) -> Bool {
    checkLife(function)
    guard let call, call.name.hasOutput, call.thread == thread, decoder != nil else {
      breach("output-in-its-call", "\(function) publishes rows, so it belongs into a call with an output (\(place))")
      return false
    }
    return true
  }

  private func refusedOutput() -> tide_status? {
    if call?.isCancelled == true {
      breach("cancelled-at-once", "decode was called after the host had answered TIDE_E_CANCELLED")
      return answer(TIDE_E_CANCELLED)
    }
    defer { outputCalls += 1 }
    guard let refusal = refusals.output, outputCalls >= refusal.from else { return nil }
    if refusal.status == TIDE_E_CANCELLED { call?.isCancelled = true }
    return answer(refusal.status)
  }

  private func decode(
    _ bytes: UnsafePointer<UInt8>, _ length: Int, _ readable: Int, _ offset: UInt64, _ final: Bool, _ partition: UInt32,
    _ consumed: inout Int
  ) -> tide_status {
    guard let decoder else { return answer(TIDE_E_UNSUPPORTED) }
    while true {
      let step = decoder.decode(
        UnsafeRawPointer(bytes) + consumed, length: length - consumed, readable: readable - consumed, partition: partition,
        offset: offset + UInt64(consumed), final: final, ingestTime: now)
      consumed += step.consumed
      if !decoder.deadRecords.isEmpty { call?.effects += 1 }
      if decoder.rows > 0 {
        let bytes = decoder.frameByteCount
        guard let slot = ProxySlot(port: 0, bytes: UInt64(bytes)) else { return answer(TIDE_E_RETRY) }
        defer { slot.free() }
        let first = nextRow[partition] ?? 0
        nextRow[partition] = first + Int64(decoder.rows)
        let used = decoder.writeFrame(
          into: slot.bytes, capacity: Int(slot.capacity), stream: partition, firstID: Int64(partition) << 40 | first)
        let status = take(frame: UnsafeRawBufferPointer(start: slot.bytes, count: used), port: 0, isHosts: true)
        if status != TIDE_OK { return status }
      }
      if !step.frameReady { return TIDE_OK }
    }
  }
}
