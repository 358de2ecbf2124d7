import Formats
import Frames
import Testing

/// Columns whose readers see every value, without the fields that nobody reads.
@Suite struct ExactColumnTests {
  private func exact(_ name: String, _ type: RecordPlan.ColumnType, numbers: Bool = false) -> RecordPlan.Column {
    var column = RecordPlan.Column(name, type)
    column.isExact = true
    column.hasNumbers = numbers
    return column
  }

  @Test func `what does not fit an exact column, and nulls, stay in a rest that holds nothing else`() throws {
    let columns = plan(exact("v", .double), .init("s", .string), exact("b", .bool))
    let outcome = try decode(
      """
      {"v":1.5,"s":"a","b":true,"other":1}
      {"other":[{}],"v":"x","s":2,"b":{"k":[1]}}
      {"v":null,"s":null,"b":null,"other":null}
      {"v":9007199254740993,"more":"x"}
      {"other":1}
      {}

      """, columns
    ) { frame in
      let rest = try #require(frame.column(role: .rest))
      #expect((0..<frame.rows).map(rest.isValid) == [false, true, true, true, false, false])
    }
    #expect(
      outcome.lines == [
        "{\"v\":1.5,\"s\":\"a\",\"b\":true}", "{\"b\":{\"k\":[1]},\"v\":\"x\"}", "{\"b\":null,\"v\":null}",
        "{\"v\":9007199254740993}", "{}", "{}",
      ])
    #expect(outcome.dead == [] && outcome.mismatches == 4)
  }

  @Test func `frames of exact columns have a rest whatever the records hold`() throws {
    _ = try decode("{\"v\":1}\n", plan(exact("v", .double))) { frame in
      #expect(frame.column(role: .rest)?.nullCount == 1)
    }
    _ = try decode("{\"v\":1}\n", plan(.init("v", .double))) { frame in #expect(frame.column(role: .rest) == nil) }
  }

  @Test func `of an exact field that comes twice the last value counts`() throws {
    let outcome = try decode(
      "{\"v\":\"x\",\"v\":2}\n{\"v\":2,\"v\":null}\n{\"v\":null,\"v\":\"y\"}\n{\"v\":\"y\",\"v\":\"z\"}\n{\"v\":1,\"v\":2.5}\n",
      plan(exact("v", .double)))
    #expect(outcome.lines == ["{\"v\":2.0}", "{\"v\":null}", "{\"v\":\"y\"}", "{\"v\":\"z\"}", "{\"v\":2.5}"])
  }

  @Test(arguments: [
    "1e-400", "0.10000000000000000000000000000000000000000000000001", "1e400", "1\(String(repeating: "0", count: 43))",
  ])
  func `a number that a variant keeps as text is one in an exact column too`(number: String) throws {
    for columns in [plan(exact("v", .double)), plan(rest: true)] {
      // Twice, for the decoder knows the second one's place.
      #expect(
        try decode("{\"v\":\(number)}\n{\"v\":\(number)}\n", columns).lines == [
          "{\"v\":\"\(number)\"}", "{\"v\":\"\(number)\"}",
        ])
    }
  }

  @Test(arguments: ["0.1", "1e300", "12345678901234567890", "0.1000000000000000055", "-0", "5e-324", "9007199254740993.0"])
  func `other numbers are the same double in an exact column`(number: String) throws {
    let line = "{\"v\":\(number)}\n"
    #expect(try decode(line, plan(exact("v", .double))).lines == decode(line, plan(.init("v", .double), rest: true)).lines)
  }

  @Test func `the records of exact columns are written from their own bytes`() throws {
    let lines = ["{ \"v\":\"x\", \"o\":1e2 }", "{\"v\":null}", "{\"o\":2.50,\"v\":1}"]
    var written = EncodePlan()
    written.verbatim = true
    let outcome = try decode(
      lines.joined(separator: "\n") + "\n", plan(exact("v", .double)) { $0.verbatim = true }, encode: written)
    #expect(outcome.lines == lines)
  }

  @Test func `cells of csv are numbers where their column has some, and else strings`() throws {
    func lines(_ columns: RecordPlan.Column...) throws -> [String] {
      try decode("v,o\n60,1\n2.50,1\n9007199254740993,1\n cold,1\n,1\n 7 ,1\n", CsvTests.source(columns, rest: false)).lines
    }
    #expect(
      try lines(exact("v", .variant, numbers: true)) == [
        "{\"v\":60}", "{\"v\":2.50}", "{\"v\":9007199254740993}", "{\"v\":\" cold\"}", "{\"v\":null}", "{\"v\":7}",
      ])
    #expect(
      try lines(exact("v", .double, numbers: true)) == [
        "{\"v\":60.0}", "{\"v\":2.5}", "{\"v\":9007199254740993}", "{\"v\":\" cold\"}", "{\"v\":null}", "{\"v\":7.0}",
      ])
    #expect(
      try lines(exact("v", .variant)) == [
        "{\"v\":\"60\"}", "{\"v\":\"2.50\"}", "{\"v\":\"9007199254740993\"}", "{\"v\":\" cold\"}", "{\"v\":null}",
        "{\"v\":\" 7 \"}",
      ])
    #expect(try lines(.init("v", .variant))[4] == "{}")
  }
}
