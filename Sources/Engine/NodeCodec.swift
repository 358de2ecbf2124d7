import CHost
import CTidemill
import Formats

/// The host's side of `tide.codec/1`.
enum NodeCodec {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<tide_codec> = {
    let table = UnsafeMutablePointer<tide_codec>.allocate(capacity: 1)
    table.initialize(to: tide_codec())
    table.pointee.size = UInt32(MemoryLayout<tide_codec>.size)
    table.pointee.decode = { context, _, partition, bytes, length, readable, offset, flags, consumed in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard node.isInCall else {
        return node.refuse(TIDE_E_FATAL, "decode publishes rows, so it belongs in a call with an output")
      }
      guard let bytes, let consumed else { return node.refuse(TIDE_E_FATAL, "decode without bytes") }
      var taken = 0
      let status = node.decode(
        UnsafeRawPointer(bytes), length: Int(length), readable: Int(readable), offset: offset,
        final: flags & UInt32(TIDE_DECODE_FINAL) != 0, partition: partition, consumed: &taken)
      consumed.pointee = UInt64(taken)
      return status
    }
    table.pointee.encode = { context, batch, into in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard let batch, let into, let encoder = node.encoder else {
        return node.refuse(TIDE_E_UNSUPPORTED, "the manifest does not say codec: encode")
      }
      let text = encoder.encode(batch)
      encoder.forEachRefused { row, reason in node.leaveOut(row, of: batch, reason: reason) }
      into.pointee.data = text.baseAddress?.assumingMemoryBound(to: CChar.self)
      into.pointee.length = UInt64(text.count)
      return TIDE_OK
    }
    table.pointee.begin = { context, flags in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard let encoder = node.encoder else {
        return node.refuse(TIDE_E_UNSUPPORTED, "the manifest does not say codec: encode")
      }
      encoder.begin(continued: flags & UInt32(TIDE_ENCODE_CONTINUED) != 0)
      return TIDE_OK
    }
    table.pointee.max_record = { context in
      UInt64(Node.from(context)?.spec.recordPlan?.maxRecordBytes ?? RecordPlan().maxRecordBytes)
    }
    table.pointee.origin = { context, partition, name in
      Node.from(context)?.name(partition: partition, String(borrowed: name))
    }
    table.pointee.bury = { context, _, partition, bytes, length, offset, why in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard node.isInCall, node.decoder != nil else {
        return node.refuse(TIDE_E_FATAL, "bury belongs in a call with an output, of a source that decodes")
      }
      guard node.settleCrew() else { return TIDE_E_CANCELLED }
      let record = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(min(length, NodeCodec.buriedBytes)))
      node.writeOff(record: record, partition: partition, offset: offset, code: "rejected", reason: String(borrowed: why))
      return node.pipeline.isForced ? TIDE_E_CANCELLED : TIDE_OK
    }
    return table
  }()

  /// Bytes of a record without an end that its dead letter keeps.
  private static let buriedBytes: UInt64 = 4096
}

extension Node {
  /// Notes where a partition's records come from.
  func name(partition number: UInt32, _ name: String) {
    origins[number] = name
    if let place = partitionPlaces[number] { partitions[place].rename(name) }
  }

  /// Decodes records and publishes their frames until the bytes or the credit of the edges run out.
  func decode(
    _ bytes: UnsafeRawPointer, length: Int, readable: Int, offset: UInt64, final: Bool, partition: UInt32, consumed: inout Int
  ) -> tide_status {
    guard decoder != nil else { return refuse(TIDE_E_UNSUPPORTED, "the manifest does not say codec: decode") }
    if let crew = crewInUse {
      let records = UnsafeRawBufferPointer(start: bytes, count: length)
      if !unfinished.contains(partition), final || records.contains(UInt8(ascii: "\n")) {
        return decode(with: crew, records, offset: offset, final: final, partition: partition, consumed: &consumed)
      }
      // Part of a record: the source's own decoder knows what to do with one that is too long, and when it is over.
      guard settleCrew() else { return TIDE_E_CANCELLED }
    }
    defer {
      if spec.lanes > 1, consumed > 0 {
        busyBytes += consumed
        let endsRecord = bytes.load(fromByteOffset: consumed - 1, as: UInt8.self) == UInt8(ascii: "\n")
        if endsRecord || (final && consumed == length) { unfinished.remove(partition) } else { unfinished.insert(partition) }
      }
    }
    return decodeAlone(
      bytes, length: length, readable: readable, offset: offset, final: final, partition: partition, consumed: &consumed)
  }

  /// The same with the source's own decoder.
  func decodeAlone(
    _ bytes: UnsafeRawPointer, length: Int, readable: Int, offset: UInt64, final: Bool, partition: UInt32, consumed: inout Int
  ) -> tide_status {
    guard let decoder else { return TIDE_E_UNSUPPORTED }
    let ingestTime = pipeline.clock.now
    if let rows = chain.adaptiveFrameRows { decoder.limitFrame(rows: rows, bytes: Self.frameBytes(forRows: rows)) }
    while true {
      let step = decoder.decode(
        bytes + consumed, length: length - consumed, readable: readable - consumed, partition: partition,
        offset: offset + UInt64(consumed), final: final, ingestTime: ingestTime)
      for dead in decoder.deadRecords {
        writeOff(record: dead.bytes, partition: partition, offset: dead.offset, code: dead.code, reason: dead.reason)
      }
      countMismatches()
      consumed += step.consumed
      if decoder.rows > 0 {
        let status = publishDecoded(decoder, partition: partition)
        if status != TIDE_OK { return status }
      }
      if !step.frameReady { return pipeline.isForced ? TIDE_E_CANCELLED : TIDE_OK }
      // Whoever calls waits between calls, where the pipeline can be stopped.
      if !chain.hasCredit { return TIDE_MORE }
    }
  }

  /// Bytes at which a frame of so many rows ends: the plan's in proportion.
  static func frameBytes(forRows rows: Int) -> Int {
    RecordPlan().bytesPerFrame * max(rows, AdaptiveCredit.usualFrameRows) / AdaptiveCredit.usualFrameRows
  }

  private func publishDecoded(_ decoder: RecordDecoder, partition: UInt32) -> tide_status {
    let bytes = decoder.frameByteCount
    guard let block = chain.pool.take(bytes) else { return refuse(TIDE_E_RETRY, "out of memory for a frame") }
    let first = rowIds.take(decoder.rows, of: partition)
    _ = decoder.writeFrame(
      into: tide_block_bytes(block), capacity: Int(block.pointee.capacity), stream: partition, firstID: first)
    return publish(block, port: 0)
  }
}
