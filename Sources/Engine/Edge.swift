import CHost
import CTidemill
import Frames
import PluginManifest
import Rings

/// A connection at run time: a direct call into the next node of the chain, or a ring to another thread.
final class Edge: @unchecked Sendable {
  enum Count {
    static let pushed = 0, popped = 1, dropped = 2, droppedFrames = 3, pushedFrames = 4, leastThreshold = 5, total = 6
  }

  let name: String
  /// The node that writes, and the one that reads. They own their edges or live as long, and a batch must not count references.
  private let producer: Unmanaged<Node>, consumer: Unmanaged<Node>
  /// Number of this edge among the target's inputs.
  let input: Int
  /// Port of the target that the rows arrive at.
  let port: UInt32
  /// nil = the target runs on the same thread.
  let ring: FrameRing?
  /// What happens beside waiting when the ring is full; nil = the producer waits, within a fixed credit.
  let policy: EdgePolicy?
  /// Written by the producer's thread.
  let pushedCounters = Counters(count: Count.total)
  /// Written by the consumer's thread.
  private let poppedCounters = Counters(count: Count.total)
  /// Where the edge starts and ends: numbers of nodes and of the output port.
  let from: Int, output: Int, to: Int
  /// Watermark that the next entry must be preceded by; producer's.
  var pendingWatermark: Int64?
  /// The last watermark in the ring; producer's.
  private(set) var queuedWatermark = Int64.min
  /// Idleness that nothing has ended yet: it follows the watermark; producer's.
  var pendingIdle = false
  /// The target takes the edge for idle, or is about to; producer's.
  private var isIdle = false

  init(
    name: String, from: Node, output: Int, target: Node, input: Int, port: UInt32, ring: FrameRing?, buffer: EdgeBuffer?
  ) {
    self.name = name
    self.from = from.index
    self.output = output
    to = target.index
    producer = .passUnretained(from)
    consumer = .passUnretained(target)
    self.input = input
    self.port = port
    self.ring = ring
    policy = buffer.flatMap { EdgePolicy($0) }
  }

  deinit {
    pushedCounters.deallocate()
    poppedCounters.deallocate()
  }

  /// The node that reads.
  var target: Node { consumer.takeUnretainedValue() }

  /// Passes a batch on. False when the pipeline was forced to stop meanwhile; the rows are then counted as dropped. Producer only.
  /// Sets the batch's port, which is the caller's to overwrite.
  func push(_ passed: UnsafeMutablePointer<tide_passed>) -> Bool {
    let rows = Int(passed.pointee.batch.count)
    pushedCounters.add(Count.pushed, rows)
    if let ring { return queue(passed, in: ring) }
    passed.pointee.batch.port = port
    return consumer._withUnsafeGuaranteedRef { $0.deliver(passed, input: input) }
  }

  private func queue(_ passed: UnsafePointer<tide_passed>, in ring: FrameRing) -> Bool {
    let chain = producer.takeUnretainedValue().chain!
    if let policy { return push(passed, through: ring, by: policy, from: chain) }
    return push(passed, waitingFor: ring, from: chain)
  }

  /// Passes a batch on as soon as there is room.
  func push(_ passed: UnsafePointer<tide_passed>, waitingFor ring: FrameRing, from chain: Chain) -> Bool {
    let rows = Int(passed.pointee.batch.count)
    guard chain.holdOverdraft(ring, bytes: Self.charge(for: passed.pointee.block)) else {
      pushedCounters.add(Count.dropped, rows)
      return false
    }
    guard let entry = entry(of: passed, chain) else {
      pushedCounters.add(Count.dropped, rows)
      return true
    }
    append(entry, to: ring)
    return true
  }

  /// What stands for a batch in a ring; nil, and a failed pipeline, when memory is out.
  func entry(of passed: UnsafePointer<tide_passed>, _ chain: Chain) -> tide_entry? {
    if let entry = Self.entry(of: passed, pool: chain.pool) { return entry }
    chain.pipeline.fail(PipelineError(node: target.spec.name, message: "out of memory for what waits on \(name)"))
    return nil
  }

  /// Puts a frame into the ring, and what was announced before it.
  func append(_ entry: tide_entry, to ring: FrameRing) {
    pendingIdle = false
    isIdle = false
    flushWatermark()
    pushedCounters.add(Count.pushedFrames, 1)
    guard ring.push(entry) else { preconditionFailure("edge \(name): credit and overdraft exceed the ring") }
  }

  /// What a block costs the edges that it waits on: all of its memory.
  static func charge(for block: UnsafeMutablePointer<tide_block>) -> Int {
    MemoryLayout<tide_block>.size + Int(block.pointee.capacity)
  }

  /// A queued frame of which less than one row in this many is wanted is cut down to those rows.
  private static let compactionShare: UInt32 = 8

  /// What stands for a batch in a ring: the block itself, a kept copy of the selection, or a smaller frame with just those rows.
  /// nil when memory is out.
  private static func entry(of passed: UnsafePointer<tide_passed>, pool: FramePool) -> tide_entry? {
    let batch = passed.pointee.batch
    let block = passed.pointee.block!
    let flags = passed.pointee.alone == 0 ? 0 : UInt16(TIDE_ENTRY_ALONE)
    if let selection = batch.selection, batch.count < batch.frame.pointee.rows / compactionShare {
      let frame = FrameView(batch.frame)
      let bytes = FrameCompactor.byteCount(of: frame, selection: selection, count: Int(batch.count))
      guard let small = pool.take(bytes) else { return nil }
      FrameCompactor.compact(
        frame, selection: selection, count: Int(batch.count), into: tide_block_bytes(small), capacity: bytes)
      return tide_entry(
        ref: UInt64(UInt(bitPattern: small)), len: UInt32(charge(for: small)), kind: UInt16(TIDE_ENTRY_FRAME), flags: flags)
    }
    if batch.selection == nil {
      tide_block_retain(block, 1)
      return tide_entry(
        ref: UInt64(UInt(bitPattern: block)), len: UInt32(charge(for: block)), kind: UInt16(TIDE_ENTRY_FRAME), flags: flags)
    }
    return withUnsafePointer(to: batch) {
      guard let kept = tide_keep($0, block) else { return nil }
      let bytes = charge(for: block) + MemoryLayout<tide_kept>.size + MemoryLayout<UInt16>.size * Int(batch.count)
      return tide_entry(
        ref: UInt64(UInt(bitPattern: kept)), len: UInt32(bytes), kind: UInt16(TIDE_ENTRY_SELECTION), flags: flags)
    }
  }

  /// Announces a watermark; in a ring it may be merged with a later one as long as no rows lie between. Producer only.
  func send(watermark: Int64) {
    isIdle = false
    if ring == nil {
      target.receive(watermark: watermark, input: input)
    } else {
      pendingWatermark = watermark
      pendingIdle = false
    }
  }

  /// True when the ring takes what was announced: a waiting edge within its credit, another while there is room. Producer only.
  var takesControl: Bool {
    guard let ring else { return false }
    return ring.discipline == .waiting ? ring.hasCredit : ring.hasControlRoom
  }

  /// Something was announced that could be put into the ring now. Producer only.
  var hasControlToPut: Bool { (pendingWatermark != nil || pendingIdle) && takesControl }

  /// Puts what was announced into the ring: a watermark, and idleness behind it. Producer only, where `takesControl`.
  func flushControl() {
    flushWatermark()
    guard pendingIdle, let ring else { return }
    pendingIdle = false
    guard ring.push(tide_entry(ref: 0, len: 0, kind: UInt16(TIDE_ENTRY_IDLE), flags: 0)) else {
      preconditionFailure("edge \(name): no room for idleness")
    }
  }

  private func flushWatermark() {
    guard let watermark = pendingWatermark, let ring else { return }
    pendingWatermark = nil
    queuedWatermark = watermark
    let entry = tide_entry(ref: UInt64(bitPattern: watermark), len: 0, kind: UInt16(TIDE_ENTRY_WATERMARK), flags: 0)
    guard ring.push(entry) else { preconditionFailure("edge \(name): no room for a watermark") }
  }

  /// Takes the edge out of the target's minimum until its next row; in a ring, when the call in progress has returned. Producer only.
  func sendIdle() {
    isIdle = true
    if ring == nil { target.receiveIdle(input: input) } else { pendingIdle = true }
  }

  /// The producer has rows again, but none for this edge: it counts in the target's minimum once more. Producer only.
  func endIdleness() { if isIdle { send(watermark: producer.takeUnretainedValue().sentWatermark) } }

  /// Ends the edge: nothing follows. Producer only.
  func sendEnd() {
    guard let ring else { return target.receiveEnd(input: input) }
    flushWatermark()
    guard ring.push(tide_entry(ref: 0, len: 0, kind: UInt16(TIDE_ENTRY_END), flags: 0)) else {
      preconditionFailure("edge \(name): no room for the end")
    }
  }

  /// Takes one entry off the ring and hands it to the target; false when there was none. Consumer only.
  func drainOne() -> Bool {
    guard let ring, let entry = ring.pop() else { return false }
    switch Int32(entry.kind) {
    case TIDE_ENTRY_WATERMARK: target.receive(watermark: Int64(bitPattern: entry.ref), input: input)
    case TIDE_ENTRY_IDLE: target.receiveIdle(input: input)
    case TIDE_ENTRY_END: target.receiveEnd(input: input)
    default:
      Self.withPassed(entry) { passed in
        poppedCounters.add(Count.popped, Int(passed.pointee.batch.count))
        passed.pointee.batch.port = port
        _ = target.deliver(passed, input: input)
      }
    }
    return true
  }

  /// Drops what is still queued after a forced stop and counts it. Only when no thread uses the edge any more.
  func discardQueued() {
    while let entry = ring?.pop() {
      guard Int32(entry.kind) <= TIDE_ENTRY_SELECTION else { continue }
      Self.withPassed(entry) { poppedCounters.add(Count.dropped, Int($0.pointee.batch.count)) }
    }
  }

  /// Drops the frame that an entry of the ring stands for, and gives the number of its rows.
  static func release(_ entry: tide_entry) -> Int {
    var rows = 0
    withPassed(entry) { rows = Int($0.pointee.batch.count) }
    return rows
  }

  /// Gives a queued batch to `body` and drops its reference afterwards.
  private static func withPassed(_ entry: tide_entry, _ body: (UnsafeMutablePointer<tide_passed>) -> Void) {
    if Int32(entry.kind) == TIDE_ENTRY_SELECTION {
      let kept = UnsafeMutablePointer<tide_kept>(bitPattern: UInt(entry.ref))!
      // A kept batch may be shared; its port is this edge's for the time of the call.
      var passed = kept.pointee.passed
      passed.alone = UInt32(entry.flags) & UInt32(TIDE_ENTRY_ALONE)
      body(&passed)
      tide_kept_release(kept)
    } else {
      let block = UnsafeMutablePointer<tide_block>(bitPattern: UInt(entry.ref))!
      let frame = tide_block_frame(block)!
      var passed = tide_passed(whole: frame, block: block)
      passed.alone = UInt32(entry.flags) & UInt32(TIDE_ENTRY_ALONE)
      body(&passed)
      tide_block_release(block)
    }
  }

  /// Rows so far; exact when no thread uses the edge. Any thread.
  var books: Books.Edge {
    var books = Books.Edge(name: name)
    books.popped = poppedCounters.read(Count.popped)
    books.dropped = pushedCounters.read(Count.dropped) + poppedCounters.read(Count.dropped)
    books.pushed = pushedCounters.read(Count.pushed)
    // A direct call hands over what it pushes.
    if ring == nil { books.popped = books.pushed }
    books.queued = ring == nil ? 0 : books.pushed &- books.popped &- books.dropped
    (books.from, books.output, books.to) = (from, output, to)
    books.queuedFrames = ring.map { tide_ring_queued($0.ring) } ?? 0
    books.capacityFrames = ring?.capacityFrames
    books.droppedFrames = pushedCounters.read(Count.droppedFrames)
    books.policy = policy?.buffer.policy ?? (ring == nil ? nil : EdgeBuffer.WhenFull.block.rawValue)
    let threshold = pushedCounters.read(Count.leastThreshold)
    if threshold > 0 { books.leastShare = SampleShare.share(threshold: threshold) }
    if policy?.adaptive != nil { books.creditBytes = ring?.creditBytes }
    return books
  }
}

extension tide_passed {
  /// All rows of a frame.
  init(whole frame: UnsafeMutablePointer<tide_frame>, block: UnsafeMutablePointer<tide_block>) {
    let batch = tide_batch(
      size: UInt32(MemoryLayout<tide_batch>.size), port: 0, frame: frame, selection: nil, count: frame.pointee.rows, reserved: 0
    )
    self.init(batch: batch, block: block, alone: 0, reserved: 0)
  }
}
