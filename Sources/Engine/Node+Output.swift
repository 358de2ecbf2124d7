import CHost
import CTidemill
import Frames
import Synchronization

extension Node {
  /// Largest frame that a plugin may commit.
  var maxFrameBytes: UInt64 { UInt64(pipeline.chainPlan.memory.largestFrameBytes) }

  /// Frames that one call may have reserved at a time.
  static let maxSlots = 1024

  func reserve(port: UInt32, bytes: UInt64, slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot else { return refuse(TIDE_E_FATAL, "reserve without a slot") }
    guard slot.pointee.size >= UInt32(MemoryLayout<tide_slot>.size) else {
      return refuse(TIDE_E_FATAL, "reserve: slot.size is \(slot.pointee.size), set it to sizeof(tide_slot) before")
    }
    if let refused = refusal(port: port) ?? refusal(bytes: bytes) { return refused }
    guard slots.count < Self.maxSlots else {
      return refuse(TIDE_E_FATAL, "\(Self.maxSlots) slots are reserved: commit or cancel some")
    }
    guard let block = takeBlock(Int(bytes)) else { return refuse(TIDE_E_RETRY, "out of memory for a frame") }
    slotNumber &+= 1
    slots.append(OpenSlot(block: block, port: Int(port), number: slotNumber))
    slot.pointee.port = port
    slot.pointee.used = 0
    slot.pointee.handle = UInt64(slotNumber)
    describe(block, in: slot)
    return TIDE_OK
  }

  /// Memory for a frame of the plugin's; what the host has to make itself still finds room beside it.
  private func takeBlock(_ bytes: Int) -> UnsafeMutablePointer<tide_block>? {
    chain.pool.take(bytes, leaving: pipeline.chainPlan.memory.spareBytes)
  }

  private func describe(_ block: UnsafeMutablePointer<tide_block>, in slot: UnsafeMutablePointer<tide_slot>) {
    slot.pointee.bytes = tide_block_bytes(block)
    slot.pointee.capacity = block.pointee.capacity
  }

  private func refusal(port: UInt32) -> tide_status? {
    if Int(port) < deadPort { return nil }
    return refuse(TIDE_E_FATAL, "there is no output port \(port): '\(spec.name)' has \(spec.outputs.count)")
  }

  private func refusal(bytes: UInt64) -> tide_status? {
    if bytes <= maxFrameBytes { return nil }
    let more = maxFrameBytes < MemoryPlan.frameBytes ? ", or allow more max_memory" : ""
    return refuse(TIDE_E_FATAL, "a frame of \(bytes) bytes exceeds the limit of \(maxFrameBytes): make several\(more)")
  }

  /// Where the reservation behind a slot stands; of what the plugin holds, only the handle is believed.
  private func place(of slot: UnsafeMutablePointer<tide_slot>?) -> Int? {
    guard let slot, slot.pointee.handle > 0 else { return nil }
    return slots.lastIndex { UInt64($0.number) == slot.pointee.handle }
  }

  func grow(slot: UnsafeMutablePointer<tide_slot>?, bytes: UInt64) -> tide_status {
    guard let slot, let place = place(of: slot) else { return refuse(TIDE_E_FATAL, "grow of a slot that is spent") }
    let old = slots[place].block
    if bytes <= old.pointee.capacity { return TIDE_OK }
    if let refused = refusal(bytes: bytes) { return refused }
    guard let new = takeBlock(Int(bytes)) else { return refuse(TIDE_E_RETRY, "out of memory for a frame") }
    UnsafeMutableRawPointer(tide_block_bytes(new)).copyMemory(from: tide_block_bytes(old), byteCount: Int(old.pointee.capacity))
    tide_block_release(old)
    slots[place].block = new
    describe(new, in: slot)
    return TIDE_OK
  }

  func cancel(slot: UnsafeMutablePointer<tide_slot>?) {
    guard let slot, let place = place(of: slot) else { return }
    tide_block_release(slots.remove(at: place).block)
    slot.pointee.handle = 0
  }

  /// Gives back what a call has reserved and neither committed nor cancelled.
  func closeSlots() {
    log(.warning, "\(slots.count) reserved frames were neither committed nor cancelled by the end of the call")
    for slot in slots { tide_block_release(slot.block) }
    slots.removeAll(keepingCapacity: true)
  }

  func commit(slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot, let place = place(of: slot) else { return refuse(TIDE_E_FATAL, "commit of a slot that is spent") }
    let open = slots.remove(at: place)
    slot.pointee.handle = 0
    guard !spec.forwardsOnly || spec.merges else {
      tide_block_release(open.block)
      return refuse(TIDE_E_FATAL, "the manifest says that outputs are the same as inputs, but the component built a frame")
    }
    if let problem = problem(in: open.block, used: slot.pointee.used) {
      tide_block_release(open.block)
      return refuse(TIDE_E_FATAL, "a malformed frame was committed: \(problem)")
    }
    return publish(open.block, port: open.port)
  }

  /// What is wrong with a committed frame: of what the host itself relies on, and all of it when the pipeline validates its plugins.
  private func problem(in block: UnsafeMutablePointer<tide_block>, used: UInt64) -> String? {
    let frame = tide_block_frame(block)!
    guard used >= 128, used <= block.pointee.capacity else { return "\(used) bytes used of \(block.pointee.capacity)" }
    guard frame.pointee.frame_len == UInt32(used) else { return "frame_len is \(frame.pointee.frame_len), used \(used)" }
    var why = tide_validation()
    if pipeline.validatesFrames {
      guard tide_validate(tide_block_bytes(block), used, maxFrameBytes, &why) != 0 else {
        let right = tide_schema_id(frame)
        let stated = frame.pointee.schema_id
        return stated == 0 || stated == right ? nil : "schema_id is \(stated), the columns give \(right): leave it 0"
      }
    } else {
      guard tide_validate_head(tide_block_bytes(block), used, maxFrameBytes, &why) != 0 else { return nil }
    }
    let column = why.column < 0 ? "" : ", descriptor \(why.column)"
    return "frame refused at byte \(why.offset)\(column): \(String(cString: why.reason)) (rule \(why.rule))"
  }

  /// Completes a frame that this node made and sends it on. Takes over the block's reference.
  func publish(_ made: UnsafeMutablePointer<tide_block>, port: Int) -> tide_status {
    var block = made
    let frame = tide_block_frame(block)!
    if frame.pointee.schema_id == 0 { frame.pointee.schema_id = tide_schema_id(frame) }
    let partition = frame.pointee.stream
    var advanced = false
    var isAlone = false
    if spec.kind == .source {
      let hasRowWatermarks = frame.pointee.row_wm != 0
      advanced = assignWatermark(to: &block, partition: partition)
      isAlone = partitions.count == 1 && !hasRowWatermarks
    } else if call.rowWatermark != .min, frame.pointee.row_wm == 0 {
      block = addRowWatermark(to: block, .constant(call.rowWatermark))
    }
    if spec.merges { isAlone = keepsAlone }
    let final = tide_block_frame(block)!
    final.pointee.seq = frameNumber
    frameNumber &+= 1
    var passed = tide_passed(whole: final, block: block)
    passed.alone = isAlone ? 1 : 0
    let status = emit(&passed, port: port)
    tide_block_release(block)
    if advanced { sendSourceWatermark() }
    return status
  }

  func forward(
    port: UInt32, batch: UnsafePointer<tide_batch>?, selection: UnsafePointer<UInt16>?, count: UInt32
  ) -> tide_status {
    guard let batch, isHandedOut(batch) else {
      return refuse(TIDE_E_FATAL, "forward takes the batch that the call was given, by its own pointer, or a retained one")
    }
    if let refused = refusal(port: port) { return refused }
    var passed = UnsafeRawPointer(batch).assumingMemoryBound(to: tide_passed.self).pointee
    if let selection {
      let whole = passed.batch.count
      let fits =
        passed.batch.selection.map { tide_selection_within(selection, count, $0, whole) }
        ?? tide_selection_ok(selection, count, whole)
      guard fits != 0 else {
        return refuse(TIDE_E_FATAL, "forward: a selection holds row numbers of the batch, strictly ascending")
      }
      passed.batch.selection = selection
      passed.batch.count = count
    }
    guard passed.batch.count > 0 else { return TIDE_OK }
    if !keepsAlone { passed.alone = 0 }
    return emit(&passed, port: Int(port))
  }

  /// Rows that it forwards follow each other as they came, and nothing that it holds back comes after them. Whoever is handed runs
  /// of equal row watermark has announced that watermark below before it sends them on.
  ///
  /// What puts rows in order makes one partition of several: behind a late row nothing comes that stands before its watermark.
  private var keepsAlone: Bool {
    spec.ordersRows || (isAlone && spec.forwardsOnly && (ownWatermark == nil || spec.merges))
  }

  /// True for a batch of the host's own: what `process` was handed, or a retained one.
  func isHandedOut(_ batch: UnsafePointer<tide_batch>) -> Bool {
    call.batch == batch || kept.withLock { $0[UInt(bitPattern: batch)] != nil }
  }

  /// Hands rows to everyone who reads the port.
  func emit(_ passed: UnsafeMutablePointer<tide_passed>, port: Int) -> tide_status {
    // After a forced stop nobody is called any more; rows that are written off still reach the books.
    guard !pipeline.isForced || port == deadPort else { return TIDE_E_CANCELLED }
    call.effects += 1
    counters.add(Count.ports + 2 * port, Int(passed.pointee.batch.count))
    counters.add(Count.ports + 2 * port + 1, 1)
    if port == latePort, call.batch != nil { call.late += Int(passed.pointee.batch.count) }
    if port != deadPort { counters.set(Count.lastTime, Int(passed.pointee.batch.frame.pointee.tmax)) }
    var alive = !pipeline.isForced
    for route in routes[port] where !route.push(passed) { alive = false }
    return alive ? TIDE_OK : TIDE_E_CANCELLED
  }

  /// A frame with its row watermarks added. Takes over the reference of `block` and gives one of the result; without memory the
  /// frame stays as it was and the pipeline fails, for its rows would count as punctual.
  func addRowWatermark(
    to block: UnsafeMutablePointer<tide_block>, _ watermarks: FrameEditor.RowWatermark
  ) -> UnsafeMutablePointer<tide_block> {
    let frame = FrameView(UnsafePointer(tide_block_frame(block)!))
    let bytes = frame.byteCount + FrameEditor.rowWatermarkRoom(frame)
    guard let wider = chain.pool.take(bytes) else {
      pipeline.fail(PipelineError(node: spec.name, message: "out of memory for row watermarks"))
      return block
    }
    guard FrameEditor.addRowWatermark(watermarks, to: frame, into: tide_block_bytes(wider), capacity: bytes) > 0 else {
      tide_block_release(wider)
      pipeline.fail(PipelineError(node: spec.name, message: "a frame has no room for row watermarks"))
      return block
    }
    tide_block_release(block)
    return wider
  }
}

/// A frame that a plugin has reserved.
struct OpenSlot {
  var block: UnsafeMutablePointer<tide_block>
  var port: Int
  /// The slot's handle, unique on the node for a long time.
  var number: UInt32
}
