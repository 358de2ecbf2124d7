import CHost
import CTidemill
import Frames

extension Node {
  // MARK: Sources

  /// The partition of that number; made known when it is not.
  func partition(_ number: UInt32) -> SourcePartition {
    if let place = partitionPlaces[number] { return partitions[place] }
    let state = SourceWatermark(
      delayNanoseconds: spec.watermarkDelayNanoseconds, isPeriodic: spec.watermarkEveryNanoseconds != nil)
    let new = SourcePartition(number: number, place: partitions.count, state)
    new.askedAtRow = idleClock.asked
    if let name = origins[number] { new.rename(name) }
    partitionPlaces[number] = partitions.count
    partitions.append(new)
    partitionFloors.append(new.floor)
    shownPartitions.withLock { $0.append(new) }
    return new
  }

  /// Advances the partition's watermark over a frame's event times and marks its late rows. True when the source's watermark may
  /// have moved.
  func assignWatermark(to block: inout UnsafeMutablePointer<tide_block>, partition number: UInt32) -> Bool {
    isSilent = false
    guard spec.watermarkDelayNanoseconds != nil || spec.idleAfterNanoseconds != nil || partitionPlaces[number] != nil else {
      return false
    }
    let partition = partition(number)
    defer { note(partition) }
    partition.askedAtRow = idleClock.asked
    let before = partition.state.watermark, wasIdle = partition.state.isIdle
    let frame = tide_block_frame(block)!
    let column = tide_role(frame, UInt32(TIDE_ROLE_EVENT_TIME))
    guard column >= 0, frame.pointee.row_wm == 0 else {
      partition.state.isIdle = false
      return wasIdle
    }
    let rows = Int(frame.pointee.rows)
    if lateScratch.count < rows { lateScratch = Array(repeating: .min, count: max(rows, 1024)) }
    if let times = tide_time_vec(frame, column) {
      see(times, count: rows, of: partition, in: &block)
    } else {
      let times = (0..<UInt32(rows)).map { tide_i64(frame, column, $0) }
      times.withUnsafeBufferPointer { see($0.baseAddress!, count: rows, of: partition, in: &block) }
    }
    // One that was ahead of what was sent is not what held the source back.
    return wasIdle || (partition.state.watermark > before && before <= sentWatermark)
  }

  /// Takes the event times of a frame's rows, and gives the frame the watermarks of those that are behind.
  private func see(
    _ times: UnsafePointer<Int64>, count rows: Int, of partition: SourcePartition,
    in block: inout UnsafeMutablePointer<tide_block>
  ) {
    lateScratch.withUnsafeMutableBufferPointer { late in
      guard partition.state.see(times, count: rows, late: late.baseAddress!) else { return }
      var lateRows = 0
      for row in 0..<rows where late[row] != .min {
        lateRows += 1
        let (behind, overflow) = late[row].subtractingReportingOverflow(times[row])
        lateness!.add(overflow ? .max : behind)
      }
      partition.add(lateRows: lateRows)
      block = addRowWatermark(to: block, .perRow(UnsafeBufferPointer(rebasing: late[0..<rows])))
    }
  }

  /// Takes up what has changed in the state of a partition.
  func note(_ partition: SourcePartition) {
    partition.show()
    partitionFloors[partition.place] = partition.floor
  }

  /// The least watermark over the partitions that count; the greatest time when none does.
  private var leastFloor: Int64 {
    partitionFloors.withUnsafeBufferPointer { floors in
      var least = Int64.max
      for floor in floors { least = min(least, floor) }
      return least
    }
  }

  /// Sends the least watermark over the partitions that count on, when it moved.
  func sendSourceWatermark() {
    let least = leastFloor
    guard least > sentWatermark, least != .max else { return }
    sentWatermark = least
    for edges in outputs { for edge in edges { edge.send(watermark: least) } }
  }

  /// A partition has left the minimum: the others may be further, or nothing is left of the source in that of its readers.
  func settlePartitions() { if leastFloor == .max { sendIdle() } else { sendSourceWatermark() } }

  // MARK: What an instance sets itself

  /// host->watermark: of a source's partition, or a bound on what an operator forwards.
  func setWatermark(_ time: Int64, partition: UInt32) {
    if spec.kind == .source {
      settleCrew()
      let partition = self.partition(partition)
      isSilent = false
      partition.askedAtRow = idleClock.asked
      partition.state.advance(to: time)
      note(partition)
      settlePartitions()
    } else {
      ownWatermark = max(ownWatermark ?? .min, time)
      forwardWatermark()
    }
  }

  /// host->idle: takes a source's partition out of its minimum, and the node out of its readers' when nothing is left of it.
  func setIdle(partition: UInt32) {
    guard spec.kind == .source else { return sendIdle() }
    settleCrew()
    let partition = self.partition(partition)
    guard !partition.state.isIdle else { return }
    partition.state.isIdle = true
    note(partition)
    settlePartitions()
  }

  func sendIdle() { for edges in outputs { for edge in edges { edge.sendIdle() } } }

  // MARK: Operators and sinks

  func receive(watermark value: Int64, input: Int) {
    setBusy(input: input)
    guard value > inputs[input].watermark else { return }
    inputs[input].watermark = value
    advance()
  }

  /// Rows are about to be processed that are behind this watermark of the one partition that the node reads: what is due by it
  /// comes first, here and further down.
  func reach(_ rowWatermark: Int64) {
    guard rowWatermark > inputs[0].watermark, rowWatermark != .max else { return }
    inputs[0].watermark = rowWatermark
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
    counters.set(Count.hasEnded, 1)
    for edges in outputs {
      for edge in edges {
        edge.send(watermark: .max)
        edge.sendEnd()
      }
    }
  }
}
