import PluginKit

/// The fields of one input: their names and types as they come, and a row of a batch as cells.
final class InputFields {
  /// The field without a name that holds what is no column.
  static let rest = ""

  struct Field {
    let name: String
    /// What its values are; a variant once they were of two types.
    var type: ColumnType
    /// Its place in the key.
    let key: Int?
  }

  let keyNames: [String]
  private(set) var fields: [Field] = []
  /// Counts changes of `fields`.
  private(set) var version = 0
  /// True when some row may refer to key dictionaries.
  private var hasVariants = false
  private var places: [String: UInt16] = [:]
  private var keyFields: [PluginKit.Field]
  private(set) var keyColumns: [ColumnView] = []
  private let dictionaries: KeyDictionaries
  private let writer = CellWriter()
  private let encoder = VariantEncoder()
  private let noNames: UInt32
  private var log = LogLimit()

  /// The columns of the schema that came last.
  private struct Column {
    let index: Int32
    let field: UInt16
    let kind: ColumnType
    var dictionary: UInt32 = 0
  }
  private var columns: [Column] = []
  private var schema: UInt64 = 0
  private var frame: FrameView?
  private var id: ColumnView?

  init(key: [String], _ dictionaries: KeyDictionaries) {
    keyNames = key
    keyFields = key.map { PluginKit.Field($0) }
    self.dictionaries = dictionaries
    noNames = VariantKeys.encoded([]).withUnsafeBytes { dictionaries.number(of: $0) }
    dictionaries.use(noNames)
  }

  /// Learns what a batch has.
  func begin(_ batch: Batch, _ host: Host) {
    let frame = batch.frame
    self.frame = frame
    keyColumns.removeAll(keepingCapacity: true)
    for at in keyFields.indices { keyColumns.append(keyFields[at].column(of: batch)) }
    if schema != frame.schemaID || schema == 0 {
      schema = frame.schemaID
      learn(frame, host)
    }
    for at in columns.indices where columns[at].kind == .variant {
      let column = frame.column(Int(columns[at].index))
      columns[at].dictionary = dictionaries.number(of: column.variantKeys)
    }
    id = frame.column(role: .id)
  }

  private func learn(_ frame: FrameView, _ host: Host) {
    columns.removeAll(keepingCapacity: true)
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      let isRest = column.role == .rest
      let name = isRest ? Self.rest : column.name
      guard isRest || !name.isEmpty, column.role != .headers, let kind = column.type else { continue }
      guard let type = Self.type(kind) else {
        log.log(.warning, "the field '\(name)' is a \(kind), which a join leaves out", host)
        continue
      }
      guard let field = number(of: name, type) else {
        log.log(.warning, "the field '\(name)' is one of more than \(Self.most), which a join leaves out", host)
        continue
      }
      columns.append(Column(index: Int32(index), field: field, kind: kind))
    }
  }

  /// Most fields of one input.
  private static let most = 2000

  /// The number of a field, which may be new, or of another type than before; nil for one too many.
  func number(of name: String, _ type: ColumnType) -> UInt16? {
    hasVariants = hasVariants || type == .variant
    if let known = places[name] {
      let before = fields[Int(known)].type
      if before != type, before != .variant {
        fields[Int(known)].type = .variant
        version += 1
      }
      return known
    }
    guard fields.count < Self.most else { return nil }
    let number = UInt16(fields.count)
    fields.append(Field(name: name, type: type, key: keyNames.firstIndex { $0 == name }))
    places[name] = number
    version += 1
    return number
  }

  /// What values of a type are kept as; nil for those that are left out.
  private static func type(_ type: ColumnType) -> ColumnType? {
    switch type {
    case .bool, .int, .double, .time, .string, .binary, .variant: type
    case .int32, .uint16, .int8, .duration: .int
    case .float: .double
    case .fixed: .binary
    case .uint64, .decimal: .variant
    case .list, .structure: nil
    }
  }

  // MARK: Rows

  /// A row of the batch, kept in memory of the arena.
  func keep(_ row: Int, time: Int64, key: UInt32, mark: Int64, in arena: RowArena) -> KeptRow.Reference {
    writer.removeAll()
    let isText = id.map { $0.type == .string && $0.isValid(row) } ?? false
    if isText, let id { writer.put(RowCells.idField, .string, id.bytes(row)) }
    for column in columns { put(column, row) }
    let cells = writer.cells
    let kept = arena.take(KeptRow.size(cells: cells.count)).bindMemory(to: KeptRow.self, capacity: 1)
    kept.initialize(
      to: KeptRow(
        time: time, id: id?.identity(row) ?? 0, mark: mark, key: key, length: UInt32(truncatingIfNeeded: cells.count),
        isIDText: isText))
    if let from = cells.baseAddress { UnsafeMutableRawPointer(kept + 1).copyMemory(from: from, byteCount: cells.count) }
    return kept
  }

  @inline(__always)
  private func put(_ column: Column, _ row: Int) {
    guard let frame else { return }
    let view = ColumnView(frame: frame.frame, index: column.index)
    guard view.isValid(row) else { return }
    let field = column.field
    switch column.kind {
    case .bool: writer.put(field, view.bool(row))
    case .int, .int32, .uint16, .int8, .duration: writer.put(field, .int, word: UInt64(bitPattern: view.int(row)))
    case .time: writer.put(field, .time, word: UInt64(bitPattern: view.time(row)))
    case .double, .float: writer.put(field, .double, word: view.double(row).bitPattern)
    case .string: writer.put(field, .string, view.bytes(row))
    case .binary, .fixed: writer.put(field, .binary, view.bytes(row))
    case .variant:
      let value = view.variantReader(row)
      writer.put(field, variant: UnsafeRawBufferPointer(rebasing: value.value[..<value.byteCount]), column.dictionary)
      dictionaries.use(column.dictionary)
    case .uint64, .decimal:
      encoder.removeAll()
      if column.kind == .uint64 {
        encoder.put(decimal: Int128(UInt64(bitPattern: view.int(row))), scale: 0)
      } else {
        let decimal = view.decimal(row)
        encoder.put(decimal: decimal.significand, scale: decimal.scale)
      }
      writer.put(field, variant: encoder.bytes(from: 0), noNames)
      dictionaries.use(noNames)
    case .list, .structure: break
    }
  }

  /// Lets go of what a row refers to.
  func release(_ row: KeptRow.Reference) {
    guard hasVariants else { return }
    RowCells.forEach(row.cells) { cell in
      if cell.type == .variant { dictionaries.release(cell.dictionary) }
    }
  }
}
