import PluginKit

/// Values of a snapshot, which may hold any bytes: only what could have been written becomes a row again.
struct RestoredValues {
  private let input: InputFields
  /// Numbers of fields and of key dictionaries, by those in the snapshot.
  private let fields: [UInt16]
  private let dictionaries: [UInt32: UInt32]
  private let known: KeyDictionaries

  init(_ input: InputFields, _ fields: [UInt16], _ dictionaries: [UInt32: UInt32], _ known: KeyDictionaries) {
    self.input = input
    self.fields = fields
    self.dictionaries = dictionaries
    self.known = known
  }

  /// The row that has these cells; nil when they are none.
  func row(_ bytes: [UInt8], hasTextID: Bool, in arena: RowArena) -> KeptRow.Reference? {
    let writer = CellWriter()
    var used: [UInt32] = []
    var isSound = true
    var count = 0
    let isWhole = bytes.withUnsafeBytes { cells in
      RowCells.forEach(cells) { cell in
        if isSound { isSound = put(cell, isFirst: count == 0 && hasTextID, writer, &used) }
        count += 1
      }
    }
    guard isWhole, isSound, !hasTextID || count > 0 else { return nil }
    for number in used { known.use(number) }
    let cells = writer.cells
    let row = arena.take(KeptRow.size(cells: cells.count)).bindMemory(to: KeptRow.self, capacity: 1)
    row.initialize(
      to: KeptRow(time: 0, id: 0, mark: 0, key: 0, length: UInt32(truncatingIfNeeded: cells.count), isIDText: hasTextID))
    if let from = cells.baseAddress { UnsafeMutableRawPointer(row + 1).copyMemory(from: from, byteCount: cells.count) }
    return row
  }

  private func put(_ cell: RowCells.Cell, isFirst: Bool, _ writer: CellWriter, _ used: inout [UInt32]) -> Bool {
    if isFirst {
      guard cell.field == RowCells.idField, cell.type == .string, Self.isText(cell.bytes) else { return false }
      writer.put(RowCells.idField, .string, cell.bytes)
      return true
    }
    guard Int(cell.field) < fields.count else { return false }
    let field = fields[Int(cell.field)]
    let type = input.fields[Int(field)].type
    guard type == cell.type || type == .variant else { return false }
    switch cell.type {
    case .bool: writer.put(field, cell.word != 0)
    case .string:
      guard Self.isText(cell.bytes) else { return false }
      writer.put(field, .string, cell.bytes)
    case .binary: writer.put(field, .binary, cell.bytes)
    case .variant:
      guard let dictionary = dictionaries[cell.dictionary],
        Self.isVariant(cell.bytes, known[dictionary])
      else { return false }
      used.append(dictionary)
      writer.put(field, variant: cell.bytes, dictionary)
    default: writer.put(field, cell.type, word: cell.word)
    }
    return true
  }

  // MARK: What can be

  static func canBeKept(_ type: ColumnType) -> Bool {
    switch type {
    case .bool, .int, .double, .time, .string, .binary, .variant: true
    default: false
    }
  }

  static func isDictionary(_ bytes: [UInt8]) -> Bool {
    [0 as UInt8].withUnsafeBytes { isVariant($0, bytes) }
  }

  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// What a frame may hold is what its validation lets pass.
  private static func isVariant(_ value: UnsafeRawBufferPointer, _ keys: [UInt8]) -> Bool {
    guard !value.isEmpty, !keys.isEmpty else { return false }
    let builder = FrameBuilder()
    guard let column = try? builder.addColumn("v", .variant) else { return false }
    keys.withUnsafeBytes { builder.setKeys(column, metadata: $0) }
    builder.put(column, variant: value)
    builder.endRow()
    let length = builder.byteCount
    guard length > 0 else { return false }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: FrameLimits.alignment)
    defer { memory.deallocate() }
    guard builder.write(into: memory.baseAddress!, capacity: length) == length else { return false }
    return (try? FrameValidator.validate(UnsafeRawBufferPointer(memory))) != nil
  }
}
