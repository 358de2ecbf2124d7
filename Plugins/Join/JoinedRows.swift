import PluginKit

/// Builds the rows that come out: the key, the window, the fields of both sides under their names.
final class JoinedRows {
  /// Either row may be missing, not both.
  typealias Pair = (left: KeptRow.Reference?, right: KeptRow.Reference?)
  typealias Window = (start: Int64, end: Int64)

  private let inputs: [InputFields]
  private let prefixes: [[UInt8]]
  private let hasWindow: Bool
  private let seed: UInt64
  private var builder = FrameBuilder()
  /// That of the inputs' fields when the builder was made.
  private var version = -1
  private var columns = JoinedColumns()
  private let dictionaries: KeyDictionaries
  private let encoder = VariantEncoder()
  /// Of members that the rests of both rows have.
  private let restEncoder = VariantEncoder()
  /// Names in variants, by column.
  private var shared: [SharedNames?] = []
  private var hasNewNames = false
  /// Frames that have been sent since the last reset.
  private(set) var sent = 0

  init(_ inputs: [InputFields], prefixes: [String], hasWindow: Bool, _ dictionaries: KeyDictionaries, node: String) {
    self.inputs = inputs
    self.prefixes = prefixes.map { Array($0.utf8) }
    self.hasWindow = hasWindow
    self.dictionaries = dictionaries
    seed = ResultIdentity(node: node).seed
  }

  func resetSent() { sent = 0 }

  /// Adds a row; it goes out when a frame is full, or with `commit`.
  func append(_ pair: Pair, key: UnsafeRawBufferPointer, window: Window?, _ out: inout Output) throws {
    if version != inputs[0].version &+ inputs[1].version {
      try commit(&out)
      version = inputs[0].version &+ inputs[1].version
      (builder, columns) = try JoinedColumns.build(inputs, prefixes: prefixes, hasWindow: hasWindow)
      shared = columns.types.map { $0 == .variant ? SharedNames() : nil }
      settle()
    }
    put(pair, key, window)
    while hasNewNames {
      // The rows before have other numbers for their names.
      builder.dropRow()
      try commit(&out)
      settle()
      put(pair, key, window)
    }
    if builder.endRow() { try flush(&out) }
  }

  /// Sends what has been added.
  func commit(_ out: inout Output) throws { if builder.rows > 0 || builder.failure != nil { try flush(&out) } }

  private func flush(_ out: inout Output) throws {
    sent += 1
    try out.commit(builder)
    for column in shared.indices where shared[column]?.forgetMany() == true { setKeys(column) }
  }

  private func settle() {
    for column in shared.indices where shared[column] != nil {
      shared[column]!.settle()
      setKeys(column)
    }
    hasNewNames = false
  }

  private func setKeys(_ column: Int) {
    shared[column]?.metadata.withUnsafeBytes { builder.setKeys(column, metadata: $0) }
  }

  // MARK: A row

  private func put(_ pair: Pair, _ key: UnsafeRawBufferPointer, _ window: Window?) {
    if let window {
      builder.put(columns.start, time: window.start)
      builder.put(columns.end, time: window.end)
      builder.put(columns.time, time: window.end - 1)
    } else {
      builder.put(columns.time, time: max(pair.left?.pointee.time ?? .min, pair.right?.pointee.time ?? .min))
    }
    builder.put(columns.id, identity(pair, key, window?.end ?? 0))
    let rest = columns.rest.map { (column: $0, object: beginRest()) }
    if let row = pair.left { put(row, of: 0, columns.places[0]) }
    if let row = pair.right { put(row, of: 1, pair.left == nil ? columns.places[1] : columns.placesBesideLeft) }
    guard let rest, restEncoder.count > 0, restEncoder.endObject(rest.object) else { return }
    builder.put(rest.column, variant: restEncoder.bytes(from: 0))
  }

  private func beginRest() -> VariantEncoder.Open {
    restEncoder.removeAll()
    return restEncoder.begin()
  }

  /// XXH64 of node, key, the rows' ids and the window's end.
  private func identity(_ pair: Pair, _ key: UnsafeRawBufferPointer, _ end: Int64) -> Int64 {
    let hash = tide_xxh64(key.baseAddress, UInt64(key.count), seed)
    let which: Int64 = (pair.left == nil ? 0 : 1) | (pair.right == nil ? 0 : 2)
    let parts = (Int64(bitPattern: hash), pair.left?.pointee.id ?? 0, pair.right?.pointee.id ?? 0, end, which)
    return withUnsafeBytes(of: parts) { Int64(bitPattern: tide_xxh64($0.baseAddress, UInt64($0.count), seed)) }
  }

  @inline(__always)
  private func put(_ row: KeptRow.Reference, of side: Int, _ places: [Int]) {
    RowCells.forEach(row.cells) { cell in
      guard cell.field != RowCells.idField else { return }
      let column = places[Int(cell.field)]
      if column >= 0 {
        put(cell, column)
      } else if column == JoinedColumns.ofRest {
        putRest(cell, side)
      }
    }
  }

  @inline(__always)
  private func put(_ cell: RowCells.Cell, _ column: Int) {
    switch (columns.types[column], cell.type) {
    case (.string, .string): builder.put(column, utf8: cell.bytes)
    case (.int, .int): builder.put(column, Int64(bitPattern: cell.word))
    case (.double, .double): builder.put(column, Double(bitPattern: cell.word))
    case (.time, .time): builder.put(column, time: Int64(bitPattern: cell.word))
    case (.bool, .bool): builder.put(column, cell.word != 0)
    case (.binary, .binary): builder.put(column, binary: cell.bytes)
    case (.variant, _): putVariant(cell, column)
    default: builder.putNull(column)
    }
  }

  private func putVariant(_ cell: RowCells.Cell, _ column: Int) {
    encoder.removeAll()
    switch cell.type {
    case .bool: encoder.put(cell.word != 0)
    case .int: encoder.put(int: Int64(bitPattern: cell.word))
    case .double: encoder.put(Double(bitPattern: cell.word))
    case .time: encoder.put(time: Int64(bitPattern: cell.word))
    case .string: encoder.put(text: cell.bytes)
    case .binary: encoder.put(binary: cell.bytes)
    default:
      withReader(of: cell) { value in
        encoder.put(value) { name in shared[column]?.rank(of: name) ?? 0 }
      }
      hasNewNames = hasNewNames || shared[column]?.hasNew == true
    }
    builder.put(column, variant: encoder.bytes(from: 0))
  }

  /// Adds the members of a row's rest, under their new names.
  private func putRest(_ cell: RowCells.Cell, _ side: Int) {
    guard let column = columns.rest else { return }
    let prefix = prefixes[side]
    withReader(of: cell) { value in
      value.forEachField { name, member in
        if columns.isTaken(name, side) { return }
        let start = restEncoder.count
        restEncoder.put(member) { shared[column]?.rank(of: $0) ?? 0 }
        restEncoder.add(shared[column]?.rank(of: name, behind: prefix) ?? 0, from: start)
      }
    }
    hasNewNames = hasNewNames || shared[column]?.hasNew == true
  }

  private func withReader(of cell: RowCells.Cell, _ body: (VariantReader) -> Void) {
    dictionaries[cell.dictionary].withUnsafeBytes { body(VariantReader(value: cell.bytes, keys: $0)) }
  }
}
