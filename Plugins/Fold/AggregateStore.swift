import Aggregates
import PluginKit

/// The aggregates of each key.
///
/// Rows are folded many at a time. Where each of them has a result, a key's next row waits until those before it are folded
/// and their results written; results stand in the order of rows.
final class AggregateStore: FoldStore {
  private let context: FoldContext
  private let aggregates: AggregateSet
  private let records: RecordPool
  /// By key: its aggregates, and the mark of its last result.
  private let places = ValueBuffer<UnsafeMutableRawPointer?>()
  private let marks = ValueBuffer<UInt64>()
  /// Rows that are still to be folded, by their places in the batch, and where each goes.
  private let rows = ValueBuffer<UInt32>()
  private let targets = ValueBuffer<UnsafeMutableRawPointer>()
  /// True when rows of one frame share names that must be known before.
  private let hasNames: Bool
  private var log = LogLimit()

  init(_ context: FoldContext, _ aggregates: AggregateSet) {
    self.context = context
    self.aggregates = aggregates
    records = RecordPool(aggregates)
    hasNames = aggregates.aggregates.contains { $0.function.name == "counts" }
  }

  deinit { for place in places.values { if let place { records.give(place) } } }

  var byteCount: Int { records.byteCount + aggregates.heapBytes + places.count * 16 }

  func forget(_ key: UInt32) {
    guard let place = places[Int(key)] else { return }
    records.give(place)
    places[Int(key)] = nil
    marks[Int(key)] = 0
  }

  func take(_ batch: Batch, _ out: inout Output) throws {
    reserve()
    try aggregates.begin(batch)
    let (numbers, lives) = (context.numbers, context.lives)
    let isAtOnce = context.emit == .watermark
    var at = 0
    while at < batch.count {
      let key = numbers[at]
      let life = lives.lives + Int(key)
      if life.pointee.inBatch > 0 { try settle(&out) }
      if lives.isOver(key, at: context.moment(at, of: batch)) {
        try settle(&out)
        forget(key)
        lives.release(key)
      }
      let place = places[Int(key)] ?? make(key)
      lives.add(key, at: context.times.times[at], context.identity(at))
      rows.append(UInt32(truncatingIfNeeded: at))
      targets.append(place)
      if isAtOnce { lives.noteChange(key) } else { life.pointee.inBatch = 1 }
      at &+= 1
    }
    try settle(&out)
    aggregates.countLeftOut()
  }

  private func reserve() {
    let more = context.keys.limit - places.count
    guard more > 0 else { return }
    places.append(repeating: nil, count: more)
    marks.append(repeating: 0, count: more)
  }

  private func make(_ key: UInt32) -> UnsafeMutableRawPointer {
    let made = records.make()
    places[Int(key)] = made
    return made
  }

  /// Folds the rows that wait, and gives their results.
  private func settle(_ out: inout Output) throws {
    guard rows.count > 0 else { return }
    aggregates.update(rows.count, rows: UnsafePointer(rows.base), records: UnsafePointer(targets.base))
    if context.emit != .watermark {
      try declare(UnsafeBufferPointer(start: targets.base, count: targets.count), &out)
      for at in 0..<rows.count {
        let row = Int(rows[at])
        let key = context.numbers[row]
        context.lives.lives[Int(key)].inBatch = 0
        if context.emit == .change, !isChanged(key, targets[at]) { continue }
        try write(key, targets[at], at: context.times.times[row], identity: context.identity(row), &out)
      }
      if hasNames { try context.rows.commit(&out) }
    }
    rows.removeAll()
    targets.removeAll()
  }

  /// Notes what the results of a key are now. False when they are what they were after its row before.
  private func isChanged(_ key: UInt32, _ place: UnsafeMutableRawPointer) -> Bool {
    let mark = aggregates.mark(place)
    let isFirst = context.lives.lives[Int(key)].rows == 1
    defer { marks[Int(key)] = mark }
    return isFirst || marks[Int(key)] != mark
  }

  func write(_ keys: ArraySlice<UInt32>, _ out: inout Output) throws {
    targets.removeAll()
    for key in keys { targets.append(places[Int(key)]!) }
    try declare(UnsafeBufferPointer(start: targets.base, count: targets.count), &out)
    for (at, key) in keys.enumerated() {
      let life = context.lives.lives[Int(key)]
      try write(key, targets[at], at: life.last, identity: life.origin, &out)
    }
    if hasNames { try context.rows.commit(&out) }
    targets.removeAll()
  }

  private func declare(_ records: UnsafeBufferPointer<UnsafeMutableRawPointer>, _ out: inout Output) throws {
    try context.rows.prepare(isStale: aggregates.needsColumns, &out) { try aggregates.addColumns(to: $0) }
    guard hasNames else { return }
    try context.rows.commit(&out)
    aggregates.prepare(records, for: context.rows.builder, firstColumn: context.rows.firstValue)
  }

  @inline(__always)
  private func write(
    _ key: UInt32, _ place: UnsafeMutableRawPointer, at time: Int64, identity: Int64, _ out: inout Output
  ) throws {
    let rows = context.rows
    if let failure = aggregates.write(place, to: rows.builder, firstColumn: rows.firstValue) {
      log.log(.warning, "a result is null: \(failure.reason)", context.host)
    }
    try rows.end(key, at: time, rows: context.lives.lives[Int(key)].rows, identity: identity, &out)
  }

  // MARK: Snapshots

  func save(_ writer: StateWriter) throws {}
  func restore(_ reader: StateReader) throws {}

  /// The aggregates, and the mark of the last result.
  func save(_ key: UInt32, _ writer: StateWriter, group: UInt32) throws {
    try aggregates.snapshot(places[Int(key)]!, writer, group: group)
    try writer.write(marks[Int(key)], group: group)
  }

  func restore(_ key: UInt32, _ reader: StateReader) throws {
    reserve()
    try aggregates.restore(make(key), reader)
    marks[Int(key)] = try reader.read()
  }
}

/// Memory for records of aggregates: they stay where they are, and what is free serves again.
final class RecordPool {
  private static let together = 64

  private let set: AggregateSet
  private var chunks: [UnsafeMutableRawPointer] = []
  private var free: [UnsafeMutableRawPointer] = []

  init(_ set: AggregateSet) { self.set = set }

  deinit { for chunk in chunks { chunk.deallocate() } }

  var byteCount: Int { chunks.count * Self.together * set.recordBytes + free.capacity * 8 }

  /// A record of no rows.
  func make() -> UnsafeMutableRawPointer {
    if free.isEmpty {
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.together * set.recordBytes, alignment: 16)
      chunks.append(chunk)
      for at in (0..<Self.together).reversed() { free.append(chunk + at * set.recordBytes) }
    }
    let made = free.removeLast()
    set.initialize(made)
    return made
  }

  func give(_ record: UnsafeMutableRawPointer) {
    set.destroy(record)
    free.append(record)
  }
}
