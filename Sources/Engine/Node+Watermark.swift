import CHost
import CTidemill
import Frames

extension Node {
  // MARK: Sources

  /// Advances the partition's watermark over a frame's event times and marks its late rows. True when the source's watermark may
  /// have moved.
  func assignWatermark(to block: inout UnsafeMutablePointer<tide_block>, partition: UInt32) -> Bool {
    let delay = spec.watermarkDelayNanoseconds
    guard delay != nil || partitions[partition] != nil else { return false }
    let frame = tide_block_frame(block)!
    let column = tide_role(frame, UInt32(TIDE_ROLE_EVENT_TIME))
    guard column >= 0, frame.pointee.row_wm == 0 else {
      guard partitions[partition]?.isIdle == true else { return false }
      partitions[partition]?.isIdle = false
      return true
    }
    let rows = Int(frame.pointee.rows)
    if lateScratch.count < rows { lateScratch = Array(repeating: .min, count: max(rows, 1024)) }
    var state = partitions[partition] ?? SourceWatermark(delayNanoseconds: delay)
    let before = state.watermark, wasIdle = state.isIdle
    let anyLate = lateScratch.withUnsafeMutableBufferPointer { late in
      if let times = tide_time_vec(frame, column) { return state.see(times, count: rows, late: late.baseAddress!) }
      let times = (0..<UInt32(rows)).map { tide_i64(frame, column, $0) }
      return times.withUnsafeBufferPointer { state.see($0.baseAddress!, count: rows, late: late.baseAddress!) }
    }
    partitions[partition] = state
    if anyLate {
      block = lateScratch.withUnsafeBufferPointer {
        addRowWatermark(to: block, .perRow(UnsafeBufferPointer(rebasing: $0[0..<rows])))
      }
    }
    return state.watermark > before || wasIdle
  }

  /// Sends the least watermark over the partitions that are not idle on, when it moved.
  func sendSourceWatermark() {
    guard let least = partitions.values.filter({ !$0.isIdle }).map(\.watermark).min(), least > sentWatermark else { return }
    sentWatermark = least
    for edges in outputs { for edge in edges { edge.send(watermark: least) } }
  }

  // MARK: What an instance sets itself

  /// host->watermark: of a source's partition, or a bound on what an operator forwards.
  func setWatermark(_ time: Int64, partition: UInt32) {
    if spec.kind == .source {
      var state = partitions[partition] ?? SourceWatermark(delayNanoseconds: spec.watermarkDelayNanoseconds)
      state.advance(to: time)
      partitions[partition] = state
      sendSourceWatermark()
    } else {
      ownWatermark = max(ownWatermark ?? .min, time)
      forwardWatermark()
    }
  }

  /// host->idle: takes a source's partition out of its minimum, and the node out of its readers' when nothing is left of it.
  func setIdle(partition: UInt32) {
    guard spec.kind == .source else { return sendIdle() }
    var state = partitions[partition] ?? SourceWatermark(delayNanoseconds: spec.watermarkDelayNanoseconds)
    state.isIdle = true
    partitions[partition] = state
    if partitions.values.allSatisfy(\.isIdle) { sendIdle() } else { sendSourceWatermark() }
  }

  private func sendIdle() { for edges in outputs { for edge in edges { edge.sendIdle() } } }

  // MARK: Operators and sinks

  func receive(watermark value: Int64, input: Int) {
    setBusy(input: input)
    guard value > inputs[input].watermark else { return }
    inputs[input].watermark = value
    advance()
  }

  /// Takes an input back into the minimum.
  func setBusy(input: Int) {
    guard inputs[input].idle else { return }
    inputs[input].idle = false
    idleInputs -= 1
  }

  func receiveIdle(input: Int) {
    if !inputs[input].idle { idleInputs += 1 }
    inputs[input].idle = true
    guard inputs.contains(where: { !$0.idle && !$0.ended }) else { return sendIdle() }
    advance()
  }

  /// Moves the node's watermark to the least of its inputs. The last step, to the end of time, is `finish`.
  private func advance() {
    var least = Int64.max
    for input in inputs where !input.idle && input.watermark < least { least = input.watermark }
    guard least > watermark, least != .max else { return }
    // Set first: what the instance says of its own output in the call is held against the new minimum.
    watermark = least
    runEventTimers(upTo: least)
    if tide_has_on_watermark(table) != 0, !isBroken { announce(least) }
    forwardWatermark()
  }

  /// Tells the instance: each input port that moved, then the minimum of all.
  private func announce(_ least: Int64) {
    for port in 0..<UInt32(max(spec.inputs.count, 1)) where spec.inputs.count > 1 {
      let ofPort = inputs.filter { $0.port == port && !$0.idle }.map(\.watermark).min() ?? least
      complete("on_watermark") { table.pointee.on_watermark(instance, port, ofPort, output) }
    }
    if spec.inputs.count <= 1 { complete("on_watermark") { table.pointee.on_watermark(instance, 0, least, output) } }
    complete("on_watermark") { table.pointee.on_watermark(instance, TIDE_PORT_ALL, least, output) }
  }

  private func forwardWatermark() {
    let value = min(watermark, ownWatermark ?? .max)
    guard value > sentWatermark, value != .max else { return }
    sentWatermark = value
    for edges in outputs { for edge in edges { edge.send(watermark: value) } }
  }

  func receiveEnd(input: Int) {
    inputs[input].ended = true
    setBusy(input: input)
    inputs[input].watermark = .max
    if inputs.allSatisfy(\.ended) { return finish() }
    if inputs.contains(where: { !$0.idle && !$0.ended }) { advance() } else { sendIdle() }
  }

  /// End of input: the timers of event time, the last watermark, then flush, and only then the same for everyone below, who would else find late what a
  /// flush emits.
  func finish() {
    guard !hasEnded else { return }
    if spec.kind != .source, wakeRequested.exchange(false, ordering: .sequentiallyConsistent) {
      pollOperator(deadline: pipeline.clock.now &+ Chain.pollNanoseconds)
    }
    runLastTimers()
    if spec.kind != .source, tide_has_on_watermark(table) != 0 { announce(.max) }
    if tide_has_flush(table) != 0 { complete("flush") { table.pointee.flush(instance, output) } }
    flushDeadLetters()
    hasEnded = true
    for edges in outputs {
      for edge in edges {
        edge.send(watermark: .max)
        edge.sendEnd()
      }
    }
  }
}
