import CTidemill

/// What the host's clock has to do with the watermark of a source: `periodic` and `idle`. The chain's thread only.
extension Node {
  /// When the clock has something for this node to do: a timer, or a watermark that moves with it.
  var clockDue: Int64 { min(processingTimers.earliest, nextTick) }

  /// The source is about to be polled for the first time.
  func startClock() {
    guard let every = spec.watermarkEveryNanoseconds else { return }
    nextTick = pipeline.clock.now &+ every
    chain.noteTimer(at: nextTick)
  }

  /// Moves a periodic watermark when it is time.
  func tickWatermark(now: Int64) {
    guard let every = spec.watermarkEveryNanoseconds, now >= nextTick else { return }
    nextTick &+= every * ((now &- nextTick) / every + 1)
    var hasMoved = false
    for partition in partitions where partition.state.tick() {
      note(partition)
      hasMoved = true
    }
    guard hasMoved else { return }
    sendSourceWatermark()
    runEventTimers(upTo: sentWatermark)
  }

  /// A poll has ended with a status: partitions that had nothing for too long leave the minimum. When the source is to be asked
  /// again for the sake of that, ns on the host's clock.
  func passIdleTime(after status: tide_status) -> Int64 {
    guard let limit = spec.idleAfterNanoseconds else { return .max }
    guard status >= TIDE_OK else {
      idleClock.fail()
      return .max
    }
    // Rows of this very poll stand at what was asked before it.
    let asked = idleClock.asked
    idleClock.end(at: pipeline.clock.now, held: chain.heldNanoseconds, hasNothing: status == TIDE_IDLE)
    var since = Int64.max
    if partitions.isEmpty {
      if asked < limit { return idleClock.due(limit) }
      // Nothing is known of it yet, not even a partition: it is out as a whole until something comes.
      if !isSilent { sendIdle() }
      isSilent = true
      return .max
    }
    var hasChanged = false
    for partition in partitions where partition.state.counts {
      if asked &- partition.askedAtRow >= limit {
        partition.state.isIdle = true
        note(partition)
        hasChanged = true
      } else {
        since = min(since, partition.askedAtRow)
      }
    }
    if hasChanged { settlePartitions() }
    return since == .max ? .max : idleClock.due(since &+ limit)
  }
}
