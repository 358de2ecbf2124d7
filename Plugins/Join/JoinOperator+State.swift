import PluginKit

/// Snapshots. What belongs to no key: how far time is, and the fields. Of a key group: records, each behind a byte that says which it is.
extension JoinOperator {
  static let stateVersion: UInt32 = 1

  private enum Record: UInt8 {
    /// The fields of both inputs: their number, then names and types.
    case fields = 1
    /// A key dictionary, behind the number by which the rows of the group refer to it.
    case dictionary
    /// A row: side, key, time, mark, id, flags, cells.
    case row
  }

  /// Longest key, dictionary and row that a snapshot is believed to hold.
  private static let limitBytes: UInt32 = 64 << 20

  mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(context.watermark)
    for time in context.inputWatermarks { try writer.write(time) }
    try writer.write(store.progress)
    // A group that has no rows says nothing of the fields, which rows to come are sent with.
    try writeFields(writer, StateWriter.allGroups)
    var begun: Set<UInt32> = []
    var written: Set<UInt64> = []
    for key in context.keys.ordered() where context.keys.uses[Int(key)] > 0 {
      let group = context.keys.group(key)
      if begun.insert(group).inserted { try writeFields(writer, group) }
      for side in 0..<2 {
        for at in 0..<store.rows[side].count(key) {
          let row = store.rows[side].row(key, at)
          try RowCells.forEach(row.cells) { cell in
            guard cell.type == .variant, written.insert(UInt64(group) << 32 | UInt64(cell.dictionary)).inserted else { return }
            try writer.write(Record.dictionary.rawValue, group: group)
            try writer.write(cell.dictionary, group: group)
            try context.dictionaries[cell.dictionary].withUnsafeBytes { try write($0, writer, group) }
          }
          try write(row, side, writer, group)
        }
      }
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, _ writer: StateWriter, _ group: UInt32) throws {
    guard bytes.count <= Int(Self.limitBytes) else {
      throw PluginError.fatal("\(bytes.count) bytes of a row cannot be saved; the limit is \(Self.limitBytes)")
    }
    try writer.write(UInt32(truncatingIfNeeded: bytes.count), group: group)
    try writer.write(bytes, group: group)
  }

  private func writeFields(_ writer: StateWriter, _ group: UInt32) throws {
    try writer.write(Record.fields.rawValue, group: group)
    for input in context.inputs {
      try writer.write(UInt32(input.fields.count), group: group)
      for field in input.fields {
        try writer.write(field.name, group: group)
        try writer.write(field.type.rawValue, group: group)
      }
    }
  }

  private func write(_ row: KeptRow.Reference, _ side: Int, _ writer: StateWriter, _ group: UInt32) throws {
    let it = row.pointee
    try writer.write(Record.row.rawValue, group: group)
    try writer.write(UInt8(side), group: group)
    try write(context.keys.key(it.key), writer, group)
    try writer.write(it.time, group: group)
    try writer.write(it.mark, group: group)
    try writer.write(it.id, group: group)
    try writer.write((it.isIDText ? 1 : 0) | (it.isMatched ? 2 : 0) as UInt8, group: group)
    try write(row.cells, writer, group)
  }

  // MARK: Back

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups {
      context.watermark = try reader.read()
      for side in 0..<2 { context.inputWatermarks[side] = try reader.read() }
      store.progress = try reader.read()
      guard Record(rawValue: try reader.read()) == .fields else { throw Self.damaged("no fields") }
      _ = try readFields(reader)
      return
    }
    /// Numbers of fields and dictionaries, by those in the snapshot.
    var fields: [[UInt16]] = [[], []]
    var dictionaries: [UInt32: UInt32] = [:]
    while let byte = try reader.readUnlessAtEnd(UInt8.self) {
      switch Record(rawValue: byte) {
      case .fields: fields = try readFields(reader)
      case .dictionary:
        let number = try reader.read(UInt32.self)
        let bytes = try readBytes(reader)
        guard RestoredValues.isDictionary(bytes) else { throw Self.damaged("a key dictionary that is none") }
        dictionaries[number] = bytes.withUnsafeBytes { context.dictionaries.number(of: $0) }
      case .row: try readRow(reader, group, fields, dictionaries)
      case nil: throw Self.damaged("a record of kind \(byte)")
      }
    }
  }

  private static func damaged(_ what: String) -> PluginError { PluginError(.state, "the saved rows hold \(what)") }

  private func readBytes(_ reader: StateReader) throws -> [UInt8] {
    let count = try reader.read(UInt32.self)
    guard count <= Self.limitBytes else { throw Self.damaged("something of \(count) bytes") }
    return try reader.readBytes(Int(count))
  }

  private func readFields(_ reader: StateReader) throws -> [[UInt16]] {
    try context.inputs.map { input in
      let count = try reader.read(UInt32.self)
      guard count < UInt32(UInt16.max) else { throw Self.damaged("\(count) fields") }
      return try (0..<count).map { _ in
        let name = try reader.readText(limit: FrameLimits.maxNameBytes)
        let type = try reader.read(UInt8.self)
        guard let type = ColumnType(rawValue: type), RestoredValues.canBeKept(type), !name.utf8.contains(0),
          let number = input.number(of: name, type)
        else { throw Self.damaged("a field that is none") }
        return number
      }
    }
  }

  private func readRow(
    _ reader: StateReader, _ group: UInt32, _ fields: [[UInt16]], _ dictionaries: [UInt32: UInt32]
  ) throws {
    let side = Int(try reader.read(UInt8.self))
    guard side < 2 else { throw Self.damaged("a row of input \(side)") }
    let key = try readBytes(reader)
    let (time, mark, id) = (try reader.read(Int64.self), try reader.read(Int64.self), try reader.read(Int64.self))
    let flags = try reader.read(UInt8.self)
    let cells = try readBytes(reader)
    let input = context.inputs[side]
    let values = RestoredValues(input, fields[side], dictionaries, context.dictionaries)
    guard flags < 4, key.withUnsafeBytes({ KeyField.isKey($0, ofFields: input.keyNames.count) }),
      key.withUnsafeBytes({ tide_key_group($0.baseAddress, UInt64($0.count)) }) == group,
      let row = values.row(cells, hasTextID: flags & 1 > 0, in: context.arena)
    else { throw Self.damaged("a row that is none") }
    row.pointee.time = time
    row.pointee.mark = mark
    row.pointee.id = id
    row.pointee.isMatched = flags & 2 > 0
    row.pointee.key = key.withUnsafeBytes { context.keys.number(of: $0) }
    guard store.restore(row, side) else {
      context.arena.give(row, KeptRow.size(cells: Int(row.pointee.length)))
      throw Self.damaged("a row that no window holds")
    }
  }
}
