import PluginKit

/// Rows that wait for the watermark, of frames of any size and schema.
///
/// What comes becomes a *run*: a copy of the rows, in order. What goes is taken from the fronts of all runs. Small runs are merged, 32
/// at a time, so that streams of tiny frames take little more room than others; runs of which little is left are copied once they take
/// up too much.
public final class HeldRows {
  /// A frame of rows in order, in memory of its own.
  public final class Frame {
    public let frame: FrameView
    init(_ memory: UnsafeMutableRawPointer) { frame = FrameView(bytes: memory) }
    deinit { UnsafeMutableRawPointer(mutating: frame.frame).deallocate() }
  }

  /// Frames that one call sends at most: between calls the host serves whatever else is due.
  private static let framesPerCall = 16
  private static let sent = RowGatherer.Bounds(rows: 4096, bytes: 512 << 10)
  private static let merged = RowGatherer.Bounds(rows: FrameLimits.maxRows, bytes: 4 << 20)
  /// Runs of fewer rows than these and fewer bytes are merged with their like.
  private static let smallRows = [32, 1024]
  private static let smallBytes = 256 << 10
  private static let fewRuns = 32

  private let ties = RowTies()
  private let keys = RowKeys()
  private let heap: RunHeap
  let gatherer: RowGatherer
  private let copies: FrameDeriver
  private let pool = RunPool()
  private let numbers = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  /// In the order in which they were made.
  @exclusivity(unchecked) private(set) var runs: [Run.Reference] = []
  /// Of the runs that are replaced: all, those that fit each other, and what is made of them.
  private var chosen: [Run.Reference] = []
  private let parts: RunHeap
  private var made: [Run.Reference] = []
  /// Small runs of each size since the last look at them, and how many call for one.
  private var small = [0, 0]
  private var mergeAt = [HeldRows.fewRuns, HeldRows.fewRuns]

  /// Rows that wait.
  @exclusivity(unchecked) public private(set) var count = 0
  /// Memory of all runs, and about what the rows need that are left.
  @exclusivity(unchecked) public private(set) var byteCount = 0
  @exclusivity(unchecked) private var neededBytes = 0

  public init() throws {
    heap = RunHeap(ties)
    parts = RunHeap(ties)
    gatherer = try RowGatherer()
    copies = try FrameDeriver([])
  }

  deinit {
    for run in runs { pool.give(Run.destroy(run)) }
    numbers.deallocate()
  }

  // MARK: In

  /// Copies rows of a frame, which has event times; `rows` nil: the first `count` ones.
  public func add(_ frame: FrameView, rows: UnsafePointer<UInt16>?, count: Int) throws {
    guard count > 0 else { return }
    let hasMoved = keys.sort(frame, rows: rows, count: count, ties)
    if !hasMoved, count == frame.rows {
      let block = pool.take(frameBytes: frame.byteCount, rows: count)
      block.memory.copyMemory(from: frame.frame, byteCount: frame.byteCount)
      return insert(Run.make(block, entries: keys.entries))
    }
    for at in 0..<count { numbers[at] = UInt16(truncatingIfNeeded: keys.entries[at].row) }
    var done = 0
    var block: RunPool.Block?
    try copies.derive(frame, .init(numbers, count: count, areRepeated: hasMoved), values: []) { bytes in
      let taken = pool.take(frameBytes: bytes, rows: count)
      block = taken
      return taken.memory
    } commit: { _ in
      guard let block else { return }
      let run = Run.make(block, entries: keys.entries + done)
      done += run.pointee.rows
      insert(run)
    }
  }

  private func insert(_ run: Run.Reference) {
    runs.append(run)
    heap.push(run)
    count += run.pointee.left
    byteCount += run.pointee.byteCount
    neededBytes += run.pointee.rowBytes * run.pointee.rows
    if let size = Self.size(run.pointee) { small[size] += 1 }
  }

  // MARK: Out

  /// Sends the rows before `time`, nil: all, in their order. False when there are more.
  public func send(before time: Int64?, _ out: inout Output) throws -> Bool {
    for _ in 0..<Self.framesPerCall {
      let isSome = try take(before: time) { gathered in
        try out.frames { try gathered.write(reserve: $0, commit: $1) }
      }
      guard isSome else { return true }
    }
    return !(time.map(hasRows) ?? (count > 0))
  }

  /// Takes some of the rows before `time`, nil: all, in their order: one frame, or more where that would be too long, or none when there
  /// are no such rows.
  public func next(before time: Int64?) throws -> [Frame] {
    var frames: [Frame] = []
    _ = try take(before: time) { gathered in
      var memory: UnsafeMutableRawPointer?
      try gathered.write { bytes in
        let taken = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: FrameLimits.alignment)
        memory = taken
        return taken
      } commit: { _ in
        if let memory { frames.append(Frame(memory)) }
      }
    }
    return frames
  }

  /// Hands out the next rows of a frame. False when there are none.
  private func take(before time: Int64?, _ body: (RowGatherer) throws -> Void) throws -> Bool {
    guard gatherer.take(from: heap, before: time, Self.sent) else { return false }
    do {
      try body(gatherer)
    } catch {
      gatherer.undo()
      fillHeap()
      throw error
    }
    settle()
    if byteCount > 1 << 20, byteCount / 4 > neededBytes { try shrink() }
    return true
  }

  /// True when a row before `time` waits.
  public func hasRows(before time: Int64) -> Bool { heap.first.map { $0.key.time < time } ?? false }

  /// Counts out what has left, and lets go of runs that have nothing more.
  private func settle() {
    var areSomeDone = false
    for segment in gatherer.segments {
      count -= segment.count
      neededBytes -= segment.count * segment.run.pointee.rowBytes
      if segment.run.pointee.left == 0 { areSomeDone = true }
    }
    if areSomeDone { drop { $0.left == 0 } }
  }

  private func drop(_ isDone: (Run) -> Bool) {
    runs.removeAll { run in
      guard isDone(run.pointee) else { return false }
      byteCount -= run.pointee.byteCount
      neededBytes -= run.pointee.rowBytes * run.pointee.left
      count -= run.pointee.left
      pool.give(Run.destroy(run))
      return true
    }
  }

  private func fillHeap() {
    heap.removeAll()
    for run in runs { heap.push(run) }
  }

  // MARK: Fewer runs

  private static func size(_ run: Run) -> Int? {
    guard run.frame.byteCount < smallBytes else { return nil }
    return smallRows.firstIndex { run.left < $0 }
  }

  /// Merges small runs where there are many.
  public func merge() throws {
    for size in small.indices where small[size] >= mergeAt[size] {
      try replace { Self.size($0) == size }
      small[size] = runs.count { Self.size($0.pointee) == size }
      // Those of different schemas stay apart, and need not be looked at all the time.
      mergeAt[size] = max(Self.fewRuns, 2 * small[size])
    }
  }

  /// Copies what is left of runs that are half empty or more.
  func shrink() throws { try replace { $0.left <= $0.rows / 2 } }

  /// Puts the rows of some runs into new ones, as few as can be.
  private func replace(_ isChosen: (Run) -> Bool) throws {
    chosen.removeAll(keepingCapacity: true)
    made.removeAll(keepingCapacity: true)
    for run in runs where isChosen(run.pointee) { chosen.append(run) }
    while let first = chosen.first {
      parts.removeAll()
      for run in chosen where run.pointee.fits(first.pointee) || run == first { parts.push(run) }
      chosen.removeAll { $0.pointee.fits(first.pointee) || $0 == first }
      // One alone is as small as it can be, unless some of it has left.
      if parts.count == 1, first.pointee.cursor == 0 { continue }
      while gatherer.take(from: parts, before: nil, Self.merged) {
        try writeRuns()
        for segment in gatherer.segments {
          count -= segment.count
          neededBytes -= segment.count * segment.run.pointee.rowBytes
        }
      }
    }
    guard !made.isEmpty else { return }
    drop { $0.left == 0 }
    fillHeap()
    for run in made { insert(run) }
  }

  /// Makes runs of what was gathered.
  private func writeRuns() throws {
    let rows = gatherer.segments.reduce(0) { $0 + $1.count }
    var block: RunPool.Block?
    try gatherer.write { bytes in
      let taken = pool.take(frameBytes: bytes, rows: rows)
      block = taken
      return taken.memory
    } commit: { _ in
      if let block { made.append(Run.make(block)) }
    }
  }
}
