import PluginKit

/// Builds the rows of `top`: fields of key and item, rank, count and its error, all weight, and the window.
final class TopResults {
  /// Whose results a row is of.
  struct Place {
    let key: UInt32
    let start: Int64
    let end: Int64
    let total: Int64
  }

  private let keyNames: [String]
  private let itemNames: [String]
  private let keys: KeyTable
  private let items: KeyTable
  private let identity: ResultIdentity
  /// Types of the fields of keys, then of items; nil for one that no frame had yet.
  private(set) var types: [KeyType?]
  private let variant = VariantEncoder()
  private var builder = FrameBuilder()
  private var isBuilt = false
  /// Of the columns.
  private var builtTypes: (key: [KeyType?], item: [KeyType?]) = ([], [])
  /// The first column behind the fields of key and item.
  private var first = 0
  /// Frames that have gone since the last reset.
  private(set) var sent = 0

  init(_ keys: KeyNumbers, _ items: KeyNumbers, node: String) {
    (keyNames, itemNames) = (keys.names, items.names)
    (self.keys, self.items) = (keys.table, items.table)
    types = Array(repeating: nil, count: keys.names.count + items.names.count)
    identity = ResultIdentity(node: node)
  }

  /// Learns the types of fields from a batch. One that has had another type before gets one that holds both.
  func learn(_ found: [ColumnView], from start: Int, _ out: inout Output) throws {
    for (at, column) in found.enumerated() where !column.isAbsent {
      let type = types[start + at]?.joined(with: KeyType(of: column)) ?? KeyType(of: column)
      if types[start + at] == type { continue }
      try commit(&out)
      types[start + at] = type
      isBuilt = false
    }
  }

  /// Takes types from a snapshot.
  func restore(_ saved: [KeyType?]) {
    types = saved
    isBuilt = false
  }

  func resetSent() { sent = 0 }

  /// Adds a row, which goes out when a frame is full, or with `commit`.
  func append(_ counter: HeavyHitters.Counter, rank: Int, _ place: Place, _ out: inout Output) throws {
    if !isBuilt { try build() }
    let (key, item) = (keys.key(place.key), items.key(counter.item))
    KeyField.put(key, into: builder, from: 0, types: builtTypes.key, variant)
    KeyField.put(item, into: builder, from: keyNames.count, types: builtTypes.item, variant)
    builder.put(first, Int64(rank))
    builder.put(first + 1, counter.count)
    builder.put(first + 2, counter.error)
    builder.put(first + 3, place.total)
    builder.put(first + 4, time: place.start)
    builder.put(first + 5, time: place.end)
    builder.put(first + 6, time: place.end == .min ? .min : place.end - 1)
    builder.put(first + 7, identity.id(ofKey: key, place.start, place.end, Int64(rank)))
    if builder.endRow() { try flush(&out) }
  }

  func commit(_ out: inout Output) throws { if builder.rows > 0 || builder.failure != nil { try flush(&out) } }

  private func flush(_ out: inout Output) throws {
    sent += 1
    try out.commit(builder)
  }

  private func build() throws {
    builder = FrameBuilder()
    builder.maxBytes = 256 << 10
    builtTypes = (Array(types[..<keyNames.count]), Array(types[keyNames.count...]))
    try KeyField.addColumns(keyNames, builtTypes.key, to: builder)
    try KeyField.addColumns(itemNames, builtTypes.item, isKey: false, to: builder)
    first = try builder.addColumn("rank", .int, nullable: false)
    for name in ["count", "error", "total"] { _ = try builder.addColumn(name, .int, nullable: false) }
    for name in ["window_start", "window_end"] { _ = try builder.addColumn(name, .time, nullable: false) }
    _ = try builder.addColumn("", .time, role: .eventTime, nullable: false)
    _ = try builder.addColumn("", .int, role: .id, nullable: false)
    isBuilt = true
  }
}
