import PluginKit

/// Builds the rows of results: the key's fields, the values, the event time.
final class FoldRows {
  private let fields: [String]
  private let keys: KeyTable
  private let identity: ResultIdentity
  /// Types of the key's fields, nil for one that no frame had yet.
  private(set) var types: [KeyType?]
  private let variant = VariantEncoder()
  private(set) var builder = FrameBuilder()
  /// Column of the first value.
  private(set) var firstValue = 0
  private var timeColumn = 0, idColumn = 0
  private var hasTimes = true
  private var isBuilt = false
  /// Frames that went out since `sent` was set to 0.
  var sent = 0

  init(keyFields: [String], keys: KeyTable, node: String) {
    fields = keyFields
    self.keys = keys
    types = Array(repeating: nil, count: keyFields.count)
    identity = ResultIdentity(node: node)
  }

  /// Learns the types of the key's fields from a batch. One that has had another type before gets one that holds both.
  func learn(_ found: [ColumnView], hasTimes: Bool, _ out: inout Output) throws {
    if hasTimes != self.hasTimes {
      try commit(&out)
      self.hasTimes = hasTimes
      isBuilt = false
    }
    for (at, column) in found.enumerated() where !column.isAbsent {
      let type = types[at]?.joined(with: KeyType(of: column)) ?? KeyType(of: column)
      if types[at] == type { continue }
      try commit(&out)
      types[at] = type
      isBuilt = false
    }
  }

  /// Declares columns where there are none for the results to come; `add` declares those of the values.
  func prepare(isStale: Bool, _ out: inout Output, _ add: (FrameBuilder) throws -> Int) throws {
    if isBuilt, !isStale { return }
    try commit(&out)
    builder = FrameBuilder()
    builder.maxBytes = 256 << 10
    try KeyField.addColumns(fields, types, to: builder)
    firstValue = try add(builder)
    if hasTimes { timeColumn = try builder.addColumn("", .time, role: .eventTime, nullable: false) }
    idColumn = try builder.addColumn("", .int, role: .id, nullable: false)
    isBuilt = true
  }

  /// Ends a row whose values are in the builder: the result of a key after so many of its rows. `identity`: of the row that it is a
  /// result of, or that the key began with, so that no two results of a key are the same that has ended meanwhile.
  @inline(__always)
  func end(_ key: UInt32, at time: Int64, rows: Int64, identity: Int64, _ out: inout Output) throws {
    let bytes = keys.key(key)
    KeyField.put(bytes, into: builder, from: 0, types: types, variant)
    if hasTimes { builder.put(timeColumn, time: time) }
    builder.put(idColumn, self.identity.id(ofKey: bytes, time, rows, identity))
    if builder.endRow() { try flush(&out) }
  }

  /// Sends what has been added.
  func commit(_ out: inout Output) throws { if builder.rows > 0 || builder.failure != nil { try flush(&out) } }

  private func flush(_ out: inout Output) throws {
    sent += 1
    try out.commit(builder)
  }

  // MARK: Snapshots

  func snapshot(_ writer: StateWriter) throws {
    try KeyType.write(types, writer)
    try hasTimes.write(writer, group: StateWriter.allGroups)
  }

  func restore(_ reader: StateReader) throws {
    types = try KeyType.read(types.count, of: "folds", reader)
    hasTimes = try Bool(reader)
    isBuilt = false
  }
}
