import CTidemill
import Expressions
import Frames
import Kernels
import TestSupport
import Testing

/// Kernels against the evaluator: for every row of random frames, both must say the same.
struct KernelAgreementTests {
  /// Columns: doubles, integers, truths, times, and texts with few and with many values; each may lack values.
  private struct Rows {
    var value: [Double?] = []
    var count: [Int64?] = []
    var flag: [Bool?] = []
    var at: [Int64?] = []
    var zone: [String?] = []
    var note: [String?] = []

    init(_ rows: Int, nulls: Bool, using random: inout SplitMix) {
      func maybe<T>(_ value: T) -> T? { nulls && Int.random(in: 0..<8, using: &random) == 0 ? nil : value }
      let edges: [Int64] = [0, 1, -1, 2, 7, Int64.max, Int64.min, Int64.max - 1, 1 << 53, (1 << 53) + 1]
      for _ in 0..<rows {
        let number = [0, -0.0, 60, 60.5, 1e300, .infinity, .nan, 42.25].randomElement(using: &random)!
        value.append(maybe(Bool.random(using: &random) ? number : Double.random(in: -100...100, using: &random)))
        count.append(
          maybe(Bool.random(using: &random) ? edges.randomElement(using: &random)! : Int64.random(in: -9...9, using: &random)))
        flag.append(maybe(Bool.random(using: &random)))
        at.append(maybe(1_700_000_000_000_000_000 + Int64.random(in: -5...5, using: &random) * 1_000_000_000))
        zone.append(maybe("zone_\(Int.random(in: 0..<4, using: &random))"))
        note.append(maybe("n\u{e9}\(Int.random(in: 0..<5000, using: &random))"))
      }
    }

    func frame() throws -> OwnedFrame {
      try TestSupport.frame(rows: value.count) {
        _ = try $0.addColumn("value", .double)
        _ = try $0.addColumn("count", .int)
        _ = try $0.addColumn("flag", .bool)
        _ = try $0.addColumn("at", .time)
        _ = try $0.addColumn("zone", .string)
        _ = try $0.addColumn("note", .string)
      } row: { builder, row in
        if let value = value[row] { builder.put(0, value) }
        if let count = count[row] { builder.put(1, count) }
        if let flag = flag[row] { builder.put(2, flag) }
        if let at = at[row] { builder.put(3, time: at) }
        if let zone = zone[row] { builder.put(4, zone) }
        if let note = note[row] { builder.put(5, note) }
      }
    }

    func value(_ name: String, _ row: Int) -> Value? {
      switch name {
      case "value": value[row].map(Value.double)
      case "count": count[row].map(Value.int)
      case "flag": flag[row].map(Value.bool)
      case "at":
        at[row].map { .timestamp(Timestamp(seconds: $0 / 1_000_000_000, nanoseconds: Int32($0 % 1_000_000_000))) }
      case "zone": zone[row].map { .string(Text($0)) }
      case "note": note[row].map { .string(Text($0)) }
      default: nil
      }
    }
  }

  private static let conditions = [
    "value > 60.0", "value >= 60", "value != 60.5", "60 < value", "value == value", "value > 60.0 && zone == \"zone_1\"",
    "value > 60.0 || zone != \"zone_1\"", "!(value < 0.0)", "count > 5", "count + 1 > 5", "count * 2 == 14", "count - 1 < -5",
    "count / 2 == 3", "count % 3 == 1", "-count > 3", "count in [1, 2, 7]", "count == 9007199254740992.0",
    "count > 9007199254740992.0", "value in [60.0, 42.25]",
    "zone in [\"zone_0\", \"zone_3\"]",
    "flag", "!flag", "flag && value > 0.0", "flag == true", "flag || count > 0", "at > timestamp(\"2023-11-14T22:13:20Z\")",
    "zone.startsWith(\"zone_\") && zone.endsWith(\"2\")", "zone.matches(\"[12]$\")", "note == \"n\u{e9}17\"",
    "note != \"n\u{e9}17\"", "note == \"\"", "note != \"\"", "zone == \"\"",
    "note.size() == 4", "zone == note", "value > 60.0 ? flag : count > 0", "(flag ? value : double(count)) > 3.0",
    "value * 2.0 + 1.0 > double(count)", "value + count > 10.0", "count > 0 && 10 / count > 2", "has(value)",
    "!has(note) || note > \"n\"",
    "zone == null", "value != null", "missing > 3", "has(missing)", "zone.size() > 0 && missing == 1", "value > 1.0 && missing",
    "false && missing", "true || missing", "at - timestamp(\"2023-11-14T22:13:20Z\") > duration(\"2s\")",
    "event.fields[\"count\"] == 7",
    "\"flag\" in event.fields", "size(event.fields) == 6", "[value, 3.0].exists(x, x > 60.0)", "value / 0.0 > 1.0",
  ]

  @Test(arguments: [1, 7, 1024, 2500])
  func `a condition holds for the same rows by columns as row by row`(rows: Int) throws {
    let seed: UInt64 = 0x7EED_0CE1 &+ UInt64(rows)
    var random = SplitMix(seed: seed)
    for round in 0..<4 {
      let model = Rows(rows, nulls: round % 2 == 1, using: &random)
      let owned = try model.frame()
      let selected = round < 2 ? nil : (0..<rows).filter { _ in Bool.random(using: &random) }.map { UInt16($0) }
      for text in Self.conditions {
        let expression = try ColumnExpression(text, wanted: UInt32(TIDE_BOOL))
        let wanted = try Self.byRow(text, model, rows: selected.map { $0.map(Int.init) } ?? Array(0..<rows))
        let found = Self.filter(expression, owned, selected, rows: rows)
        #expect(found.rows == wanted.rows, "\(text), seed \(seed), round \(round)")
        #expect(found.erring == wanted.erring, "errors of \(text), seed \(seed), round \(round)")
        if let row = found.erring.first {
          #expect(expression.why(owned.pointer, UInt32(row))?.isEmpty == false, "\(text): no reason for row \(row)")
        }
      }
    }
  }

  private static let values = [
    "value * 1.8 + 32.0", "value - count", "count * 3", "count + 9223372036854775000", "-count", "double(count) / 3.0",
    "flag ? value : 0.0",
    "value", "count", "flag", "at", "zone", "zone.upperAscii()", "note + \"!\"", "zone == \"zone_1\"", "[count, 1]",
    "{\"a\": zone, \"b\": value}",
    "at + duration(\"1h\")", "value > 0.0 ? \"warm\" : zone", "string(count)", "null", "missing", "count / 0", "bytes(zone)",
    "uint(3)",
  ]

  @Test(arguments: [1, 1024, 1500])
  func `an expression gives the same values by columns as row by row`(rows: Int) throws {
    let seed: UInt64 = 0x7EED_0CE2 &+ UInt64(rows)
    var random = SplitMix(seed: seed)
    for round in 0..<4 {
      let model = Rows(rows, nulls: round % 2 == 1, using: &random)
      let owned = try model.frame()
      let selected = round < 2 ? nil : (0..<rows).filter { _ in Bool.random(using: &random) }.map { UInt16($0) }
      let visited = selected.map { $0.map(Int.init) } ?? Array(0..<rows)
      for text in Self.values {
        let expression = try ColumnExpression(text)
        let program = try Self.program(text)
        let found = ColumnValues(
          (selected ?? []).withUnsafeBufferPointer { numbers in
            expression.values(owned.pointer, selected == nil ? nil : numbers.baseAddress, visited.count)
          })
        #expect(found.count == visited.count, "\(text)")
        for (index, row) in visited.enumerated() {
          let wanted = Self.value(program, model, row)
          let place: Comment = "\(text), row \(row), seed \(seed), round \(round)"
          switch wanted {
          case nil: #expect(found.state(index) == .error, place)
          case .null?: #expect(found.state(index) == .null, place)
          case let value?:
            guard found.state(index) == .value else {
              Issue.record(place)
              continue
            }
            #expect(Self.text(found, index) == Self.text(value), place)
          }
        }
      }
    }
  }

  // MARK: Row by row

  private static func program(_ text: String) throws -> (Program, [Variable]) {
    let environment = Environment(EventSyntax.variables, isGradual: true)
    let expression = try Expression(try EventSyntax.parse(text), text: text, in: environment)
    return (Program(expression), expression.variables)
  }

  private static func value(_ program: (Program, [Variable]), _ model: Rows, _ row: Int) -> Value? {
    let values = program.1.map { variable -> Value? in
      guard variable.name == EventSyntax.fields else { return model.value(variable.name, row) }
      var map = ValueMap()
      for name in ["value", "count", "flag", "at", "zone", "note"] {
        if let value = model.value(name, row) { _ = map.insert(.string(Text(name)), value) }
      }
      return .map(map)
    }
    return try? program.0.evaluate(VariableList(values))
  }

  private static func byRow(_ text: String, _ model: Rows, rows: [Int]) throws -> (rows: [UInt16], erring: [UInt16]) {
    let program = try program(text)
    var result: (rows: [UInt16], erring: [UInt16]) = ([], [])
    for row in rows {
      switch value(program, model, row) {
      case .bool(true)?: result.rows.append(UInt16(row))
      case .bool(false)?: break
      default: result.erring.append(UInt16(row))
      }
    }
    return result
  }

  private static func filter(
    _ expression: ColumnExpression, _ frame: OwnedFrame, _ selected: [UInt16]?, rows: Int
  ) -> (rows: [UInt16], erring: [UInt16]) {
    let count = selected?.count ?? rows
    var passed = [UInt16](repeating: 0, count: count + 1)
    var erring = passed
    let found = (selected ?? []).withUnsafeBufferPointer { numbers in
      expression.filter(
        frame.pointer, selected == nil ? nil : numbers.baseAddress, count, into: &passed, erring: &erring)
    }
    return (Array(passed[..<found.rows]), Array(erring[..<found.errors]))
  }

  // MARK: As text, to compare

  private static func text(_ value: Value) -> String {
    switch value {
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let text): "'\(text)'"
    case .bytes(let bytes): "\(bytes)"
    case .timestamp(let time): "\(time.seconds * 1_000_000_000 + Int64(time.nanoseconds))"
    case .list(let items): "[\(items.map(text).joined(separator: ","))]"
    case .map(let map):
      "{\(zip(map.keys, map.values).map { "\(text($0)):\(text($1))" }.sorted().joined(separator: ","))}"
    default: "\(value)"
    }
  }

  private static func text(_ values: ColumnValues, _ index: Int) -> String {
    if let doubles = values.doubles { return "\(doubles[index])" }
    if let ints = values.ints ?? values.times { return "\(ints[index])" }
    if let uints = values.uints { return "\(uints[index])" }
    if let bools = values.bools { return bools[index] != 0 ? "true" : "false" }
    guard let strings = values.strings else { return "?" }
    let bytes = UnsafeRawBufferPointer(start: strings[index].data, count: Int(strings[index].length))
    switch values.type {
    case .string: return "'\(String(decoding: bytes, as: UTF8.self))'"
    case .binary: return "\(Array(bytes))"
    default: return text(VariantReader(value: bytes, keys: values.keys))
    }
  }

  private static func text(_ variant: VariantReader) -> String {
    switch variant.kind {
    case .bool: return "\(variant.bool!)"
    case .int: return "\(variant.int!)"
    case .double: return "\(variant.double!)"
    case .time: return "\(variant.time!)"
    case .string: return "'\(String(decoding: variant.text!, as: UTF8.self))'"
    case .binary: return "\(Array(variant.binary!))"
    case .array: return "[\((0..<variant.count).map { text(variant[$0]) }.joined(separator: ","))]"
    case .object:
      var fields: [String] = []
      variant.forEachField { fields.append("'\(String(decoding: $0, as: UTF8.self))':\(text($1))") }
      return "{\(fields.sorted().joined(separator: ","))}"
    default: return "\(variant.kind)"
    }
  }
}
