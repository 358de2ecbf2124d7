import PluginKit

/// Remembers keys, and for each the times around which its rows are repeated.
///
/// A run is a stretch of event time that stands for rows that were seen: the one that passed, and with `extend` those that
/// repeated it. A row repeats a run that is less than `ttl` away, unless the watermark before the row is `ttl` past the run:
/// so what a row is depends on the rows of its key alone. Memory is given back when the watermark has come so far, at most an
/// eighth of `ttl` later.
final class ExactMemory: DedupeMemory {
  private struct Run {
    var first: Int64
    var last: Int64
    /// The key's next run, by its place + 1; of a free one the next free one.
    var next: UInt32
  }

  private static let mark: UInt8 = 1

  /// The greatest number stands for ever.
  private let ttl: Int64
  private let fields: Int
  private let extends: Bool
  private let keys = KeyTable()
  /// By key: its first run, by place + 1; 0 = none.
  private let heads = ValueBuffer<UInt32>()
  private let runs = ValueBuffer<Run>()
  private var firstFree: UInt32 = 0
  private(set) var keyCount = 0
  private let verdicts = UnsafeMutablePointer<Bool>.allocate(capacity: FrameLimits.maxRows)
  /// No run ends before.
  private var leastEnd = Int64.max
  private var nextLook = Int64.min
  let forgotten = 0

  init(ttl: Int64?, fields: Int, extends: Bool) {
    self.ttl = ttl ?? .max
    self.fields = fields
    self.extends = extends
  }

  deinit { verdicts.deallocate() }

  var byteCount: Int { keys.byteCount + heads.count * 4 + runs.count * MemoryLayout<Run>.stride }

  func judge(_ batch: Batch, _ columns: [ColumnView], _ moments: Moments) -> UnsafePointer<Bool> {
    let numbers = keys.numbers(of: batch, by: columns)
    reserve()
    var at = 0
    while at < batch.count {
      verdicts[at] = isNew(numbers[at], at: moments.times[at], behind: moments.watermark(at))
      at &+= 1
    }
    sweepKeys()
    return UnsafePointer(verdicts)
  }

  private func reserve() { if keys.limit > heads.count { heads.append(repeating: 0, count: keys.limit - heads.count) } }

  /// Gives back the numbers of keys that have no run, when there are many of them.
  private func sweepKeys() { if keys.count - keyCount > max(keyCount, 64) { keys.sweep() } }

  @inline(__always)
  private func isNew(_ key: UInt32, at time: Int64, behind watermark: Int64) -> Bool {
    let head = heads[Int(key)]
    if head != 0 {
      let run = runs.base + Int(head &- 1)
      // Most keys have one run, and most rows lie in it.
      if run.pointee.next == 0, !extends || (time >= run.pointee.first && time <= run.pointee.last) {
        if repeats(run.pointee, time, watermark) { return false }
      } else if extend(key, to: time, watermark) {
        return false
      }
    } else if NoKey.isOne(keys.key(key), fields: fields) {
      return true
    }
    // Also one that is late in its own partition: rows of another one, which lags, may repeat it.
    add(key, Run(first: time, last: time, next: 0))
    return true
  }

  @inline(__always)
  private func repeats(_ run: Run, _ time: Int64, _ watermark: Int64) -> Bool {
    if ttl == .max { return true }
    let end = Self.sum(run.last, ttl)
    return time < end && watermark < end && run.first < Self.sum(time, ttl)
  }

  /// A row that repeats runs joins them into one, with `extend`. False when it repeats none.
  private func extend(_ key: UInt32, to time: Int64, _ watermark: Int64) -> Bool {
    var joined: UInt32 = 0
    var before: UInt32 = 0
    var at = heads[Int(key)]
    while at != 0 {
      let run = runs.base + Int(at &- 1)
      let next = run.pointee.next
      guard repeats(run.pointee, time, watermark) else {
        (before, at) = (at, next)
        continue
      }
      if !extends { return true }
      if joined == 0 {
        joined = at
        run.pointee.first = min(run.pointee.first, time)
        run.pointee.last = max(run.pointee.last, time)
        before = at
      } else {
        let kept = runs.base + Int(joined &- 1)
        kept.pointee.first = min(kept.pointee.first, run.pointee.first)
        kept.pointee.last = max(kept.pointee.last, run.pointee.last)
        runs.base[Int(before &- 1)].next = next
        free(at)
      }
      at = next
    }
    return joined != 0
  }

  private func add(_ key: UInt32, _ run: Run) {
    if heads[Int(key)] == 0 {
      keyCount += 1
      keys.uses[Int(key)] = 1
    }
    var run = run
    run.next = heads[Int(key)]
    leastEnd = min(leastEnd, Self.sum(run.last, ttl))
    if firstFree != 0 {
      let place = firstFree
      firstFree = runs[Int(place &- 1)].next
      runs[Int(place &- 1)] = run
      heads[Int(key)] = place
    } else {
      precondition(runs.count < Int(UInt32.max), "a memory holds less than 2^32 runs")
      runs.append(run)
      heads[Int(key)] = UInt32(truncatingIfNeeded: runs.count)
    }
  }

  private func free(_ place: UInt32) {
    runs[Int(place &- 1)] = Run(first: 0, last: 0, next: firstFree)
    firstFree = place
  }

  @inline(__always)
  private static func sum(_ time: Int64, _ ttl: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(ttl)
    return overflow ? .max : sum
  }

  // MARK: Expiry

  func expire(soonAt watermark: Int64) {
    guard watermark >= nextLook else { return }
    expire(at: watermark)
    nextLook = Self.sum(watermark, ttl / 8)
  }

  func expire(at watermark: Int64) {
    guard ttl < .max, watermark >= leastEnd, watermark < .max else { return }
    leastEnd = .max
    for key in 0..<heads.count where heads[key] != 0 { prune(key, watermark) }
    sweepKeys()
  }

  private func prune(_ key: Int, _ watermark: Int64) {
    var kept: UInt32 = 0
    var at = heads[key]
    heads[key] = 0
    while at != 0 {
      let run = runs[Int(at &- 1)]
      let end = Self.sum(run.last, ttl)
      if watermark >= end {
        free(at)
      } else {
        leastEnd = min(leastEnd, end)
        if kept == 0 { heads[key] = at } else { runs.base[Int(kept &- 1)].next = at }
        runs.base[Int(at &- 1)].next = 0
        kept = at
      }
      at = run.next
    }
    if kept == 0 {
      keyCount -= 1
      keys.uses[key] = 0
    }
  }

  // MARK: Snapshots

  /// By key group a mark, then for each key, in their order: the key, how many runs, and of each its first and last time.
  func snapshot(_ writer: StateWriter) throws {
    var marked = [Bool](repeating: false, count: Int(TIDE_KEY_GROUPS))
    for key in keys.ordered() where Int(key) < heads.count && heads[Int(key)] != 0 {
      let group = keys.group(key)
      if !marked[Int(group)] { try writer.write(Self.mark, group: group) }
      marked[Int(group)] = true
      try KeyState.write(keys.key(key), writer, group)
      var own: [Run] = []
      var at = heads[Int(key)]
      while at != 0 {
        own.append(runs[Int(at &- 1)])
        at = own.last!.next
      }
      try writer.write(UInt32(truncatingIfNeeded: own.count), group: group)
      for run in own.sorted(by: { ($0.first, $0.last) < ($1.first, $1.last) }) {
        try writer.write(run.first, group: group)
        try writer.write(run.last, group: group)
      }
    }
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    guard let mark = try reader.readUnlessAtEnd(UInt8.self) else { return }
    guard mark == Self.mark else { throw PluginError(.state, "the saved keys are of a bounded memory, and this one is exact") }
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try KeyState.read(reader, keys, fields: fields, of: "keys", length: length, group)
      reserve()
      let count = try reader.read(UInt32.self)
      guard heads[Int(key)] == 0, count > 0 else {
        throw PluginError(.state, "the saved keys hold a key twice, or without a time")
      }
      for _ in 0..<count {
        let run = Run(first: try reader.read(), last: try reader.read(), next: 0)
        guard run.first <= run.last else {
          throw PluginError(.state, "the saved keys hold a time before the one that it follows")
        }
        add(key, run)
      }
    }
  }
}
