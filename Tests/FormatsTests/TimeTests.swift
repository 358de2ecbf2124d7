import Formats
import Frames
import Testing

@Suite struct TimeTests {
  /// ns of an event time's JSON, nil when it is none.
  private func time(_ json: String, _ unit: RecordPlan.TimeUnit = .ms) throws -> (Int64?, String?) {
    var value: Int64?
    let outcome = try decode("{\"t\":\(json)}", plan(.init("t", .time, role: .eventTime)) { $0.timeUnit = unit }) { frame in
      value = frame.column(role: .eventTime)!.time(0)
      #expect(frame.eventTimeRange == value!...value!)
    }
    #expect(outcome.dead.allSatisfy { $0.code == "time" })
    return (value, outcome.lines.first.map { String($0.dropFirst(5).dropLast()) })
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
    ("1970-01-01T00:00:00.000000001Z", 1, "1970-01-01T00:00:00.000000001Z"),
    ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
    ("2023-11-14t22:13:20.50z", 1_700_000_000_500_000_000, "2023-11-14T22:13:20.5Z"),
    ("2023-11-14 23:43:20+01:30", 1_700_000_000_000_000_000, "2023-11-14T22:13:20Z"),
    ("2023-11-14T14:13:20-08:00", 1_700_000_000_000_000_000, "2023-11-14T22:13:20Z"),
    ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000, "2024-02-29T00:00:00Z"),
    ("2000-02-29T12:00:00-00:00", 951_825_600_000_000_000, "2000-02-29T12:00:00Z"),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000, "2017-01-01T00:00:00Z"),
    ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000, "1900-03-01T00:00:00Z"),
    ("1678-01-01T00:00:00Z", -9_214_560_000_000_000_000, "1678-01-01T00:00:00Z"),
    ("2261-12-31T23:59:59.999999999Z", 9_214_646_399_999_999_999, "2261-12-31T23:59:59.999999999Z"),
    // Digits beyond ns are dropped.
    ("1970-01-01T00:00:00.1234567899Z", 123_456_789, "1970-01-01T00:00:00.123456789Z"),
    ("1969-12-31T23:59:59.9999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
  ]) func `RFC 3339 is read and written`(text: String, nanoseconds: Int64, written: String) throws {
    #expect(try time("\"\(text)\"") == (nanoseconds, "\"\(written)\""))
  }

  @Test(arguments: [
    "2023-11-14", "2023-11-14T22:13:20", "2023-11-14T22:13Z", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+0100",
    "2023-11-14T22:13:20+01", "2023-11-14T22:13:20Z ", " 2023-11-14T22:13:20Z", "2023-13-14T22:13:20Z", "2023-00-14T22:13:20Z",
    "2023-11-31T22:13:20Z", "2023-11-00T22:13:20Z", "2023-02-29T22:13:20Z", "1900-02-29T00:00:00Z", "2023-11-14T24:00:00Z",
    "2023-11-14T22:60:20Z", "2023-11-14T22:13:61Z", "2023-11-14T22:13:20+24:00", "2023-11-14T22:13:20+01:60",
    "2023/11/14T22:13:20Z",
    "2023-11-14_22:13:20Z", "+023-11-14T22:13:20Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "1678-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "1700000000000", "", "2023-11-14T22:13:20.5", "2023-11-14T22:13:20.5+1:00",
  ]) func `other texts are no times`(text: String) throws {
    #expect(try time("\"\(text)\"") == (nil, nil))
    let undeclared = try decode("{\"t\":\"\(text)\"}", plan(.init("t", .time), rest: true))
    #expect(undeclared.lines == ["{\"t\":\"\(text)\"}"] && undeclared.mismatches == 1)
  }

  @Test(
    arguments: [
      ("0", .ms, 0, "0"), ("1700000000000", .ms, 1_700_000_000_000_000_000, "1700000000000"), ("-1", .ms, -1_000_000, "-1"),
      ("1700000000", .s, 1_700_000_000_000_000_000, "1700000000"),
      ("1700000000.5", .s, 1_700_000_000_500_000_000, "1700000000.5"),
      ("1700000000.123456789", .s, 1_700_000_000_123_456_789, "1700000000.123456789"),
      ("1.7e9", .s, 1_700_000_000_000_000_000, "1700000000"), ("1700000000.0", .s, 1_700_000_000_000_000_000, "1700000000"),
      ("170000000000e-2", .s, 1_700_000_000_000_000_000, "1700000000"),
      ("1700000000123.456789", .ms, 1_700_000_000_123_456_789, "1700000000123.456789"),
      ("1700000000123456", .us, 1_700_000_000_123_456_000, "1700000000123456"),
      ("1700000000123456.789", .us, 1_700_000_000_123_456_789, "1700000000123456.789"),
      ("1700000000123456789", .ns, 1_700_000_000_123_456_789, "1700000000123456789"),
      ("-0.5", .s, -500_000_000, "-0.5"), ("-1.25", .ms, -1_250_000, "-1.25"), ("-0.0000000001", .s, -1, "-0.000000001"),
      ("0.0000000019", .s, 1, "0.000000001"), ("-9214560000000000000", .ns, -9_214_560_000_000_000_000, "-9214560000000000000"),
      ("9214646399999999999", .ns, 9_214_646_399_999_999_999, "9214646399999999999"),
      ("9214646399.999999999", .s, 9_214_646_399_999_999_999, "9214646399.999999999"),
      ("0.000000000000000000000000000001e30", .ns, 1, "1"), ("1000000000000000000000000000000e-30", .ns, 1, "1"),
      ("0e999999999", .s, 0, "0"), ("1e-999999999", .s, 0, "0"),
    ] as [(String, RecordPlan.TimeUnit, Int64, String)]) func `numbers are read in their unit and written in it`(
      json: String, unit: RecordPlan.TimeUnit, nanoseconds: Int64, written: String
    ) throws
  {
    #expect(try time(json, unit) == (nanoseconds, written))
  }

  @Test(
    arguments: [
      ("9214646400000000000", .ns), ("-9214560000000000001", .ns), ("9214646400", .s), ("9223372036854775807", .s),
      ("1e300", .s),
      ("1e999999999", .s), ("99999999999999999999999999", .ns), ("-9214560000.0000000001", .s), ("true", .s), ("null", .s),
      ("[]", .s),
      ("{\"a\":1}", .s),
    ] as [(String, RecordPlan.TimeUnit)]) func `numbers outside of 1678 to 2261 are no times`(
      json: String, unit: RecordPlan.TimeUnit
    ) throws
  {
    #expect(try time(json, unit) == (nil, nil))
  }

  @Test func `rows of one frame have one form, and every row keeps its own`() throws {
    let input = """
      {"t":1700000000000}
      {"t":1700000000001}
      {"t":"2023-11-14T22:13:20Z"}
      {"t":1700000000002.5}

      """
    let columns = plan(.init("t", .time, role: .eventTime))
    let outcome = try decode(input, columns)
    #expect(outcome.lines == input.split(separator: "\n").map(String.init))
    #expect(outcome.frames == [2, 1, 1])
  }

  @Test func `a missing time is dead or the ingest time`() throws {
    let columns = plan(.init("t", .time, role: .eventTime), .init("v", .int), rest: true)
    let input = "{\"v\":1}\n{\"t\":null,\"v\":2}\n{\"t\":\"x\",\"v\":3}\n{\"t\":1e40,\"v\":4}\n{\"t\":true,\"v\":5}\n"
    let dead = try decode(input, columns)
    #expect(dead.lines == [])
    #expect(
      dead.dead.map(\.reason) == [
        "there is no event time ('t')", "there is no event time ('t')",
        "the event time is no RFC 3339 time of 1678 to 2261 ('t')",
        "the event time 1e40 ms is outside 1678 to 2261 ('t')", "the event time is neither a number nor a string ('t')",
      ])
    var taking = columns
    taking.timeMissing = .ingest
    let taken = try decode(input, taking) { #expect($0.eventTimeRange == now...now) }
    #expect(taken.lines == (1...5).map { "{\"t\":\"2023-11-14T22:13:20Z\",\"v\":\($0)}" })
    #expect(taken.dead == [] && taken.mismatches == 3)
  }

  @Test func `an event time beyond the years that there are is dead with its value`() throws {
    let columns = plan(.init("t", .time, role: .eventTime))
    let long = String(repeating: "9", count: 50)
    let input = """
      {"t":1700000000000000000}
      {"t":"2262-01-01T00:00:00Z"}
      {"t":"0001-01-01T00:00:00.5+01:00"}
      {"t":\(long)}
      {"t":1e40,"t":"soon"}

      """
    #expect(
      try decode(input, columns).dead.map(\.reason) == [
        "the event time 1700000000000000000 ms is outside 1678 to 2261 ('t')",
        "the event time 2262-01-01T00:00:00Z is outside 1678 to 2261 ('t')",
        "the event time 0001-01-01T00:00:00.5+01:00 is outside 1678 to 2261 ('t')",
        "the event time \(long.prefix(40))... ms is outside 1678 to 2261 ('t')",
        "the event time is no RFC 3339 time of 1678 to 2261 ('t')",
      ])
  }

  @Test func `a time too far ahead of the clock goes to dead`() throws {
    let columns = plan(.init("t", .time, role: .eventTime)) { $0.maxAheadNanoseconds = 1_000_000_000 }
    let outcome = try decode("{\"t\":1700000001000}\n{\"t\":1700000001000.000001}\n{\"t\":1}\n", columns)
    #expect(outcome.lines == ["{\"t\":1700000001000}", "{\"t\":1}"])
    #expect(outcome.dead.map(\.code) == ["ahead"])
  }

  @Test func `times that are no event time go out as the sink says`() throws {
    let input = "{\"t\":1700000000000,\"u\":\"2023-11-14T22:13:20.25Z\"}\n{\"t\":1,\"u\":-1}\n{\"t\":2,\"u\":\"soon\"}"
    let columns = plan(.init("t", .time, role: .eventTime), .init("u", .time), rest: true)
    #expect(
      try decode(input, columns).lines == [
        "{\"t\":1700000000000,\"u\":\"2023-11-14T22:13:20.25Z\"}", "{\"t\":1,\"u\":\"1969-12-31T23:59:59.999Z\"}",
        "{\"t\":2,\"u\":\"soon\"}",
      ])
    var seconds = EncodePlan()
    seconds.timeFormat = .s
    #expect(
      try decode(input, columns, encode: seconds).lines == [
        "{\"t\":1700000000000,\"u\":1700000000.25}", "{\"t\":1,\"u\":-0.001}", "{\"t\":2,\"u\":\"soon\"}",
      ])
  }

  @Test func `the range of a frame's times is that of its rows`() throws {
    let input = [5, 3, 9, 4].map { "{\"t\":\($0)}\n" }.joined()
    try decode(Array(input.utf8), plan(.init("t", .time, role: .eventTime)) { $0.timeUnit = .ns }) { frame in
      #expect(frame.eventTimeRange == 3...9)
    }
    try decode(Array("{}".utf8), plan()) { frame in #expect(frame.eventTimeRange == nil) }
  }
}
