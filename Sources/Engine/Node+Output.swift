import CHost
import CTidemill
import Frames

extension Node {
  /// Largest frame that a plugin may commit.
  static let maxFrameBytes: UInt64 = 16 << 20

  static func block(of slot: UnsafeMutablePointer<tide_slot>) -> UnsafeMutablePointer<tide_block>? {
    UnsafeMutablePointer(bitPattern: UInt(slot.pointee.handle))
  }

  func reserve(port: UInt32, bytes: UInt64, slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot else { return refuse(TIDE_E_FATAL, "reserve without a slot") }
    guard Int(port) < deadPort else {
      return refuse(TIDE_E_FATAL, "there is no output port \(port): '\(spec.name)' has \(spec.outputs.count)")
    }
    guard bytes <= Self.maxFrameBytes else {
      return refuse(TIDE_E_FATAL, "a frame of \(bytes) bytes exceeds the limit of \(Self.maxFrameBytes): make several")
    }
    guard let block = chain.pool.take(Int(bytes)) else { return refuse(TIDE_E_RETRY, "out of memory for a frame") }
    slot.pointee.port = port
    slot.pointee.bytes = tide_block_bytes(block)
    slot.pointee.capacity = block.pointee.capacity
    slot.pointee.used = 0
    slot.pointee.handle = UInt64(UInt(bitPattern: block))
    return TIDE_OK
  }

  func grow(slot: UnsafeMutablePointer<tide_slot>?, bytes: UInt64) -> tide_status {
    guard let slot, let old = Self.block(of: slot) else { return refuse(TIDE_E_FATAL, "grow of a slot that is spent") }
    if bytes <= slot.pointee.capacity { return TIDE_OK }
    guard bytes <= Self.maxFrameBytes else {
      return refuse(TIDE_E_FATAL, "a frame of \(bytes) bytes exceeds the limit of \(Self.maxFrameBytes): make several")
    }
    guard let new = chain.pool.take(Int(bytes)) else { return refuse(TIDE_E_RETRY, "out of memory for a frame") }
    UnsafeMutableRawPointer(tide_block_bytes(new)).copyMemory(
      from: tide_block_bytes(old), byteCount: Int(slot.pointee.capacity))
    tide_block_release(old)
    slot.pointee.bytes = tide_block_bytes(new)
    slot.pointee.capacity = new.pointee.capacity
    slot.pointee.handle = UInt64(UInt(bitPattern: new))
    return TIDE_OK
  }

  func commit(slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot, let block = Self.block(of: slot) else { return refuse(TIDE_E_FATAL, "commit of a slot that is spent") }
    slot.pointee.handle = 0
    guard !call.mixedRowWatermarks else {
      tide_block_release(block)
      return refuse(TIDE_E_FATAL, "the manifest says that outputs are the same as inputs, but the component built a frame")
    }
    if let problem = problem(in: block, used: slot.pointee.used) {
      tide_block_release(block)
      return refuse(TIDE_E_FATAL, "a malformed frame was committed: \(problem)")
    }
    return publish(block, port: Int(slot.pointee.port))
  }

  /// What is wrong with a committed frame. The header is always looked at; all of it when the pipeline validates its plugins.
  private func problem(in block: UnsafeMutablePointer<tide_block>, used: UInt64) -> String? {
    let frame = tide_block_frame(block)!
    guard used >= 128, used <= block.pointee.capacity, used % 64 == 0 else { return "\(used) bytes used" }
    guard frame.pointee.magic == TIDE_FRAME_MAGIC, frame.pointee.frame_len == UInt32(used) else {
      return "magic or frame_len do not fit"
    }
    guard frame.pointee.rows >= 1, frame.pointee.rows <= TIDE_MAX_ROWS else { return "\(frame.pointee.rows) rows" }
    guard pipeline.validatesFrames else { return nil }
    do {
      try FrameValidator.validate(UnsafeRawBufferPointer(start: frame, count: Int(used)))
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Completes a frame that this node made and sends it on. Takes over the block's reference.
  func publish(_ made: UnsafeMutablePointer<tide_block>, port: Int) -> tide_status {
    var block = made
    let frame = tide_block_frame(block)!
    if frame.pointee.schema_id == 0 { frame.pointee.schema_id = tide_schema_id(frame) }
    let partition = frame.pointee.stream
    var advanced = false
    if spec.kind == .source {
      advanced = assignWatermark(to: &block, partition: partition)
    } else if call.rowWatermark != .min, frame.pointee.row_wm == 0 {
      block = addRowWatermark(to: block, .constant(call.rowWatermark))
    }
    let final = tide_block_frame(block)!
    final.pointee.seq = frameNumber
    frameNumber &+= 1
    var passed = tide_passed(whole: final, block: block)
    let status = emit(&passed, port: port)
    tide_block_release(block)
    if advanced { sendSourceWatermark() }
    return status
  }

  func forward(
    port: UInt32, batch: UnsafePointer<tide_batch>?, selection: UnsafePointer<UInt16>?, count: UInt32
  ) -> tide_status {
    guard let batch else { return refuse(TIDE_E_FATAL, "forward without a batch") }
    guard Int(port) < deadPort else {
      return refuse(TIDE_E_FATAL, "there is no output port \(port): '\(spec.name)' has \(spec.outputs.count)")
    }
    var passed = UnsafeRawPointer(batch).assumingMemoryBound(to: tide_passed.self).pointee
    if let selection {
      guard tide_selection_ok(selection, count, passed.batch.frame.pointee.rows) != 0 else {
        return refuse(TIDE_E_FATAL, "forward: a selection holds row numbers of the frame, strictly ascending")
      }
      passed.batch.selection = selection
      passed.batch.count = count
    }
    guard passed.batch.count > 0 else { return TIDE_OK }
    return emit(&passed, port: Int(port))
  }

  /// Hands rows to everyone who reads the port.
  func emit(_ passed: UnsafeMutablePointer<tide_passed>, port: Int) -> tide_status {
    call.effects += 1
    counters.add(Count.ports + 2 * port, Int(passed.pointee.batch.count))
    counters.add(Count.ports + 2 * port + 1, 1)
    if port != deadPort { counters.set(Count.lastTime, Int(passed.pointee.batch.frame.pointee.tmax)) }
    var alive = !pipeline.isForced
    for edge in outputs[port] where !edge.push(passed, from: chain) { alive = false }
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
