import CTidemill
import Expressions
import Frames
import Kernels
import TestSupport
import Testing

/// What the values of a batch may take, and which values no column can hold.
struct ValueBoundTests {
  /// Rows with a number, and one long text that all share.
  private func frame(rows: Int, textBytes: Int) throws -> OwnedFrame {
    let text = String(repeating: "x", count: textBytes)
    return try TestSupport.frame(rows: rows) {
      _ = try $0.addColumn("n", .int)
      _ = try $0.addColumn("text", .string)
    } row: { builder, row in
      builder.put(0, Int64(row))
      builder.put(1, text)
    }
  }

  @Test(arguments: ["text + string(n)", "bytes(text + string(n))", "[text, n]", "{'t': text, 'n': n}"])
  func `rows for whose values a batch has no room are left for another time`(expression: String) throws {
    let rows = 1200
    let owned = try frame(rows: rows, textBytes: 60_000)
    let compiled = try ColumnExpression(expression)
    let found = ColumnValues(compiled.values(owned.pointer, nil, rows))
    let there = (0..<rows).prefix { found.state($0) == .value }.count
    #expect(there > 1000 && there < rows, "\(there) rows fit")
    #expect(found.errorCount == rows - there && found.raw.reserved == UInt32(rows - there))
    let strings = try #require(found.strings)
    #expect(strings.reduce(0) { $0 + Int($1.length) } <= 64 << 20)
    #expect((there..<rows).allSatisfy { found.state($0) == .error && strings[$0].length == 0 })
    #expect(compiled.why(owned.pointer, UInt32(there)) == "the values of this row's batch take more than 64 MiB together")
    #expect(compiled.why(owned.pointer, UInt32(there - 1)) == nil)
    // They have room by themselves.
    let left = (there..<rows).map { UInt16($0) }
    left.withUnsafeBufferPointer { left in
      let others = ColumnValues(compiled.values(owned.pointer, left.baseAddress, left.count))
      #expect(others.errorCount == 0 && others.raw.reserved == 0 && others.count == left.count)
    }
    // The next batch begins anew.
    #expect(ColumnValues(compiled.values(owned.pointer, nil, 100)).errorCount == 0)
    #expect(compiled.why(owned.pointer, UInt32(rows - 1)) == nil)
  }

  @Test func `texts of a dictionary are made once when they are short, and always right`() throws {
    let long = String(repeating: "y", count: 10_000)
    let owned = try TestSupport.frame(rows: 2000) {
      _ = try $0.addColumn("text", .string)
    } row: { builder, row in
      builder.put(0, row % 3 == 0 ? "short" : long)
    }
    let compiled = try ColumnExpression("text + '!'")
    for _ in 0..<2 {
      let found = ColumnValues(compiled.values(owned.pointer, nil, 2000))
      let strings = try #require(found.strings)
      #expect(found.errorCount == 0)
      #expect(
        (0..<2000).allSatisfy {
          String(decoding: UnsafeRawBufferPointer(start: strings[$0].data, count: Int(strings[$0].length)), as: UTF8.self)
            == ($0 % 3 == 0 ? "short!" : long + "!")
        })
    }
  }

  @Test(
    arguments: [
      ("{1: n, '1': n}", "the keys of a map are texts in an event, and '1' would be there twice"),
      ("{'a': [{true: 1, 'true': 2}]}", "the keys of a map are texts in an event, and 'true' would be there twice"),
      (
        String(repeating: "[", count: 65) + "n" + String(repeating: "]", count: 65),
        "the lists and maps of an event are nested at most 64 deep"
      ),
    ])
  func `a value that no field can hold errs with the reason`(expression: String, reason: String) throws {
    let owned = try frame(rows: 3, textBytes: 1)
    let compiled = try ColumnExpression(expression)
    #expect(ColumnValues(compiled.values(owned.pointer, nil, 3)).errorCount == 3)
    #expect(compiled.why(owned.pointer, 1) == reason)
    for good in [
      "{1: n, '2': n}", "{1: n, 2u: n, true: n}", String(repeating: "[", count: 64) + "n" + String(repeating: "]", count: 64),
    ] {
      #expect(ColumnValues(try ColumnExpression(good).values(owned.pointer, nil, 3)).errorCount == 0, "\(good)")
    }
  }

  @Test(
    arguments: [
      (
        "timestamp('2300-01-01T00:00:00Z') + duration(string(n) + 's')", UInt32(TIDE_TIME),
        "the time 2300-01-01T00:00:01Z is beyond what a field holds, which is from 1677-09-21T00:12:43.145224192Z to "
          + "2262-04-11T23:47:16.854775807Z"
      ),
      (
        "n == 1 ? timestamp('0001-01-01T00:00:00Z') : timestamp('9999-12-31T23:59:59Z')", UInt32(TIDE_TIME),
        "the time 0001-01-01T00:00:00Z is beyond what a field holds, which is from 1677-09-21T00:12:43.145224192Z to "
          + "2262-04-11T23:47:16.854775807Z"
      ),
      (
        "duration('9000000h') + duration(string(n) + 's')", UInt32(TIDE_DURATION),
        "the duration 32400000001s is beyond what a field holds, which is from -9223372036.854775808s to "
          + "9223372036.854775807s"
      ),
    ])
  func `a time beyond the nanoseconds of a column errs with its value and the range`(
    expression: String, type: UInt32, reason: String
  ) throws {
    let owned = try frame(rows: 3, textBytes: 1)
    for wanted in [0, type] {
      let compiled = try ColumnExpression(expression, wanted: wanted)
      #expect(ColumnValues(compiled.values(owned.pointer, nil, 3)).errorCount == 3)
      #expect(compiled.why(owned.pointer, 1) == reason)
    }
    // Inside of a list it is a text.
    let listed = try ColumnExpression("[\(expression)]")
    #expect(ColumnValues(listed.values(owned.pointer, nil, 3)).errorCount == 0)
    #expect(listed.why(owned.pointer, 1) == nil)
  }

  @Test func `a condition with more parts than kernels are made for holds for the same rows`() throws {
    let owned = try frame(rows: 1000, textBytes: 1)
    let text = (0..<2000).map { "n == \($0 * 3)" }.joined(separator: " || ")
    let compiled = try ColumnExpression(text, wanted: UInt32(TIDE_BOOL))
    var rows = [UInt16](repeating: 0, count: 1000)
    let found = compiled.filter(owned.pointer, nil, 1000, into: &rows, erring: nil)
    #expect(found.errors == 0 && Array(rows[..<found.rows]) == (0..<1000).filter { $0 % 3 == 0 }.map { UInt16($0) })
    let sum = Array(repeating: "n", count: 2000).joined(separator: " + ")
    let added = try ColumnExpression(sum)
    try withExtendedLifetime(added) {
      let ints = try #require(ColumnValues(added.values(owned.pointer, nil, 1000)).ints)
      #expect((0..<1000).allSatisfy { ints[$0] == Int64(2000 * $0) })
    }
  }
}
