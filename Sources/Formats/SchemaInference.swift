import CRecords
import CTidemill
import Frames

/// The fields that records have, with the narrowest type that takes every value seen.
public struct SchemaInference: Sendable {
  public struct Field: Sendable, Equatable {
    public var name: String
    /// `variant` for objects, arrays, mixed values, and where only nulls were seen.
    public var type: RecordPlan.ColumnType
    /// Records that have the field, nulls included.
    public var present: Int
    public var nulls: Int
    /// The first distinct integers and strings, at most three, each one line of at most 40 characters.
    public var examples: [String]
  }

  /// Records that can be read, and those that cannot.
  public private(set) var records = 0, rejected = 0
  /// Sorted by the bytes of their names.
  public private(set) var fields: [Field] = []
  /// The field that looks like the event time, and the unit of its numbers (nil: it is RFC 3339 text).
  public private(set) var timeField: String?
  public private(set) var timeUnit: RecordPlan.TimeUnit?

  /// Looks at records of JSON or CSV until there were `maxRecords`. What is no record is counted and passed over.
  public static func infer(
    _ bytes: UnsafeRawBufferPointer, format: RecordPlan.Format = .json, csv: CsvLayout = CsvLayout(), maxRecords: Int
  ) -> SchemaInference {
    var plan = RecordPlan()
    plan.format = format
    plan.csv = csv
    plan.rest = true
    var schema = SchemaInference()
    guard let reader = try? RecordReader(plan) else { return schema }
    var tallies: [String: Tally] = [:]
    reader.read(
      bytes,
      rows: { frame in
        guard let rest = frame.column(role: .rest) else { return false }
        for row in 0..<min(frame.rows, maxRecords - schema.records) {
          schema.records += 1
          let record = rest.variantReader(row)
          record.forEachField { name, value in
            tallies[String(decoding: name, as: UTF8.self), default: Tally()].add(value, isCell: format == .csv)
          }
        }
        return schema.records < maxRecords
      },
      dead: { _ in schema.rejected += 1 })
    schema.fields = tallies.map { name, tally in
      Field(name: name, type: tally.type, present: tally.present, nulls: tally.nulls, examples: tally.examples)
    }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    schema.findTime(tallies)
    return schema
  }

  /// Names under which logs and metrics usually carry their time, the likeliest first.
  private static let timeNames = [
    "ts", "time", "timestamp", "@timestamp", "event_time", "eventtime", "datetime", "date", "at", "created_at", "t",
  ]

  /// By its name among times and plausible numbers, else the first field of times that every record has.
  private mutating func findTime(_ tallies: [String: Tally]) {
    for candidate in Self.timeNames {
      for field in fields where field.name.lowercased() == candidate {
        if field.type == .time {
          timeField = field.name
          return
        }
        if let unit = tallies[field.name]?.epochUnit, field.type == .int {
          (timeField, timeUnit) = (field.name, unit)
          return
        }
      }
    }
    timeField = fields.first { $0.type == .time && $0.present == records && $0.nulls == 0 }?.name
  }
}

/// What the values of one field were.
private struct Tally {
  var present = 0, nulls = 0
  var examples: [String] = []
  private var kinds: Set<RecordPlan.ColumnType> = []
  private var leastInt = Int64.max, greatestInt = Int64.min

  /// Values were cells of CSV, all of which are texts at least.
  private var isText = false

  var type: RecordPlan.ColumnType {
    switch kinds {
    case [.int, .double]: .double
    case [.time, .string]: .string
    case _ where isText && kinds.count > 1: .string
    default: kinds.count == 1 ? kinds.first ?? .variant : .variant
    }
  }

  /// The unit in which all integers lie between the years 2001 and 2286; nil without one.
  var epochUnit: RecordPlan.TimeUnit? {
    let second: Int64 = 1_000_000_000
    return RecordPlan.TimeUnit.allCases.first { unit in
      let scale = second / unit.nanoseconds
      let (end, overflows) = (10 * second).multipliedReportingOverflow(by: scale)
      return leastInt >= second * scale && greatestInt < (overflows ? Int64.max : end)
    }
  }

  /// A cell of CSV is a text, and has the type that it looks like.
  mutating func add(_ value: VariantReader, isCell: Bool) {
    present += 1
    isText = isCell
    switch value.kind {
    case .null, .absent: nulls += 1
    case .bool: kinds.insert(.bool)
    case .int:
      kinds.insert(.int)
      guard let number = value.int else { return }
      (leastInt, greatestInt) = (min(leastInt, number), max(greatestInt, number))
      note("\(number)")
    case .double, .decimal: kinds.insert(.double)
    case .time: kinds.insert(.time)
    case .binary: kinds.insert(.binary)
    case .object, .array: kinds.insert(.variant)
    case .dayTime, .uuid: kinds.insert(.string)
    case .string:
      guard let text = value.text else { return }
      let kind = isCell ? Self.typeOfCell(text) : Self.isTime(text) ? .time : .string
      kinds.insert(kind)
      if kind == .int, let number = Int64(String(decoding: text, as: UTF8.self).trimmingBlanks) {
        (leastInt, greatestInt) = (min(leastInt, number), max(greatestInt, number))
      }
      if examples.count < 3, kind != .bool, kind != .double { note(String(decoding: text, as: UTF8.self)) }
    }
  }

  private static func isTime(_ text: UnsafeRawBufferPointer) -> Bool {
    var time: Int64 = 0
    return record_read_time(borrowed(text), &time) != 0
  }

  private static func typeOfCell(_ text: UnsafeRawBufferPointer) -> RecordPlan.ColumnType {
    let code = UInt8(truncatingIfNeeded: record_type_of_cell(borrowed(text)))
    return RecordPlan.ColumnType.allCases.first { $0.code == code } ?? .string
  }

  private static func borrowed(_ text: UnsafeRawBufferPointer) -> tide_string {
    tide_string(data: text.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(text.count))
  }

  private mutating func note(_ example: String) {
    let isLine = example.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) && $0.value >> 1 != 0x1014 }
    guard examples.count < 3, example.count <= 40, isLine, !examples.contains(example) else { return }
    examples.append(example)
  }
}

extension String {
  fileprivate var trimmingBlanks: Substring {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
