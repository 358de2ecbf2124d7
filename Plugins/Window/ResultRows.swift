import Aggregates
import PluginKit

/// Builds the rows of results: the key's fields, the window, its aggregates, how often it was corrected.
final class ResultRows {
  /// One result.
  struct Window {
    var start: Int64
    var end: Int64
    /// Event time of the result.
    var time: Int64
    var corrections: Int64 = 0
    var isEarly = false
    /// Tells windows of a key apart that begin and end at the same times.
    var identity: Int64 = 0
  }

  /// A result to be written.
  struct Item {
    var key: UInt32
    var window: Window
    var place: UnsafeMutableRawPointer
  }

  /// Results that are handed over at once.
  private static let together = MergeBlock.count
  private let items = UnsafeMutablePointer<Item>.allocate(capacity: together)

  private let fields: [String]
  private let aggregates: AggregateSet
  private let keys: KeyTable
  private let hasEarly: Bool
  private let identity: ResultIdentity
  /// Types of the key's fields, nil for one that no frame had yet.
  @exclusivity(unchecked) private(set) var types: [KeyType?]
  private let variant = VariantEncoder()
  @exclusivity(unchecked) private var builder = FrameBuilder()
  @exclusivity(unchecked) private var columns = Columns()
  @exclusivity(unchecked) private var isBuilt = false
  /// True when rows of one frame share names that must be known before.
  private let hasNames: Bool
  private var records: [UnsafeMutableRawPointer] = []
  private var log = LogLimit()

  private struct Columns {
    var key = 0
    var start = 0, end = 0, aggregates = 0, corrections = 0, early = 0, time = 0, id = 0
  }

  init(keyFields: [String], aggregates: AggregateSet, keys: KeyTable, hasEarly: Bool, node: String) {
    fields = keyFields
    self.aggregates = aggregates
    self.keys = keys
    hasNames = aggregates.aggregates.contains { $0.function.name == "counts" }
    self.hasEarly = hasEarly
    types = Array(repeating: nil, count: keyFields.count)
    identity = ResultIdentity(node: node)
  }

  deinit { items.deallocate() }

  /// Learns the types of the key's fields from a batch. One that has had another type before gets one that holds both.
  func learn(_ found: [ColumnView], _ out: inout Output) throws {
    for (at, column) in found.enumerated() where !column.isAbsent {
      let type = types[at]?.joined(with: KeyType(of: column)) ?? KeyType(of: column)
      if types[at] != type { try set(type, of: at, &out) }
    }
  }

  /// Takes types from a snapshot.
  func restore(_ saved: [KeyType?]) {
    types = saved
    isBuilt = false
  }

  private func set(_ type: KeyType, of field: Int, _ out: inout Output) throws {
    try commit(&out)
    types[field] = type
    isBuilt = false
  }

  /// Adds results from number `done` on, until all `count` are done or so many frames have gone; how many are done then. They go
  /// out when a frame is full, or with `commit`.
  ///
  /// - Parameter fill: gives some results that follow each other; their places are good until it is called again.
  func append(
    from done: Int = 0, to count: Int, frames: Int = .max, _ out: inout Output,
    _ fill: (_ numbers: Range<Int>, _ items: UnsafeMutablePointer<Item>) -> Void
  ) throws -> Int {
    var done = done
    while done < count, sent < frames {
      let numbers = done..<min(count, done + Self.together)
      fill(numbers, items)
      try append(UnsafeBufferPointer(start: items, count: numbers.count), &out)
      done = numbers.upperBound
    }
    return done
  }

  private func append(_ items: UnsafeBufferPointer<Item>, _ out: inout Output) throws {
    if !isBuilt || aggregates.needsColumns {
      try commit(&out)
      try build()
    }
    if hasNames {
      // The names of counts are those of all rows of a frame.
      try commit(&out)
      records.removeAll(keepingCapacity: true)
      for item in items { records.append(item.place) }
      records.withUnsafeBufferPointer { aggregates.prepare($0, for: builder, firstColumn: columns.aggregates) }
    }
    fetch(items)
    for item in items { try append(item, &out) }
    if hasNames { try commit(&out) }
  }

  /// Reads a little of each key and of each place, so that all are on their way before the first is needed.
  private func fetch(_ items: UnsafeBufferPointer<Item>) {
    var seen: UInt64 = 0
    for item in items { seen ^= UInt64(keys.key(item.key).count) }
    for item in items { seen ^= item.place.load(as: UInt64.self) }
    fetched = seen
  }

  @exclusivity(unchecked) private var fetched: UInt64 = 0

  @inline(__always)
  private func append(_ item: Item, _ out: inout Output) throws {
    let (bytes, window, builder) = (keys.key(item.key), item.window, builder)
    KeyField.put(bytes, into: builder, from: columns.key, types: types, variant)
    builder.put(columns.start, time: window.start)
    builder.put(columns.end, time: window.end)
    if let failure = aggregates.write(item.place, to: builder, firstColumn: columns.aggregates) { note(failure, out.host) }
    builder.put(columns.corrections, window.corrections)
    if hasEarly { builder.put(columns.early, window.isEarly) }
    builder.put(columns.time, time: window.time)
    builder.put(columns.id, identity.id(ofKey: bytes, window.start, window.end, window.identity))
    if builder.endRow() { try flush(&out) }
  }

  /// Frames that `append` has sent since the last reset.
  @exclusivity(unchecked) private(set) var sent = 0

  func resetSent() { sent = 0 }

  /// Sends what has been added.
  func commit(_ out: inout Output) throws { if builder.rows > 0 || builder.failure != nil { try flush(&out) } }

  private func flush(_ out: inout Output) throws {
    sent += 1
    try out.commit(builder)
  }

  private func note(_ failure: AggregateFailure, _ host: Host) {
    log.log(.warning, "a result is null: \(failure.reason)", host)
  }

  private func build() throws {
    builder = FrameBuilder()
    builder.maxBytes = 256 << 10
    var made = Columns()
    try KeyField.addColumns(fields, types, to: builder)
    made.start = try builder.addColumn("window_start", .time, nullable: false)
    made.end = try builder.addColumn("window_end", .time, nullable: false)
    made.aggregates = try aggregates.addColumns(to: builder)
    made.corrections = try builder.addColumn("corrections", .int, nullable: false)
    if hasEarly { made.early = try builder.addColumn("early", .bool, nullable: false) }
    made.time = try builder.addColumn("", .time, role: .eventTime, nullable: false)
    made.id = try builder.addColumn("", .int, role: .id, nullable: false)
    columns = made
    isBuilt = true
  }
}
