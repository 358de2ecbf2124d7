import Aggregates
import PluginKit

/// Sessions: rows of a key between which there is never more than `gap`.
///
/// A session that has fired is kept as long as a row in time can still touch it, and fires again as a correction when one does. A
/// row is in time by its own watermark alone, as if it were a session by itself, so that the sessions are those of the rows
/// whatever order partitions come in.
final class SessionWindows: WindowStore {
  let context: WindowContext
  let gap: Int64
  let pool: StretchPool
  var heads = StretchHeads()
  private var due = DueHeap<Stretch.Reference>()
  private var firing: [Stretch.Reference] = []
  private var isFiring = false
  private let block = ResultBlock(recordBytes: 0)
  private(set) var hasChanges = false

  init(_ context: WindowContext, gap: Int64) {
    self.context = context
    self.gap = gap
    pool = StretchPool(context.aggregates, context.keys)
  }

  deinit {
    forEach { pool.give($0) }
    heads.deallocate()
  }

  var byteCount: Int { pool.byteCount + heads.byteCount + due.byteCount }

  private func forEach(_ body: (Stretch.Reference) throws -> Void) rethrows {
    for key in 0..<min(heads.capacity, context.keys.limit) {
      var next = heads.heads[key]
      while let stretch = next {
        next = stretch.pointee.next
        try body(stretch)
      }
    }
  }

  // MARK: Rows

  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    heads.reserve(context.keys.limit)
    let (heads, rowTimes, gap) = (heads.heads, times.times, gap)
    let areInTime = !times.areSomeBehind && !isLate(times.least, context.watermark)
    var at = 0
    while at < batch.count {
      let (key, time) = (keys[at], rowTimes[at])
      // The common case: the key's only session, which has not fired, goes on.
      if areInTime, let only = heads[Int(key)], only.pointee.next == nil, only.pointee.isOpen,
        Self.add(only.pointee.last, gap) >= time, Self.subtract(only.pointee.first, gap) <= time
      {
        only.pointee.first = min(only.pointee.first, time)
        only.pointee.last = max(only.pointee.last, time)
        only.pointee.isChanged = true
        context.add(at, to: only.aggregates)
      } else {
        let row = batch.selection.map { Int($0[at]) } ?? at
        try take(at, batch, key, time, max(batch.frame.rowWatermark(row), context.watermark), &out)
      }
      at &+= 1
    }
    hasChanges = true
    context.settle()
    try context.lateRows.send(batch, &out)
  }

  @inline(__always)
  static func add(_ time: Int64, _ length: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(length)
    return overflow ? .max : sum
  }

  @inline(__always)
  static func subtract(_ time: Int64, _ length: Int64) -> Int64 {
    let (rest, overflow) = time.subtractingReportingOverflow(length)
    return overflow ? .min : rest
  }

  private func isLate(_ time: Int64, _ mark: Int64) -> Bool { mark == .max || mark > context.closing(Self.add(time, gap)) }

  /// True when the watermark is behind the end of a session.
  private func isDue(_ stretch: Stretch.Reference) -> Bool {
    context.watermark == .max || context.watermark > Self.add(stretch.pointee.last, gap)
  }

  /// When no row in time can touch a session any more.
  private func closing(_ stretch: Stretch.Reference) -> Int64 {
    context.closing(Self.add(Self.add(stretch.pointee.last, gap), gap))
  }

  private func take(
    _ at: Int, _ batch: Batch, _ key: UInt32, _ time: Int64, _ mark: Int64, _ out: inout Output
  ) throws {
    if isLate(time, mark) {
      let lateness = Self.subtract(mark, context.closing(Self.add(time, gap)))
      return context.lateRows.add(at, of: batch, by: lateness)
    }
    let session = session(key, touching: time)
    context.add(at, to: session.aggregates)
    session.pointee.isChanged = true
    if !session.pointee.isOpen {
      session.pointee.isOpen = true
      session.pointee.serial = pool.nextSerial()
      due.push(Self.add(session.pointee.last, gap), session.pointee.serial, session)
    }
    guard isDue(session) else { return }
    context.settle()
    try emit([session], isEarly: false, .max, &out)
    keep(session)
  }

  /// The one session of all that a time touches, which now holds it; a new one when there are none.
  private func session(_ key: UInt32, touching time: Int64) -> Stretch.Reference {
    var before: Stretch.Reference?
    var next = heads.heads[Int(key)]
    while let stretch = next, Self.add(stretch.pointee.last, gap) < time {
      before = stretch
      next = stretch.pointee.next
    }
    guard let found = next, Self.subtract(found.pointee.first, gap) <= time else {
      let made = pool.make(key, at: time)
      made.pointee.next = next
      link(made, behind: before, key)
      due.push(Self.add(time, gap), made.pointee.serial, made)
      return made
    }
    found.pointee.first = min(found.pointee.first, time)
    found.pointee.last = max(found.pointee.last, time)
    while let other = found.pointee.next, Self.subtract(other.pointee.first, gap) <= found.pointee.last {
      context.settle()
      context.aggregates.merge(other.aggregates, into: found.aggregates)
      found.pointee.last = max(found.pointee.last, other.pointee.last)
      found.pointee.results = max(found.pointee.results, other.pointee.results)
      found.pointee.next = other.pointee.next
      pool.give(other)
    }
    return found
  }

  private func link(_ stretch: Stretch.Reference, behind before: Stretch.Reference?, _ key: UInt32) {
    if let before { before.pointee.next = stretch } else { heads.heads[Int(key)] = stretch }
  }

  private func unlink(_ stretch: Stretch.Reference) {
    let key = stretch.pointee.key
    var before: Stretch.Reference?
    var next = heads.heads[Int(key)]
    while let other = next, other != stretch {
      before = other
      next = other.pointee.next
    }
    if let before { before.pointee.next = stretch.pointee.next } else { heads.heads[Int(key)] = stretch.pointee.next }
  }

  // MARK: Results

  var nextDue: Int64? {
    // Fires when the watermark is behind, not at it.
    due.first.map { Self.add($0.time, 1) }
  }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    if !isFiring {
      collect()
      isFiring = true
    }
    guard try emit(&firing, FiringBudget.frames, &out) else { return false }
    isFiring = false
    try context.results.commit(&out)
    context.sweepKeys()
    return true
  }

  /// Takes the sessions that are due off the heap, in the order of their results, and lets go of those that are kept no longer.
  private func collect() {
    let mark = context.watermark
    while let entry = due.first, entry.time < mark || mark == .max {
      due.pop()
      let session = entry.thing
      guard session.pointee.serial == entry.serial else { continue }
      if !session.pointee.isOpen {
        release(session)
      } else if isDue(session) {
        firing.append(session)
      } else {
        due.push(Self.add(session.pointee.last, gap), entry.serial, session)
      }
    }
    sort(&firing)
  }

  private func sort(_ sessions: inout [Stretch.Reference]) {
    sessions.sort { one, other in
      if one.pointee.last != other.pointee.last { return one.pointee.last < other.pointee.last }
      if one.pointee.first != other.pointee.first { return one.pointee.first < other.pointee.first }
      return context.keys.isBefore(one.pointee.key, other.pointee.key)
    }
  }

  private func emit(_ sessions: [Stretch.Reference], isEarly: Bool, _ frames: Int, _ out: inout Output) throws {
    for (at, session) in sessions.enumerated() { block.items[at] = item(session, isEarly: isEarly) }
    try context.results.append(UnsafeBufferPointer(start: block.items, count: sessions.count), &out)
  }

  /// Gives results of sessions from the front, and keeps those. False when there are more.
  private func emit(_ sessions: inout [Stretch.Reference], _ frames: Int, _ out: inout Output) throws -> Bool {
    var done = 0
    while done < sessions.count, context.results.sent < frames {
      let part = Array(sessions[done..<min(sessions.count, done + ResultBlock.count)])
      try emit(part, isEarly: false, frames, &out)
      for session in part { keep(session) }
      done += part.count
    }
    sessions.removeFirst(done)
    return sessions.isEmpty
  }

  private func item(_ session: Stretch.Reference, isEarly: Bool) -> ResultRows.Item {
    let end = Self.add(session.pointee.last, gap)
    let window = ResultRows.Window(
      start: session.pointee.first, end: end, time: Self.subtract(end, 1), corrections: session.pointee.results,
      isEarly: isEarly)
    return ResultRows.Item(key: session.pointee.key, window: window, place: session.aggregates)
  }

  /// What becomes of a session that has fired.
  private func keep(_ session: Stretch.Reference) {
    session.pointee.isOpen = false
    session.pointee.isChanged = false
    session.pointee.results += 1
    release(session)
  }

  /// Lets go of a session, or looks at it again when it may go.
  private func release(_ session: Stretch.Reference) {
    let end = closing(session)
    if context.watermark == .max || context.watermark > end {
      unlink(session)
      pool.give(session)
    } else {
      session.pointee.serial = pool.nextSerial()
      due.push(end, session.pointee.serial, session)
    }
  }

  func fireEarly(_ out: inout Output) throws {
    var changed: [Stretch.Reference] = []
    forEach { if $0.pointee.isChanged, $0.pointee.isOpen { changed.append($0) } }
    sort(&changed)
    var done = 0
    while done < changed.count {
      let part = Array(changed[done..<min(changed.count, done + ResultBlock.count)])
      try emit(part, isEarly: true, .max, &out)
      for session in part { session.pointee.isChanged = false }
      done += part.count
    }
    hasChanges = false
    try context.results.commit(&out)
  }

  /// A result, which may be a correction, is never earlier than what a row in time can bring.
  var outputWatermark: Int64? { Self.subtract(Self.subtract(context.watermark, context.allowed), 1) }

  // MARK: Snapshots

  /// For each session its key, first, last, results, flags and aggregates, by key and time.
  func snapshot(_ writer: StateWriter) throws {
    for key in context.keys.ordered() where Int(key) < heads.capacity {
      let group = context.keys.group(key)
      var next = heads.heads[Int(key)]
      while let session = next {
        let it = session.pointee
        try KeyState.write(context.keys.key(key), writer, group)
        for number in [it.first, it.last, it.results] { try writer.write(number, group: group) }
        try writer.write((it.isOpen ? 1 : 0) | (it.isChanged ? 2 : 0) as UInt8, group: group)
        try context.aggregates.snapshot(session.aggregates, writer, group: group)
        next = it.next
      }
    }
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try context.readKey(reader, length: length, group)
      heads.reserve(context.keys.limit)
      let (first, last, results) = (try reader.read(Int64.self), try reader.read(Int64.self), try reader.read(Int64.self))
      let flags = try reader.read(UInt8.self)
      guard first <= last, WindowLimits.corrections.contains(results), flags < 4 else {
        throw PluginError(.state, "the saved windows hold no such session")
      }
      var tail = heads.heads[Int(key)]
      while let next = tail?.pointee.next { tail = next }
      if let tail, Self.subtract(first, gap) <= tail.pointee.last {
        throw PluginError(.state, "the saved windows hold sessions that are one, with a gap of \(gap) ns")
      }
      let session = pool.make(key, at: first)
      link(session, behind: tail, key)
      try context.aggregates.restore(session.aggregates, reader)
      session.pointee.last = last
      session.pointee.results = results
      session.pointee.isOpen = flags & 1 != 0
      session.pointee.isChanged = flags & 2 != 0
      hasChanges = hasChanges || session.pointee.isChanged
      due.push(session.pointee.isOpen ? Self.add(last, gap) : closing(session), session.pointee.serial, session)
    }
  }
}
