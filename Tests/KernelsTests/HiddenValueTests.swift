import CTidemill
import Expressions
import Frames
import Kernels
import TestSupport
import Testing

/// Kernels against the evaluator where a column holds any values, or not all of them: what it cannot hold, and nulls, are in the
/// rest.
struct HiddenValueTests {
  /// Column `v` holds any value, `d` doubles and `s` texts; what these cannot hold is in the rest, where `x` always is.
  private struct Rows {
    static let names = ["d", "s", "v", "x"]
    /// Values by row, nil where there is none.
    var values: [[String: Value]] = []

    init(_ rows: Int, using random: inout SplitMix) {
      let odd: [Value] = [
        .null, .bool(true), .int(60), .int(-3), .int(.max), .int((1 << 53) + 1), .uint(1 << 63), .double(60), .double(60.5),
        .double(-0.0), .string("x"), .string("60"), .list([.int(1)]), Value(significand: 150, scale: 2),
        Value(significand: 6050, scale: 2), Value(significand: -1, scale: 3), Value(significand: 1 << 64, scale: 0),
        Value(significand: (1 << 64) + 1, scale: 0), Value(significand: -(1 << 64) - 1, scale: 0),
        Value(significand: 100_000_000_000_000_000_055, scale: 21),
      ]
      for _ in 0..<rows {
        var row: [String: Value] = [:]
        for name in Self.names where random.below(6) > 0 {
          let usual: Value = name == "s" ? .string(["x", "y", "zz"][random.below(3)]) : .double(Double(random.below(400)) / 4)
          row[name] = random.below(2) == 0 ? usual : odd[random.below(odd.count)]
        }
        values.append(row)
      }
    }

    /// What the column of a field holds itself.
    private static func fits(_ name: String, _ value: Value) -> Bool {
      switch (name, value) {
      case ("v", _), ("d", .double), ("s", .string): true
      default: false
      }
    }

    func frame() throws -> OwnedFrame {
      let keys = ["d", "s", "x"]
      return try TestSupport.frame(rows: values.count) {
        _ = try $0.addColumn("v", .variant)
        _ = try $0.addColumn("d", .double)
        _ = try $0.addColumn("s", .string)
        _ = try $0.addColumn("", .variant, role: .rest)
        let builder = $0
        VariantKeys.encoded([]).withUnsafeBytes { builder.setKeys(0, metadata: $0) }
        VariantKeys.encoded(keys.map { ArraySlice($0.utf8) }).withUnsafeBytes { builder.setKeys(3, metadata: $0) }
      } row: { builder, row in
        let encoder = VariantEncoder()
        let values = values[row]
        if let value = values["v"] {
          Self.write(value, encoder)
          builder.put(0, variant: encoder.bytes(from: 0))
        }
        if case .double(let number)? = values["d"] { builder.put(1, number) }
        if case .string(let text)? = values["s"] { builder.put(2, text.string) }
        let start = encoder.count
        let open = encoder.begin()
        for (id, name) in keys.enumerated() {
          guard let value = values[name], !Self.fits(name, value) else { continue }
          let from = encoder.count
          Self.write(value, encoder)
          encoder.add(UInt32(id), from: from)
        }
        _ = encoder.endObject(open)
        builder.put(3, variant: encoder.bytes(from: start))
      }
    }

    private static func write(_ value: Value, _ encoder: VariantEncoder) {
      switch value {
      case .null: encoder.putNull()
      case .bool(let value): encoder.put(value)
      case .int(let value): encoder.put(int: value)
      case .uint(let value): encoder.put(decimal: Int128(value), scale: 0)
      case .double(let value): encoder.put(value)
      case .exact(let number): encoder.put(decimal: number.significand, scale: number.scale)
      case .string(let text): text.utf8.withUnsafeBytes { encoder.put(text: $0) }
      case .list(let items):
        let open = encoder.begin()
        for item in items {
          let from = encoder.count
          write(item, encoder)
          encoder.add(0, from: from)
        }
        _ = encoder.endArray(open)
      default: Issue.record("no such value is made")
      }
    }
  }

  private static let conditions = [
    "v > 60.0", "60 <= v", "v == 60", "v != 60.5", "v < 1.5", "v == 1.5", "v in [60, 1.5]", "v == null", "has(v)",
    "v * 2.0 > 100.0",
    "d > 60.0", "d == 60", "d != 60.5", "d in [60.5, 1.5]", "d == null", "has(d)", "d * 2.0 > 100.0", "d > 60.0 && s == \"x\"",
    "s == \"x\"", "s != \"x\"", "s.startsWith(\"z\")", "s == null", "has(s)", "v > 60.0 || d > 60.0", "!(v > 60.0)", "v == d",
    "v > d", "d > 18446744073709551616.0", "v > 9223372036854775807", "v == 9223372036854775808u", "x > 60.0", "has(x)",
    "x == s", "v == \"x\" || x == null", "d > 60.0 ? v > 1.0 : s == \"y\"", "event.fields[\"d\"] == d",
    "size(event.fields) > 2",
  ]

  @Test(arguments: [1, 40, 1500])
  func `a condition holds for the rows for which it does row by row`(rows: Int) throws {
    let seed: UInt64 = 0x41DD_0000 &+ UInt64(rows)
    var random = SplitMix(seed: seed)
    for round in 0..<3 {
      let model = Rows(rows, using: &random)
      let owned = try model.frame()
      for text in Self.conditions {
        let expression = try ColumnExpression(text, wanted: UInt32(TIDE_BOOL))
        var passed = [UInt16](repeating: 0, count: rows)
        var erring = passed
        let found = expression.filter(owned.pointer, nil, rows, into: &passed, erring: &erring)
        var wanted: (rows: [UInt16], erring: [UInt16]) = ([], [])
        for row in 0..<rows {
          switch try Self.value(text, model.values[row]) {
          case .bool(true)?: wanted.rows.append(UInt16(row))
          case .bool(false)?: break
          default: wanted.erring.append(UInt16(row))
          }
        }
        #expect(Array(passed[..<found.rows]) == wanted.rows, "\(text), seed \(seed), round \(round)")
        #expect(Array(erring[..<found.errors]) == wanted.erring, "errors of \(text), seed \(seed), round \(round)")
      }
    }
  }

  private static let expressions = [
    "v", "d", "s", "x", "v * 2.0", "d * 2.0", "d + 1.5", "double(v)", "v > 60.0 ? d : 0.0", "[v, d]", "s + \"!\"", "string(v)",
    "d > 1.0 ? \"warm\" : s", "{\"v\": v}", "-v", "v + 1",
  ]

  @Test(arguments: [1, 40, 1500])
  func `an expression has the values that it has row by row, with all of their digits`(rows: Int) throws {
    let seed: UInt64 = 0x41DE_0000 &+ UInt64(rows)
    var random = SplitMix(seed: seed)
    for round in 0..<3 {
      let model = Rows(rows, using: &random)
      let owned = try model.frame()
      for text in Self.expressions {
        let expression = try ColumnExpression(text)
        let found = withExtendedLifetime(expression) {
          let values = ColumnValues(expression.values(owned.pointer, nil, rows))
          return (0..<rows).map { Self.text(values, $0) }
        }
        for row in 0..<rows {
          let wanted =
            switch try Self.value(text, model.values[row]) {
            case nil: "error"
            case .null?: "null"
            case let value?: "\(value)"
            }
          #expect(found[row] == wanted, "\(text), row \(row), seed \(seed), round \(round)")
        }
      }
    }
  }

  private static func value(_ text: String, _ values: [String: Value]) throws -> Value? {
    let expression = try Expression(
      try EventSyntax.parse(text), text: text, in: Environment(EventSyntax.variables, isGradual: true))
    let variables = expression.variables.map { variable -> Value? in
      guard variable.name == EventSyntax.fields else { return values[variable.name] }
      var map = ValueMap()
      for (name, value) in values { _ = map.insert(.string(Text(name)), value) }
      return .map(map)
    }
    return try? Program(expression).evaluate(VariableList(variables))
  }

  private static func text(_ values: ColumnValues, _ index: Int) -> String {
    guard values.state(index) == .value else { return "\(values.state(index))" }
    if let doubles = values.doubles { return "\(Value.double(doubles[index]))" }
    guard let strings = values.strings else { return "?" }
    let bytes = UnsafeRawBufferPointer(start: strings[index].data, count: Int(strings[index].length))
    if values.type == .string { return "\(Value.string(Text(utf8: Array(bytes))))" }
    return Value(VariantReader(value: bytes, keys: values.keys)).map { "\($0)" } ?? "absent"
  }
}
