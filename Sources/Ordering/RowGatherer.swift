import PluginKit

/// Puts the next rows of several runs into one frame, in their order.
///
/// Rows are counted out first (`take`), then copied by columns (`write`): no row is copied alone.
final class RowGatherer {
  /// What a frame has at most.
  struct Bounds {
    var rows: Int
    /// About.
    var bytes: Int
  }

  struct Segment {
    let run: Run.Reference
    let start: Int
    var count = 0
    /// Number of its first row among those of all segments.
    var base = 0
  }

  @exclusivity(unchecked) private(set) var segments: [Segment] = []
  private var count = 0
  /// For each row its segment, and its number there in the lower half.
  private let order = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameLimits.maxRows)
  private let numbers = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  /// 0 and up.
  private let all = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  private let merger = FrameMerger()
  private let copies: FrameDeriver
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init() throws {
    copies = try FrameDeriver([])
    for row in 0..<FrameLimits.maxRows { all[row] = UInt16(truncatingIfNeeded: row) }
  }

  deinit {
    order.deallocate()
    numbers.deallocate()
    all.deallocate()
    scratch.deallocate()
  }

  /// Takes the least rows of the runs in a heap, before `time` or all; the runs' cursors move behind them. False without any.
  func take(from heap: RunHeap, before time: Int64?, _ bounds: Bounds) -> Bool {
    segments.removeAll(keepingCapacity: true)
    var (count, bytes, nested) = (0, 0, 0)
    while count < bounds.rows, bytes < bounds.bytes, let first = heap.first, time.map({ first.key.time < $0 }) ?? true {
      let run = first.run
      if run.pointee.segment < 0 {
        nested += run.pointee.nestedValues
        if let one = segments.first, !run.pointee.fits(one.run.pointee) || nested > FrameLimits.maxNestedValues { break }
        run.pointee.segment = segments.count
        segments.append(Segment(run: run, start: run.pointee.cursor))
        run.pointee.start = run.pointee.cursor
      }
      let rowBytes = run.pointee.rowBytes
      let room = min(bounds.rows - count, 1 + (bounds.bytes - bytes) / rowBytes)
      let taken = take(of: run, before: time, until: heap.second, at: count, most: room, heap)
      count &+= taken
      bytes &+= taken &* rowBytes
      heap.settleFirst()
    }
    for at in segments.indices {
      let run = segments[at].run
      segments[at].count = run.pointee.cursor - segments[at].start
      run.pointee.segment = -1
    }
    self.count = count
    return count > 0
  }

  @inline(__always)
  private func take(
    of run: Run.Reference, before time: Int64?, until second: RunHeap.Entry?, at start: Int, most: Int, _ heap: RunHeap
  ) -> Int {
    let limit = time ?? .max, isBounded = time != nil
    let (keys, rows, order) = (run.pointee.keys, run.pointee.rows, order)
    let segment = UInt32(truncatingIfNeeded: run.pointee.segment) << 16
    let offset = run.pointee.cursor &- run.pointee.start
    var taken = 0
    repeat {
      order[start &+ taken] = segment | UInt32(truncatingIfNeeded: offset &+ taken)
      taken &+= 1
      run.pointee.cursor &+= 1
      guard taken < most, run.pointee.cursor < rows else { break }
      if isBounded, keys[run.pointee.cursor].time >= limit { break }
    } while second.map { heap.goesOn(run, before: $0) } ?? true
    return taken
  }

  /// Gives back what was taken; the heap has to be filled anew.
  func undo() {
    for segment in segments { segment.run.pointee.cursor = segment.start }
    segments.removeAll(keepingCapacity: true)
  }

  /// Writes what was taken, as one frame, or as several where it is longer than frames may be.
  func write(
    reserve: (_ bytes: Int) throws -> UnsafeMutableRawPointer, commit: (_ length: Int) throws -> Void
  ) throws {
    if segments.count == 1 {
      let rows = FrameDeriver.Rows(all + segments[0].start, count: count)
      return try copies.derive(segments[0].run.pointee.frame, rows, values: [], reserve: reserve, commit: commit)
    }
    var base = 0
    for at in segments.indices {
      let segment = segments[at]
      merger.append(segment.run.pointee.frame, segment.start..<segment.start + segment.count)
      segments[at].base = base
      base += segment.count
    }
    defer { merger.reset() }
    let length = merger.byteCount
    let isInOrder = segments.withUnsafeBufferPointer { number($0) }
    if isInOrder, length <= FrameLimits.defaultMaxBytes {
      merger.write(into: try reserve(length), capacity: length)
      return try commit(length)
    }
    if scratch.count < length {
      scratch.deallocate()
      scratch = .allocate(byteCount: length + length / 2, alignment: FrameLimits.alignment)
    }
    merger.write(into: scratch.baseAddress!, capacity: scratch.count)
    try copies.derive(
      FrameView(bytes: scratch.baseAddress!), .init(numbers, count: count, areRepeated: true), values: [], reserve: reserve,
      commit: commit)
  }

  /// Numbers the rows by their places in what is merged; true when these ascend by one.
  private func number(_ segments: UnsafeBufferPointer<Segment>) -> Bool {
    let (order, numbers, count) = (order, numbers, count)
    var misplaced = 0
    var at = 0
    while at < count {
      let number = segments[Int(order[at] >> 16)].base &+ Int(order[at] & 0xFFFF)
      numbers[at] = UInt16(truncatingIfNeeded: number)
      misplaced |= number ^ at
      at &+= 1
    }
    return misplaced == 0
  }

  /// Copies the rows of a run that are left; what is handed out is gone behind the call.
  func copy(rest run: Run, _ body: (FrameView) throws -> Void) throws {
    try copy(run.frame, .init(all + run.cursor, count: run.left), body)
  }

  /// The same of some rows of a frame.
  func copy(_ frame: FrameView, _ rows: FrameDeriver.Rows, _ body: (FrameView) throws -> Void) throws {
    var memory = UnsafeMutableRawPointer(bitPattern: 1)!
    try copies.derive(frame, rows, values: []) { bytes in
      memory = .allocate(byteCount: bytes, alignment: FrameLimits.alignment)
      return memory
    } commit: { _ in
      defer { memory.deallocate() }
      try body(FrameView(bytes: memory))
    }
  }
}
