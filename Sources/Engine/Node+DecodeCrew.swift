import CHost
import CTidemill
import Formats
import Rings

extension Node {
  /// Bytes that a source has to decode without a pause before it counts as busy: a hundredth of a second's work or two.
  static let busyBytes = 4 << 20

  /// Starts the threads that decode for a source with several lanes, unless they wait until there is much to do.
  func startCrew() { if !spec.lanesWhenBusy { makeCrew() } }

  /// The crew, where it is to decode what comes now: one that was asked for always, one that waits for much to do while there is.
  var crewInUse: DecodeCrew? {
    guard spec.lanesWhenBusy else { return crew }
    guard busyBytes >= Self.busyBytes, !isWithoutCrew else { return nil }
    if crew == nil {
      makeCrew()
      isWithoutCrew = crew == nil
      if crew != nil { log(.debug, "there is much to do: \(spec.lanes) threads decode from here on") }
    }
    return crew
  }

  private func makeCrew() {
    guard spec.kind == .source, spec.lanes > 1, let plan = decoder?.plan, DecodeCrew.takes(plan) else { return }
    let memory = pipeline.chainPlan.memory
    do {
      let made = try DecodeCrew(
        lanes: spec.lanes, plan: plan, source: chain.parker, clock: pipeline.clock, budget: pipeline.budget,
        keepBytes: memory.pools[chain.index] / spec.lanes,
        jobBytes: DecodeCrew.jobBytes(largestFrame: memory.largestFrameBytes),
        spareBytes: memory.spareBytes)
      let missing = made.start(name: spec.name)
      if missing > 0 { log(.warning, "\(missing) of its \(spec.lanes) lanes have no thread: the system gives no more") }
      crew = made
    } catch {
      log(.warning, "its lanes cannot be made, one thread decodes: \(error)")
    }
  }

  /// Hands records to the crew, and sends on what it has made of those before.
  func decode(
    with crew: DecodeCrew, _ bytes: UnsafeRawBufferPointer, offset: UInt64, final: Bool, partition: UInt32, consumed: inout Int
  ) -> tide_status {
    let whole = final ? bytes.count : (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let ingestTime = pipeline.clock.now
    while true {
      while let job = crew.finished {
        let status = send(job, crew)
        if status != TIDE_OK { return status }
        if !chain.hasCredit { return TIDE_MORE }
      }
      guard consumed < whole else { return pipeline.isForced ? TIDE_E_CANCELLED : TIDE_OK }
      if crew.isFull {
        crew.help(decoder!, chain.pool) { pipeline.isForced }
        if pipeline.isForced { return TIDE_E_CANCELLED }
        continue
      }
      let piece = Self.piece(UnsafeRawBufferPointer(rebasing: bytes[consumed..<whole]), crew.jobBytes)
      crew.begin(
        UnsafeRawBufferPointer(rebasing: bytes[consumed..<consumed + piece]), partition: partition,
        offset: offset + UInt64(consumed), final: final && consumed + piece == whole, ingestTime: ingestTime,
        frameRows: chain.adaptiveFrameRows)
      consumed += piece
    }
  }

  /// Length of the first records, a job's worth, or of one that is longer than that.
  private static func piece(_ records: UnsafeRawBufferPointer, _ jobBytes: Int) -> Int {
    guard records.count > jobBytes else { return records.count }
    let newline = UInt8(ascii: "\n")
    if let end = records[..<jobBytes].lastIndex(of: newline) { return end + 1 }
    return records[jobBytes...].firstIndex(of: newline).map { $0 + 1 } ?? records.count
  }

  /// Sends all that the crew still has, in its order. False after a forced stop.
  @discardableResult
  func settleCrew(betweenCalls: Bool = false) -> Bool {
    guard let crew, !crew.isEmpty else { return true }
    while !crew.isEmpty {
      if pipeline.isForced { return false }
      if betweenCalls, !chain.awaitCredit() { return false }
      if let job = crew.finished {
        if send(job, crew) == TIDE_E_CANCELLED { return false }
      } else {
        crew.help(decoder!, chain.pool) { pipeline.isForced }
      }
    }
    flushDeadLetters()
    return true
  }

  /// Sends what a job has made, all of it, or until the edges are full.
  private func send(_ job: DecodeJob, _ crew: DecodeCrew) -> tide_status {
    while job.sent < job.parts.count {
      let part = job.parts[job.sent]
      job.sent += 1
      switch part {
      case .dead(let dead):
        writeOff(record: dead.bytes, partition: job.partition, offset: dead.offset, code: dead.code, reason: dead.reason)
      case .frame(let block):
        number(block, partition: job.partition)
        let status = publish(block, port: 0)
        if status != TIDE_OK { return status }
        if job.sent < job.parts.count, !chain.hasCredit { return TIDE_MORE }
      }
    }
    while let left = job.left {
      var consumed = 0
      let status = decodeAlone(
        left.bytes.baseAddress!, length: left.bytes.count, readable: left.readable, offset: left.offset, final: left.isFinal,
        partition: job.partition, consumed: &consumed)
      job.take(consumed)
      if status != TIDE_OK { return status }
      if consumed == 0 { break }
    }
    crew.close(job)
    countMismatches()
    return TIDE_OK
  }

  /// Notes how many values did not fit their column, each once whoever decoded it.
  func countMismatches() {
    let others = crew.map { Int($0.mismatches) - Int($0.mismatchesOfSource) } ?? 0
    counters.set(Count.mismatches, max(Int(decoder?.mismatches ?? 0) + others, 0))
  }

  /// Gives the rows of a frame the ids that follow those before.
  private func number(_ block: UnsafeMutablePointer<tide_block>, partition: UInt32) {
    let frame = tide_block_frame(block)!
    let first = rowIds.take(Int(frame.pointee.rows), of: partition)
    let column = tide_role(frame, UInt32(TIDE_ROLE_ID))
    guard column >= 0, tide_col(frame, column).pointee.enc == UInt8(TIDE_SEQ) else { return }
    let data = Int(tide_col(frame, column).pointee.data)
    UnsafeMutableRawPointer(frame).storeBytes(of: first, toByteOffset: data, as: Int64.self)
  }
}
