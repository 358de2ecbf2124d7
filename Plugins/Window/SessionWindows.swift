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

  var byteCount: Int { pool.byteCount + heads.byteCount + due.byteCount + firing.capacity * 8 }

  private func forEach(_ body: (Stretch.Reference) throws -> Void) rethrows {
    for key in 0..<min(heads.capacity, context.keys.limit) {
      var next = heads.heads[key]
      while let stretch = next {
        next = stretch.pointee.older
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
      // The common case: the key's newest session, which has not fired, goes on, and reaches back to none before.
      if areInTime, let newest = heads[Int(key)], newest.pointee.isOpen,
        newest.pointee.last.adding(saturating: gap) >= time,
        time >= newest.pointee.first
          || (newest.pointee.older == nil && newest.pointee.first.subtracting(saturating: gap) <= time)
      {
        newest.pointee.first = min(newest.pointee.first, time)
        newest.pointee.last = max(newest.pointee.last, time)
        newest.pointee.isChanged = true
        context.add(at, to: newest.aggregates)
      } else {
        let row = batch.selection.map { Int($0[at]) } ?? at
        try take(at, batch, key, time, max(batch.frame.rowWatermark(row), context.watermark), &out)
      }
      at &+= 1
    }
    hasChanges = true
    due.trim(to: pool.count) { $0.thing.pointee.serial == $0.serial }
    try context.finish(batch, &out)
  }

  private func isLate(_ time: Int64, _ mark: Int64) -> Bool {
    mark == .max || mark > context.closing(time.adding(saturating: gap))
  }

  /// True when the watermark is behind the end of a session.
  private func isDue(_ stretch: Stretch.Reference) -> Bool {
    context.watermark == .max || context.watermark > stretch.pointee.last.adding(saturating: gap)
  }

  /// When no row in time can touch a session any more.
  private func closing(_ stretch: Stretch.Reference) -> Int64 {
    context.closing(stretch.pointee.last.adding(saturating: gap).adding(saturating: gap))
  }

  private func take(
    _ at: Int, _ batch: Batch, _ key: UInt32, _ time: Int64, _ mark: Int64, _ out: inout Output
  ) throws {
    if isLate(time, mark) {
      let lateness = mark.subtracting(saturating: context.closing(time.adding(saturating: gap)))
      return context.lateRows.add(at, of: batch, by: lateness)
    }
    let session = session(key, touching: time)
    context.add(at, to: session.aggregates)
    session.pointee.isChanged = true
    if !session.pointee.isOpen {
      session.pointee.isOpen = true
      session.pointee.serial = pool.nextSerial()
      due.push(session.pointee.last.adding(saturating: gap), session.pointee.serial, session)
    }
    guard isDue(session) else { return }
    context.settle()
    _ = try emit([session], &out)
    keep(session)
  }

  /// The one session of all that a time touches, which now holds it; a new one when there are none.
  private func session(_ key: UInt32, touching time: Int64) -> Stretch.Reference {
    var newer: Stretch.Reference?
    var next = heads.heads[Int(key)]
    while let stretch = next, stretch.pointee.first.subtracting(saturating: gap) > time {
      newer = stretch
      next = stretch.pointee.older
    }
    guard let found = next, found.pointee.last.adding(saturating: gap) >= time else {
      let made = pool.make(key, at: time)
      link(made, between: next, newer)
      due.push(time.adding(saturating: gap), made.pointee.serial, made)
      return made
    }
    // A time touches two sessions at most: what is between them is more than the gap.
    if let older = found.pointee.older, older.pointee.last.adding(saturating: gap) >= time {
      context.settle()
      context.aggregates.merge(found.aggregates, into: older.aggregates)
      older.pointee.last = found.pointee.last
      older.pointee.results = max(older.pointee.results, found.pointee.results)
      unlink(found)
      pool.give(found)
      return older
    }
    found.pointee.first = min(found.pointee.first, time)
    found.pointee.last = max(found.pointee.last, time)
    return found
  }

  private func link(_ stretch: Stretch.Reference, between older: Stretch.Reference?, _ newer: Stretch.Reference?) {
    (stretch.pointee.older, stretch.pointee.newer) = (older, newer)
    older?.pointee.newer = stretch
    if let newer { newer.pointee.older = stretch } else { heads.heads[Int(stretch.pointee.key)] = stretch }
  }

  private func unlink(_ stretch: Stretch.Reference) {
    let (older, newer) = (stretch.pointee.older, stretch.pointee.newer)
    older?.pointee.newer = newer
    if let newer { newer.pointee.older = older } else { heads.heads[Int(stretch.pointee.key)] = older }
  }

  // MARK: Results

  var nextDue: Int64? {
    // Fires when the watermark is behind, not at it.
    due.first.map { $0.time.adding(saturating: 1) }
  }

  func fire(_ out: inout Output) throws -> Bool {
    context.results.resetSent()
    if !isFiring {
      collect()
      isFiring = true
    }
    let done = try emit(firing, frames: FiringBudget.frames, &out)
    for session in firing[..<done] { keep(session) }
    firing.removeFirst(done)
    guard firing.isEmpty else { return false }
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
        due.push(session.pointee.last.adding(saturating: gap), entry.serial, session)
      }
    }
    sort(&firing)
  }

  private func sort(_ sessions: inout [Stretch.Reference]) { sessions.sort { Stretch.isBefore($0, $1, context.keys) } }

  /// Gives results of sessions from the front, until so many frames have gone; how many are done.
  private func emit(
    _ sessions: [Stretch.Reference], isEarly: Bool = false, frames: Int = .max, _ out: inout Output
  ) throws -> Int {
    try context.results.append(to: sessions.count, frames: frames, &out) { numbers, items in
      for (at, number) in numbers.enumerated() { items[at] = item(sessions[number], isEarly: isEarly) }
    }
  }

  private func item(_ session: Stretch.Reference, isEarly: Bool) -> ResultRows.Item {
    let end = session.pointee.last.adding(saturating: gap)
    let window = ResultRows.Window(
      start: session.pointee.first, end: end, time: end.subtracting(saturating: 1), corrections: session.pointee.results,
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
    _ = try emit(changed, isEarly: true, &out)
    for session in changed { session.pointee.isChanged = false }
    hasChanges = false
    try context.results.commit(&out)
  }

  /// A result, which may be a correction, is never earlier than what a row in time can bring.
  var outputWatermark: Int64? { context.watermark.subtracting(saturating: context.allowed).subtracting(saturating: 1) }

  // MARK: Snapshots

  /// For each session its key, first, last, results, flags and aggregates, by key and time.
  func snapshot(_ writer: StateWriter) throws {
    for key in context.keys.ordered() where Int(key) < heads.capacity {
      let group = context.keys.group(key)
      var sessions: [Stretch.Reference] = []
      var next = heads.heads[Int(key)]
      while let session = next {
        sessions.append(session)
        next = session.pointee.older
      }
      for session in sessions.reversed() {
        let it = session.pointee
        try KeyState.write(context.keys.key(key), writer, group)
        for number in [it.first, it.last, it.results] { try writer.write(number, group: group) }
        try writer.write((it.isOpen ? 1 : 0) | (it.isChanged ? 2 : 0) as UInt8, group: group)
        try context.aggregates.snapshot(session.aggregates, writer, group: group)
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
      let before = heads.heads[Int(key)]
      if let before, first.subtracting(saturating: gap) <= before.pointee.last {
        throw PluginError(.state, "the saved windows hold sessions that are one, with a gap of \(gap) ns")
      }
      let session = pool.make(key, at: first)
      link(session, between: before, nil)
      try context.aggregates.restore(session.aggregates, reader)
      session.pointee.last = last
      session.pointee.results = results
      session.pointee.isOpen = flags & 1 != 0
      session.pointee.isChanged = flags & 2 != 0
      hasChanges = hasChanges || session.pointee.isChanged
      due.push(session.pointee.isOpen ? last.adding(saturating: gap) : closing(session), session.pointee.serial, session)
    }
  }
}
