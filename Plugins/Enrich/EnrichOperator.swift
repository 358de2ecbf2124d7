import Formats
import PluginKit

/// Operator `enrich`: looks a key up in a table and adds what stands there to the row.
struct EnrichOperator: Operator, TimerHandler {
  private typealias Options = EnrichOptions

  static let component = Component(
    "enrich", doc: "Look a key up in a table, a file of CSV or JSON, and add what stands there to the row.",
    options: EnrichOptions.all,
    inputs: [.named(by: EnrichOptions.key), .named(by: EnrichOptions.by, required: false)],
    outputs: .open(.init(namedBy: [EnrichOptions.fields, EnrichOptions.add], prefix: EnrichOptions.prefix)),
    allocates: .amortised,
    arrival: [.init(with: EnrichOptions.reload, reason: "a row meets the table as it is at that time")],
    example: """
      name: halls
      sources:
        readings: { use: generate, with: { kind: sensors, count: 100, paced: false, seed: 7 } }
      operators:
        placed:
          use: enrich
          from: readings
          with:
            key: source
            rows: |
              source,hall,floor
              sensor-1,north,1
              sensor-2,south,3
      sinks:
        out: { use: stdout, from: placed }

      """)

  private static let timer: UInt64 = 0

  private let host: Host
  private let reader: TableReader
  private var keyFields: [Field]
  private let expression: Expression?
  private let prefix: String
  private let missing: Options.Missing
  private let reload: Int64?
  private var table: Table?
  /// Of the file that was read last, whether it became the table or not.
  private var signature: TableFile.Signature?
  private var failures = 0
  private var changes: FrameDeriver?
  private var rooms: [ColumnRoom] = []
  private var isChecked = false
  private let memory = BatchMemory()
  private var columns: [ColumnView] = []

  init(_ config: Config) throws {
    host = config.host
    let key = try config[Options.key]
    expression = try config[Options.by]
    let tableKey = try config[Options.tableKey] ?? key
    guard (key == nil) != (expression == nil) else {
      throw PluginError.config("one of `key` and `by` says what the table is asked for", at: key == nil ? "key" : "by")
    }
    guard let tableKey, !tableKey.isEmpty else {
      throw PluginError.config(
        "`table_key` names no column: with `by` it says which has the key; write table_key: [code]", at: "table_key")
    }
    let count = key?.count ?? 1
    guard tableKey.count == count else {
      throw PluginError.config(
        "`table_key` names \(Self.columns(tableKey.count)), and \(key == nil ? "`by` gives" : "`key` has") \(count): name as many",
        at: "table_key")
    }
    keyFields = (key ?? []).map { Field($0) }
    prefix = try config[Options.prefix]
    missing = try config[Options.missing]
    reload = try config[Options.reload]?.wholeNanoseconds
    let (path, text) = (try config[Options.table], try config[Options.rows])
    guard (path == nil) != (text == nil) else {
      throw PluginError.config("one of `table` and `rows` has the table", at: path == nil ? "table" : "rows")
    }
    if text != nil, reload != nil { throw PluginError.config("`rows` do not change: leave it out", at: "reload") }
    let layout = try config[Options.format] ?? (path?.hasSuffix(".csv") == false ? .json : .csv)
    if layout == .object, tableKey.count != 1 {
      throw PluginError.config(
        "the members of an object have one name each, and `table_key` names \(count) columns", at: "format")
    }
    let add = try config[Options.add]
    if let add, Set(add).count < add.count {
      throw PluginError.config("`add` names a column twice: leave it out once", at: "add")
    }
    var types: [String: RecordPlan.ColumnType] = [:]
    for entry in try config[Options.fields] { types[entry.name] = RecordPlan.ColumnType(rawValue: entry.value.rawValue) }
    reader = TableReader(
      file: TableFile(path: path ?? "rows", text: text, maxBytes: try config[Options.maxBytes]), layout: layout,
      delimiter: try Self.delimiter(config), key: tableKey, wanted: add, types: types,
      refusesDuplicates: try config[Options.duplicates] == .error, maxRows: try config[Options.maxRows])
    // What stands in the pipeline itself can be told of before the run.
    if text != nil { try load() }
  }

  private static func columns(_ count: Int) -> String { count == 1 ? "1 column" : "\(count) columns" }

  private static func delimiter(_ config: Config) throws -> UInt8 {
    let text = try config[Options.delimiter]
    let character = text == "tab" ? UInt8(ascii: "\t") : text.utf8.count == 1 ? text.utf8.first! : 0
    guard CsvLayout.isDelimiter(character) else {
      throw PluginError.config("is one character that is no letter, digit, quote or line end, or `tab`", at: "delimiter")
    }
    return character
  }

  mutating func open() throws {
    if table == nil { try load() }
    if let reload { try host.timer(Self.timer, at: host.now &+ reload, .processing) }
  }

  private mutating func load() throws {
    do throws(TableFailure) {
      guard let (table, signature) = try reader.read() else {
        throw TableFailure(reader.file.path, "is being written; try again")
      }
      self.signature = signature
      try take(table)
    } catch {
      throw PluginError.config(error.text, at: reader.file.text == nil ? "table" : "rows")
    }
  }

  private mutating func take(_ new: Table) throws(TableFailure) {
    do {
      changes = try FrameDeriver(new.columns.map { .set(prefix + $0.name) })
    } catch {
      throw TableFailure(reader.file.path, "its columns cannot be fields: \(error)")
    }
    rooms = new.columns.map { _ in ColumnRoom() }
    table = new
    isChecked = false
  }

  /// A file that cannot be read, or holds no table, changes nothing.
  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws {
    guard let reload else { return }
    try host.timer(Self.timer, at: host.now &+ reload, .processing)
    let now = reader.file.signature
    guard now != signature else { return }
    do throws(TableFailure) {
      guard let (new, signature) = try reader.read() else { return }
      self.signature = signature
      try take(new)
      host.log(.info, "\(reader.file.path) was read again: \(new.rowCount) \(new.rowCount == 1 ? "row" : "rows")")
    } catch {
      signature = now
      failures += 1
      host.log(.error, "\(error.text); the table from before stays (\(failures) such so far)")
    }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0, let table, let changes else { return }
    let rows = memory.rows(batch.count)
    let hasMissing: Bool
    if let expression {
      hasMissing = table.find(try expression.values(of: batch), rows)
    } else {
      columns.removeAll(keepingCapacity: true)
      for at in keyFields.indices { columns.append(keyFields[at].column(of: batch)) }
      if !isChecked { compareTypes(table) }
      hasMissing = table.find(batch, by: columns, rows)
    }
    let found = UnsafeBufferPointer(start: UnsafePointer(rows), count: batch.count)
    let values = zip(table.columns, rooms).map { $0.values(found, $1, hasMissing: hasMissing) }
    guard hasMissing, missing != .null else { return try out.send(batch, changing: changes, values: values) }
    var kept = 0
    for at in 0..<batch.count {
      let row = batch.selection.map { $0[at] } ?? UInt16(truncatingIfNeeded: at)
      if found[at] >= 0 {
        memory.kept[kept] = row
        kept += 1
      } else if missing == .dead {
        try out.reject(Int(row), of: batch, "the table has no row of its key")
      }
    }
    try out.send(
      batch, rows: UnsafeBufferPointer(start: UnsafePointer(memory.kept), count: kept), changing: changes, values: values)
  }

  /// A key that is a text on one side and a number on the other is never found: says so once.
  private mutating func compareTypes(_ table: Table) {
    for (column, type) in zip(columns, table.keyTypes) {
      guard let own = column.type, own != .variant, type != .variant else { continue }
      isChecked = true
      let areTexts = (own == .string, type == .string)
      guard areTexts.0 != areTexts.1 else { continue }
      let name = column.name
      host.log(
        .warning,
        "'\(name)' is \(areTexts.0 ? "a text" : "no text") in the rows, and \(type.rawValue) in \(reader.file.path): no row is found; "
          + "write its type, such as fields: { \(name): \(areTexts.0 ? "string" : "int") }")
    }
  }
}

/// Memory for one batch: the rows of the table, and the rows that go on.
final class BatchMemory {
  private var found = UnsafeMutablePointer<Int32>.allocate(capacity: 1024)
  private var capacity = 1024
  let kept = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)

  deinit {
    found.deallocate()
    kept.deallocate()
  }

  func rows(_ count: Int) -> UnsafeMutablePointer<Int32> {
    if count > capacity {
      found.deallocate()
      capacity = count
      found = .allocate(capacity: count)
    }
    return found
  }
}
