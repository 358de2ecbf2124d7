import Formats
import TestSupport
import Testing

/// Random tables, and Python's csv module as another reader of RFC 4180.
@Suite struct CsvPropertyTests {
  private static let delimiters = Array(",;\t|: ".utf8)
  private static let pieces = [
    "a", "b", "0", " ", ",", ";", "\t", "|", "\"", "\"\"", "\n", "\r\n", "\r", "'", "\\", "é", "😀", "\u{FEFF}", "\u{0}", "x y",
    ".",
    String(repeating: "long ", count: 14),
  ]

  private static func text(_ random: inout SplitMix) -> String {
    (0..<random.below(5)).map { _ in pieces[random.below(pieces.count)] }.joined()
  }

  private static func value(_ type: RecordPlan.ColumnType, _ random: inout SplitMix) -> String {
    switch type {
    case .bool: random.below(2) == 0 ? "true" : "false"
    case .int: "\(Int64(bitPattern: random.next()) >> Int64(random.below(64)))"
    case .double:
      random.below(2) == 0
        ? "\(Double(random.below(2_000_000) - 1_000_000) / 1000)"
        : "\(Double(Int64(bitPattern: random.next())) * (random.below(2) == 0 ? 1e-20 : 1e200))"
    case .time:
      ["\"2026-01-01T00:00:00Z\"", "\"1999-12-31T23:59:59.123456789Z\"", "\"1970-01-01T00:00:00.5Z\""][random.below(3)]
    case .binary: ["\"\"", "\"AA==\"", "\"+/+/\""][random.below(3)]
    case .string, .variant: quoted(text(&random))
    }
  }

  @Test(arguments: 0..<60) func `a random table is the same after writing and reading it`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let types = RecordPlan.ColumnType.allCases
    var names: [String] = []
    while names.count <= random.below(9) {
      let name = Self.text(&random).filter { $0 != "\u{0}" }
      if !name.isEmpty, name.utf8.count < 200, !names.contains(name) { names.append(name) }
    }
    let columns = names.map { RecordPlan.Column($0, types[random.below(types.count)], declared: true) }
    var input = ""
    for _ in 0..<random.below(300) + 1 {
      var fields: [String] = []
      for column in columns where random.below(5) > 0 {
        fields.append("\(quoted(column.name)):\(Self.value(column.type, &random))")
      }
      input += "{\(fields.joined(separator: ","))}\n"
    }
    var source = RecordPlan()
    source.columns = columns
    let before = try decode(input, source)
    #expect(before.dead == [], "seed \(seed)")

    var sink = CsvTests.sink
    sink.csv.delimiter = Self.delimiters[random.below(Self.delimiters.count)]
    let table = try decode(input, source, encode: sink).lines.joined(separator: "\n") + "\n"
    source.format = .csv
    source.csv.delimiter = sink.csv.delimiter
    let bytes = Array(table.utf8)
    let cuts = (0..<4).map { _ in random.below(bytes.count) }.sorted()
    let after = try decode(bytes, source, cuts: cuts)
    #expect(after.dead == [], "seed \(seed)")
    #expect(after.lines == before.lines, "seed \(seed)")
    // All fields as the rest: strings, in the order of their names.
    source.columns = []
    source.rest = true
    let strings = try decode(bytes, source)
    #expect(strings.dead == [] && strings.lines.count == before.lines.count, "seed \(seed)")
  }

  /// Reads each table with Python's csv module, strictly: rows as lists, or null.
  private static let program = """
    import csv, io, json, sys
    csv.field_size_limit(1 << 30)
    for line in sys.stdin.buffer:
        table = json.loads(line)
        try:
            rows = list(csv.reader(io.StringIO(table["text"], newline=""), delimiter=table["delimiter"], strict=True))
        except csv.Error:
            rows = None
        print(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))
    """

  @Test func `every table that is read is read as Python reads it`() throws {
    var random = SplitMix(seed: 20_261)
    var tables: [(text: String, delimiter: UInt8, columns: Int)] = []
    for _ in 0..<3000 {
      let delimiter = Self.delimiters[random.below(4)]
      let columns = random.below(4) + 1
      var text = ""
      for _ in 0..<random.below(6) + 1 {
        let cells = (0..<(random.below(12) == 0 ? random.below(5) + 1 : columns)).map { _ -> String in
          let cell = Self.text(&random).replacing("\r\n", with: "\n").replacing("\r", with: "").replacing("\u{0}", with: "")
          switch random.below(8) {
          case 0: return cell
          case 1...3: return "\"" + cell.replacing("\"", with: "\"\"") + "\""
          default: return cell.filter { !"\"\n,;\t|".contains($0) }
          }
        }
        text += cells.joined(separator: String(UnicodeScalar(delimiter))) + (random.below(3) == 0 ? "\r\n" : "\n")
      }
      tables.append((text, delimiter, columns))
    }
    let lines = tables.map { "{\"text\":\(quoted($0.text)),\"delimiter\":\(quoted(String(UnicodeScalar($0.delimiter))))}\n" }
    let answers = try Python.run(Self.program, Array(lines.joined().utf8))
    #expect(answers.count == tables.count)
    var compared = 0
    for (table, answer) in zip(tables, answers) {
      var plan = CsvTests.source()
      plan.csv.delimiter = table.delimiter
      plan.csv.columns = (0..<table.columns).map { "c\($0)" }
      // In front of a file only we know a byte order mark for what it is.
      let outcome = try decode(Array(table.text.utf8), plan, encode: EncodePlan())
      guard outcome.dead == [], !table.text.hasPrefix("\u{FEFF}") else { continue }
      compared += 1
      // Nulls are empty texts there, and lines of nothing are lists of nothing.
      let rows = outcome.lines.map { line in
        line.replacing("null", with: "\"\"").replacing("{\"c0\":", with: "[").replacing(/"c[0-9]":/, with: "").dropLast() + "]"
      }
      let expected = table.columns == 1 ? answer.replacing("[]", with: "[\"\"]") : answer.replacing(/\[\],|,\[\]/, with: "")
      #expect("[\(rows.joined(separator: ","))]" == (expected == "[[]]" ? "[]" : expected), "\(table)")
    }
    #expect(compared > 1000)
  }

  @Test func `what Python refuses is dead, and what it writes is read`() throws {
    var random = SplitMix(seed: 77)
    var texts: [String] = []
    for _ in 0..<1500 { texts.append((0..<random.below(8) + 1).map { _ in ["a", ",", "\"", "\n"][random.below(4)] }.joined()) }
    let lines = texts.map { "{\"text\":\(quoted($0)),\"delimiter\":\",\"}\n" }
    let answers = try Python.run(Self.program, Array(lines.joined().utf8))
    var refused = 0
    for (text, answer) in zip(texts, answers) where answer == "null" {
      var plan = CsvTests.source()
      plan.csv.columns = ["c"]
      refused += 1
      #expect(try decode(text, plan).dead != [], "\(quoted(text))")
    }
    #expect(refused > 100)
  }
}
