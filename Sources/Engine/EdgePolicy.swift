import CHost
import CTidemill
import PluginManifest
import Rings

/// What an edge does beside making its producer wait, and what it has to remember for that. The producer's thread only.
final class EdgePolicy {
  let buffer: EdgeBuffer
  var adaptive: AdaptiveCredit?
  /// Numbers of the rows that a sample keeps.
  private lazy var kept = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: Int(TIDE_MAX_ROWS))
  private var hasKept = false

  /// nil for an edge that only ever waits.
  init?(_ buffer: EdgeBuffer) {
    guard buffer.drops || buffer.targetNanoseconds != nil else { return nil }
    self.buffer = buffer
    adaptive = buffer.targetNanoseconds.map { AdaptiveCredit(targetNanoseconds: $0, mostBytes: buffer.bytes) }
  }

  deinit { if hasKept { kept.deallocate() } }

  /// Narrows a batch down to a sample of its rows, which lives until the next one.
  func sample(_ batch: inout tide_batch, threshold: UInt32) {
    hasKept = true
    let key = tide_role(batch.frame, UInt32(TIDE_ROLE_KEY)), id = tide_role(batch.frame, UInt32(TIDE_ROLE_ID))
    let first = buffer.sampleBy == .key ? key : id
    batch.count = tide_sample(batch.frame, batch.selection, batch.count, first, id, threshold, kept.baseAddress)
    batch.selection = UnsafePointer(kept.baseAddress!)
  }
}

extension Edge {
  /// Passes a batch on as the policy has it: what finds no room is dropped and counted, or makes others go; nothing waits but a
  /// producer whose policy ends in `block`. Watermarks, idleness and the end are never dropped.
  func push(
    _ passed: UnsafePointer<tide_passed>, through ring: FrameRing, by policy: EdgePolicy, from chain: Chain
  ) -> Bool {
    if policy.adaptive != nil { adapt(policy, ring, now: chain.pipeline.clock.now) }
    var sent = passed.pointee
    switch policy.buffer.whenFull {
    case .block: return push(passed, waitingFor: ring, from: chain)
    case .dropOldest: break
    case .dropNewest: guard ring.fits(bytes: 0) else { return drop(sent) }
    case .sample:
      guard ring.fits(bytes: 0) else { return drop(sent) }
      if let threshold = SampleShare.threshold(fill: fill(of: ring)) {
        policy.sample(&sent.batch, threshold: threshold)
        note(threshold)
        pushedCounters.add(Count.dropped, Int(passed.pointee.batch.count - sent.batch.count))
        if sent.batch.count == 0 { return drop(sent) }
      }
    }
    guard let entry = entry(of: &sent, chain) else {
      pushedCounters.add(Count.dropped, Int(sent.batch.count))
      return true
    }
    if policy.buffer.whenFull == .dropOldest {
      pushEvicting(entry, to: ring)
    } else if ring.fits(bytes: Int(entry.len)) {
      append(entry, to: ring)
    } else {
      _ = Self.release(entry)
      return drop(sent)
    }
    return true
  }

  /// How full the ring is, by frames or by bytes: from 0 to 1 with room for one frame, and more while a lowered credit is exceeded.
  private func fill(of ring: FrameRing) -> Double {
    let level = ring.level
    return max(
      Double(level.frames) / Double(max(ring.capacityFrames - 1, 1)), Double(level.bytes) / Double(max(ring.creditBytes, 1)))
  }

  /// Keeps the smallest share that a sample has come to.
  private func note(_ threshold: UInt32) {
    let least = pushedCounters.read(Count.leastThreshold)
    if least == 0 || UInt64(threshold) < least { pushedCounters.set(Count.leastThreshold, Int(threshold)) }
  }

  private func drop(_ passed: tide_passed) -> Bool {
    pushedCounters.add(Count.dropped, Int(passed.batch.count))
    pushedCounters.add(Count.droppedFrames, 1)
    // Rows came, so the edge is not idle, whatever became of them.
    pendingIdle = false
    return true
  }

  /// Takes entries back, oldest first, until the new one fits. A watermark that nothing later in the ring stands for is announced
  /// anew, behind the new frame: late is safe. Idleness that comes back has been ended by what followed it.
  private func pushEvicting(_ entry: tide_entry, to ring: FrameRing) {
    var evictedLast = false
    while !ring.fits(bytes: Int(entry.len)), ring.level.entries > 0 {
      guard let old = ring.evict() else { continue }
      switch Int32(old.kind) {
      case TIDE_ENTRY_FRAME, TIDE_ENTRY_SELECTION:
        pushedCounters.add(Count.droppedFrames, 1)
        pushedCounters.add(Count.dropped, Self.release(old))
      case TIDE_ENTRY_WATERMARK: if Int64(bitPattern: old.ref) == queuedWatermark { evictedLast = true }
      default: break
      }
    }
    let again = evictedLast && pendingWatermark == nil ? queuedWatermark : nil
    append(entry, to: ring)
    if let again { pendingWatermark = again }
  }

  private func adapt(_ policy: EdgePolicy, _ ring: FrameRing, now: Int64) {
    let reading = AdaptiveCredit.Reading(
      now: now, poppedBytes: ring.poppedBytes, queuedBytes: Int(ring.level.bytes),
      pushedRows: pushedCounters.read(Count.pushed), pushedFrames: pushedCounters.read(Count.pushedFrames))
    guard policy.adaptive!.observe(reading) else { return }
    ring.setCredit(bytes: policy.adaptive!.creditBytes)
  }
}
