import Formats
import PluginKit

/// Makes a table of a file, by the host's own formats.
struct TableReader {
  let file: TableFile
  let layout: EnrichOptions.Layout
  let delimiter: UInt8
  /// The columns that hold the key.
  let key: [String]
  /// Those that are asked for; nil = all but the key.
  let wanted: [String]?
  /// Types that are given.
  let types: [String: RecordPlan.ColumnType]
  let refusesDuplicates: Bool
  let maxRows: Int

  /// Nil when the file is being written.
  func read() throws(TableFailure) -> (table: Table, signature: TableFile.Signature)? {
    guard let (bytes, signature) = try file.read() else { return nil }
    let text: TableText
    do throws(TableText.Failure) {
      text = try TableText(bytes, layout, key: JSONName.quoted(key[0]))
    } catch {
      let line = error.offset.map { offset in bytes[..<min(offset, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1 }
      throw TableFailure(file.path, line: line, error.reason)
    }
    return (try table(of: text), signature)
  }

  private func table(of text: TableText) throws(TableFailure) -> Table {
    var plan = RecordPlan()
    plan.format = layout == .csv ? .csv : .json
    plan.csv.delimiter = delimiter
    let schema = text.bytes.withUnsafeBytes {
      SchemaInference.infer($0, format: plan.format, csv: plan.csv, maxRecords: .max)
    }
    var found: [String: RecordPlan.ColumnType] = [:]
    for field in schema.fields { found[field.name] = field.type }
    let header = layout == .csv ? TableHeader.names(of: text.bytes, delimiter: delimiter) : nil
    let columns = header ?? schema.fields.map(\.name)
    // Of a list without rows nothing can be said.
    if header != nil || schema.records > 0 {
      // Members of JSON that no row has now may come with the next file.
      let typed = header == nil ? [] : types.keys.sorted()
      for name in key + (wanted ?? []) + typed where !columns.contains(name) {
        let names = columns.prefix(20).joined(separator: ", ")
        throw TableFailure(file.path, "has no column '\(name)'; there are: \(names)")
      }
    }
    let names = wanted ?? Set(columns).union(types.keys).subtracting(key).sorted()
    for name in key + names where columns.count(where: { $0 == name }) > 1 {
      let line = text.line(of: text.offset(ofRecord: 0, hasHeader: false))
      throw TableFailure(file.path, line: line, "the header row names '\(name)' twice; leave one of the columns out")
    }
    plan.columns = (key + names.filter { !key.contains($0) }).map { name in
      RecordPlan.Column(name, types[name] ?? found[name] ?? .variant, declared: true)
    }
    let filling = Filling(names: names, plan: plan, reader: self)
    try filling.read(text)
    return try filling.table(text)
  }
}

/// A table while it is read.
private final class Filling {
  let plan: RecordPlan
  let reader: TableReader
  private let columns: [TableColumn]
  private let keys = KeyTable()
  private let keyBytes = ValueKey()
  private var rows: [Int32] = []
  private var count = 0
  /// What went wrong first, and where.
  private var failure: (place: Place, reason: String)?

  private enum Place {
    case offset(Int)
    case record(Int)
    case nowhere
  }

  init(names: [String], plan: RecordPlan, reader: TableReader) {
    self.plan = plan
    self.reader = reader
    columns = names.map { name in
      let type = plan.columns.first { $0.name == name }?.type ?? .string
      return TableColumn(name, Self.types[type] ?? .string)
    }
  }

  private static let types: [RecordPlan.ColumnType: ColumnType] = [
    .bool: .bool, .int: .int, .double: .double, .time: .time, .string: .string, .binary: .binary, .variant: .variant,
  ]

  private func fail(_ place: Place, _ reason: String) { if failure == nil { failure = (place, reason) } }

  /// Reads twice where there are variants: their names must be known before.
  func read(_ text: TableText) throws(TableFailure) {
    let decoder: RecordReader
    do {
      decoder = try RecordReader(plan)
      if columns.contains(where: { $0.type == .variant }) {
        let first = try RecordReader(plan)
        text.bytes.withUnsafeBytes { bytes in
          first.read(
            bytes,
            rows: { frame in
              for column in columns { if let view = frame.column(named: column.name) { column.learn(view) } }
              return true
            })
        }
        for column in columns { column.settle() }
      }
    } catch {
      throw TableFailure(reader.file.path, "\(error)")
    }
    text.bytes.withUnsafeBytes { bytes in
      decoder.read(
        bytes, rows: { append($0) }, dead: { fail(.offset(Int(clamping: $0.offset)), $0.reason) })
    }
    guard let failure else { return }
    let line: Int? =
      switch failure.place {
      case .offset(let offset): text.line(of: offset)
      case .record(let number): text.line(of: text.offset(ofRecord: number, hasHeader: reader.layout == .csv))
      case .nowhere: nil
      }
    throw TableFailure(reader.file.path, line: line, failure.reason)
  }

  private func append(_ frame: FrameView) -> Bool {
    let keyColumns = reader.key.map { frame.column(named: $0) ?? frame.column(-1) }
    let values = columns.map { frame.column(named: $0.name) ?? frame.column(-1) }
    for row in 0..<frame.rows {
      guard count < reader.maxRows else {
        fail(.nowhere, "has more rows than `max_rows` allows, which is \(reader.maxRows)")
        return false
      }
      if let empty = keyColumns.firstIndex(where: { !$0.isValid(row) }) {
        fail(.record(count), "'\(reader.key[empty])' has no value here, and is the key")
        return false
      }
      let number = Int(keyBytes.withKey(of: keyColumns, row) { keys.number(of: $0) })
      if number == rows.count {
        keys.uses[number] = 1
        rows.append(Int32(count))
      } else if reader.refusesDuplicates {
        let names = keyColumns.map {
          $0.type == .string ? "'\($0.string(row))'" : $0.type == .double ? "\($0.double(row))" : "\($0.int(row))"
        }
        fail(.record(count), "the key \(names.joined(separator: ", ")) was there before, in row \(rows[number] + 1)")
        return false
      } else {
        rows[number] = Int32(count)
      }
      for (column, view) in zip(columns, values) { column.append(view, row) }
      count += 1
    }
    return true
  }

  func table(_ text: TableText) throws(TableFailure) -> Table {
    for column in columns { column.close() }
    let keyTypes = reader.key.map { name in plan.columns.first { $0.name == name }?.type ?? .string }
    return Table(columns, count, keyTypes, keys, rows)
  }
}

/// Names of members of JSON.
private enum JSONName {
  static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
