import Frames
import PluginKit
import PluginManifest
import TestSupport

/// What `parse` makes of texts: hands them over in the field `line` and tells each row that comes back in one line.
struct ParseRows {
  let bench: PluginBench
  let instance: PluginBenchInstance

  /// - Parameter options: as they stand under `with`; maps and lists of texts.
  init(_ format: String, _ options: [(String, ConfigValue)] = []) throws {
    bench = try PluginBench(library: "tidemill-parse")
    bench.keepsPassed = true
    bench.nowStep = 0
    let field = options.contains { $0.0 == "field" } ? [] : [("field", ConfigValue.string("line"))]
    let all = field + [("format", .string(format))] + options
    instance = try bench.create(.operator, "parse", with: .map(all.map { .init($0.0, $0.1) }))
    try instance.open()
  }

  static func types(_ fields: (String, String)...) -> ConfigValue { .map(fields.map { .init($0.0, .string($0.1)) }) }

  /// The row of each text; of one that is refused the reason, behind an exclamation mark.
  func rows(_ texts: [String?], dictionary: Bool = true) throws -> [String] {
    let frame = try TestSupport.frame(rows: texts.count) {
      _ = try $0.addColumn("", .int, role: .id, nullable: false)
      _ = try $0.addColumn("line", .string, dictionary: dictionary)
    } row: { builder, row in
      builder.put(0, Int64(row))
      if let text = texts[row] { builder.put(1, text) }
    }
    return try rows(frame)
  }

  /// The same of a frame whose first column counts the rows.
  func rows(_ frame: OwnedFrame, selection: [UInt16]? = nil) throws -> [String] {
    (bench.passed, bench.rejects) = ([], [])
    try instance.process(frame.pointer, rows: selection)
    var lines: [Int: String] = [:]
    for reject in bench.rejects { lines[Int(reject.row)] = "!\(reject.why)" }
    for passed in bench.passed {
      let view = try FrameValidator.validate(
        UnsafeRawBufferPointer(start: passed.frame.pointer, count: FrameView(passed.frame.pointer).byteCount))
      for row in passed.rows { lines[Int(view.column(0).int(row))] = Self.line(view, row) }
    }
    return lines.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The columns but the first and `line`, `name=value` with a letter for the type, nulls left out; the rest in braces.
  static func line(_ view: FrameView, _ row: Int) -> String {
    var parts: [String] = []
    for index in 1..<view.columnCount {
      let column = view.column(index)
      guard column.isValid(row), column.name != "line" else { continue }
      let value =
        switch column.type {
        case .string: "\"\(column.string(row))\""
        case .int: "\(column.int(row))i"
        case .double: "\(column.double(row))d"
        case .bool: "\(column.bool(row))"
        case .time: time(column.time(row))
        case .binary: column.bytes(row).map { "\($0)" }.joined(separator: ".")
        case .variant: variant(column.variantReader(row))
        default: "?"
        }
      parts.append(column.role == .rest ? value : "\(column.name)=\(value)")
    }
    return parts.joined(separator: " ")
  }

  /// Seconds and nanoseconds.
  private static func time(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000, rest = nanoseconds % 1_000_000_000
    return rest == 0 ? "\(seconds)t" : "\(seconds)+\(rest)t"
  }

  static func variant(_ value: VariantReader) -> String {
    switch value.kind {
    case .absent: return "absent"
    case .null: return "null"
    case .bool: return "\(value.bool ?? false)"
    case .int: return "\(value.int ?? 0)i"
    case .double: return "\(value.double ?? 0)d"
    case .decimal: return value.decimal.map { "\($0.significand)e-\($0.scale)" } ?? ""
    case .time: return time(value.time ?? 0)
    case .string: return "\"\(String(decoding: value.text!, as: UTF8.self))\""
    case .array: return "[" + (0..<value.count).map { variant(value[$0]) }.joined(separator: ",") + "]"
    case .object:
      var members: [String] = []
      value.forEachField { members.append("\(String(decoding: $0, as: UTF8.self)):\(variant($1))") }
      return "{" + members.joined(separator: ",") + "}"
    default: return "?"
    }
  }
}
