import CTidemill
import Expressions
import Formats
import Frames
import Kernels
import Manifest
import Playground
import TestSupport
import Testing

/// Expressions of a manifest over fields that nothing declares: over the columns that the plan makes of them, they must say of each
/// line what `tidemill eval` says of it, whatever else the manifest holds.
struct ExpressionAgreementTests {
  /// What one line gives: `int 60`, `null`, or an error.
  private typealias Answer = String

  /// Manifests with the expression at `EXPRESSION`, and others that have nothing to do with it.
  private static let manifests = [
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } } }\nsinks: { o: { use: drop, from: f } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } } }\nsinks: { o: { use: stdout, from: f } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } } }\nsinks: { o: { use: drop, from: f }, p: { use: archive, from: s } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } }, g: { use: filter, from: s, with: { where: OTHER } } }\nsinks: { o: { use: drop, from: [f, g] } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } } }\nsinks: { o: { use: drop, from: f }, p: { use: stdout, from: f, with: { format: csv, columns: [s, a] } } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } }, g: { use: above, from: s, with: { field: a } }, h: { use: equals, from: s, with: { field: s, text: x } } }\nsinks: { o: { use: drop, from: [f, g, h] } }",
    "operators: { f: { use: filter, from: s, with: { where: EXPRESSION } }, g: { use: whole, from: s, with: { field: b } }, h: { use: count, from: s, with: { by: [a] } } }\nsinks: { o: { use: drop, from: [f, g, h] } }",
  ]

  @Test(arguments: 0..<8)
  func `a condition holds for the lines for which it is true`(part: Int) throws {
    let seed: UInt64 = 0x1A7E_0000 + UInt64(part)
    var events = RandomEvents(seed: seed)
    for round in 0..<60 {
      let expression = events.condition()
      try check(expression, &events, "seed \(seed), round \(round)") { frame, lines in
        let compiled = try ColumnExpression(expression, wanted: UInt32(TIDE_BOOL))
        var rows = [UInt16](repeating: 0, count: lines)
        var erring = rows
        let found = compiled.filter(frame.frame, nil, lines, into: &rows, erring: &erring)
        var answers = [Answer](repeating: "bool false", count: lines)
        for row in rows[..<found.rows] { answers[Int(row)] = "bool true" }
        for row in erring[..<found.errors] {
          answers[Int(row)] = Self.error
          #expect(compiled.why(frame.frame, UInt32(row)) != nil, "\(expression): no reason, seed \(seed)")
        }
        return answers
      } wanted: {
        $0.hasPrefix("bool") ? $0 : Self.error
      }
    }
  }

  @Test(arguments: 0..<8)
  func `an expression has the values that it has for the lines`(part: Int) throws {
    let seed: UInt64 = 0x1A7F_0000 + UInt64(part)
    var events = RandomEvents(seed: seed)
    for round in 0..<60 {
      let expression = events.value()
      try check(expression, &events, "seed \(seed), round \(round)") { frame, lines in
        let compiled = try ColumnExpression(expression)
        let values = ColumnValues(compiled.values(frame.frame, nil, lines))
        return (0..<lines).map { Self.answer(values, $0) }
      } wanted: {
        $0
      }
    }
  }

  /// Lines, an expression, and what it gives for each of them.
  private static let cases: [(expression: String, lines: [String], answers: [Answer])] = [
    ("ns > 5", ["{\"ns\":1700000000000000123}", "{\"ns\":4}", "{\"ns\":18446744073709551617}"], ["true", "false", "true"]),
    (
      "value != 60.0", ["{\"value\":60}", "{\"value\":\"60\"}", "{\"value\":null}", "{\"value\":9007199254740993}", "{}"],
      ["false", "true", "true", "true", "error"]
    ),
    ("value == 60", ["{\"value\":60.0}", "{\"value\":[60]}", "{\"value\":null}"], ["true", "false", "false"]),
    ("has(value) && value > 5", ["{\"value\":null}", "{}", "{\"value\":\"9\"}"], ["false", "false", "error"]),
    ("value == null || value > 5", ["{\"value\":null}", "{\"value\":7}", "{\"value\":\"x\"}"], ["true", "true", "error"]),
    (
      "value > 60.0 ? true : other == \"x\"", ["{\"value\":\"x\",\"other\":\"x\"}", "{\"value\":9007199254740993}"],
      ["error", "true"]
    ),
    ("zone == \"a\"", ["{\"zone\":1}", "{\"zone\":null}", "{\"zone\":\"a\"}", "{}"], ["false", "false", "true", "error"]),
    ("flag || value > 1.0", ["{\"flag\":\"yes\",\"value\":2}", "{\"flag\":true}"], ["true", "true"]),
    (
      "value in [1, \"x\", 2.5]", ["{\"value\":\"x\"}", "{\"value\":1.0}", "{\"value\":3}", "{\"value\":{}}"],
      ["true", "true", "false", "false"]
    ),
    ("at > timestamp(\"2026-01-01T00:00:00Z\")", ["{\"at\":\"2026-06-01T00:00:00Z\"}"], ["error"]),
    ("[1].exists(x, x == 1 && .x > 2.5 && string(.x) == \"3\")", ["{\"x\":3}", "{\"x\":2}"], ["true", "false"]),
    ("double(value) == 1.0", ["{\"value\":null}", "{\"value\":1}", "{\"value\":\"1\"}"], ["error", "true", "true"]),
  ]

  @Test func `what does not fit the type that an expression implies is seen by it`() throws {
    for (expression, lines, wanted) in Self.cases {
      for manifest in Self.manifests.prefix(3) {
        let plan = try Self.plan(manifest, expression, other: "true")
        let answers = try Self.decode(lines, plan) { frame in
          let values = ColumnValues(try ColumnExpression(expression).values(frame.frame, nil, lines.count))
          return (0..<lines.count).map { Self.answer(values, $0).replacingOccurrences(of: "bool ") }
        }
        #expect(answers == wanted, "\(expression), \(text(of: plan))")
      }
    }
  }

  // MARK: Steps

  private static let error = "error"

  /// Evaluates an expression for some lines by itself, and over the columns of every manifest.
  private func check(
    _ expression: String, _ events: inout RandomEvents, _ place: String, over columns: (FrameView, Int) throws -> [Answer],
    wanted: (Answer) -> Answer
  ) throws {
    guard let alone = try? EventExpression(expression, isStrict: false) else { return }
    let lines = (0..<40).map { _ in events.line() }
    let expected = Self.answers(alone, lines).map(wanted)
    for manifest in Self.manifests {
      let plan = try Self.plan(manifest, expression, other: Self.other(&events))
      let found = try Self.decode(lines, plan) { try columns($0, lines.count) }
      for (index, line) in lines.enumerated() where found[index] != expected[index] {
        Issue.record("\(expression) of \(line) is \(found[index]) and not \(expected[index]); \(text(of: plan)); \(place)")
        return
      }
    }
  }

  /// Another condition that a manifest can hold.
  private static func other(_ events: inout RandomEvents) -> String {
    while true {
      let text = events.condition(1)
      if (try? EventExpression(text, isStrict: false)) != nil { return text }
    }
  }

  private static func answers(_ expression: EventExpression, _ lines: [String]) -> [Answer] {
    let reader = JsonLines()
    return lines.map { line in
      var answer = "dead"
      reader.read(line: line) { line in
        guard case .object(let event) = line else { return }
        answer = (try? expression.value(of: event)).map { answered($0) } ?? error
      }
      return answer
    }
  }

  private static func plan(_ manifest: String, _ expression: String, other: String) throws -> RecordPlan {
    let filled =
      "sources: { s: { use: stdin } }\n"
      + manifest.replacingOccurrences(of: "EXPRESSION", with: quoted(expression))
      .replacingOccurrences(of: "OTHER", with: quoted(other))
    let (plan, says) = try load(filled)
    let node = try #require(plan?.node(named: "s"), "\(expression), \(other): \(says.map(\.description))")
    return try #require(node.recordPlan)
  }

  private static func quoted(_ text: String) -> String { "'\(text.replacingOccurrences(of: "'", with: "''"))'" }

  private static func decode(_ lines: [String], _ plan: RecordPlan, _ body: (FrameView) throws -> [Answer]) throws -> [Answer] {
    let decoder = try RecordDecoder(plan)
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    _ = bytes.withUnsafeBytes {
      decoder.decode($0.baseAddress!, length: $0.count, readable: $0.count, offset: 0, final: true, ingestTime: 0)
    }
    #expect(decoder.rows == lines.count)
    let length = decoder.frameByteCount
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64)
    defer { memory.deallocate() }
    _ = decoder.writeFrame(into: memory.baseAddress!, capacity: length, stream: 0, firstID: 0)
    return try body(try FrameValidator.validate(UnsafeRawBufferPointer(memory)))
  }

  // MARK: Answers

  private static func answered(_ value: Value) -> Answer { "\(value.typeName.shortName) \(value.literal)" }

  private static func answer(_ values: ColumnValues, _ index: Int) -> Answer {
    switch values.state(index) {
    case .error: return error
    case .null: return answered(.null)
    case .value: break
    }
    if let doubles = values.doubles { return answered(.double(doubles[index])) }
    if let ints = values.ints { return answered(.int(ints[index])) }
    if let bools = values.bools { return answered(.bool(bools[index] != 0)) }
    guard let strings = values.strings else { return "?" }
    let bytes = UnsafeRawBufferPointer(start: strings[index].data, count: Int(strings[index].length))
    if values.type == .string { return answered(.string(Text(utf8: Array(bytes)))) }
    return answered(Value(VariantReader(value: bytes, keys: values.keys)) ?? .null)
  }
}

extension String {
  fileprivate func replacingOccurrences(of old: String, with new: String = "") -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
