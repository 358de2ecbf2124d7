import Expressions
import Testing

struct TimestampTests {
  @Test func `timestamps are read by RFC 3339`() {
    expect([
      "timestamp('2009-02-13T23:31:30Z')": "timestamp(2009-02-13T23:31:30Z)",
      "timestamp('2009-02-13t23:31:30.5z')": "timestamp(2009-02-13T23:31:30.500Z)",
      "timestamp('2009-02-13T23:31:30.123456789+05:30')": "timestamp(2009-02-13T18:01:30.123456789Z)",
      "timestamp('2009-02-13T23:31:30.1234567899Z')": "timestamp(2009-02-13T23:31:30.123456789Z)",
      "timestamp('2009-02-13T23:31:30-01:00')": "timestamp(2009-02-14T00:31:30Z)",
      "timestamp('2016-12-31T23:59:60Z')": "timestamp(2017-01-01T00:00:00Z)",
      "timestamp('2000-02-29T00:00:00Z')": "timestamp(2000-02-29T00:00:00Z)",
      "timestamp('1900-02-29T00:00:00Z')": "error", "timestamp('2009-02-13 23:31:30Z')": "error",
      "timestamp('2009-02-13T23:31:30')": "error", "timestamp('2009-02-13T23:31:30.Z')": "error",
      "timestamp('2009-02-13T24:00:00Z')": "error", "timestamp('2009-13-13T00:00:00Z')": "error",
      "timestamp('2009-02-13T23:31:30+24:00')": "error", "timestamp('2009-02-13T23:31:30Zx')": "error",
      "timestamp('')": "error",
      "timestamp('0000-01-01T00:00:00Z')": "error: range", "timestamp('10000-01-01T00:00:00Z')": "error",
      "timestamp('0001-01-01T00:00:00+00:01')": "error: range",
      "timestamp('9999-12-31T23:59:59.999999999Z')":
        "timestamp(9999-12-31T23:59:59.999999999Z)",
      "timestamp(-62135596800)": "timestamp(0001-01-01T00:00:00Z)", "timestamp(-62135596801)": "error: range",
      "timestamp(253402300799)": "timestamp(9999-12-31T23:59:59Z)", "timestamp(253402300800)": "error: range",
      "timestamp(1.5)": "error: no such overload",
    ])
  }

  @Test func `durations are read in the form of numbers with units`() {
    expect([
      "duration('1h30m0.5s')": "duration(5400.500s)", "duration('-1.5h')": "duration(-5400s)",
      "duration('250ms')": "duration(0.250s)",
      "duration('1us')": "duration(0.000001s)", "duration('1µs')": "duration(0.000001s)",
      "duration('1μs')": "duration(0.000001s)",
      "duration('-1ns')": "duration(-0.000000001s)", "duration('0')": "duration(0s)", "duration('-0')": "duration(0s)",
      "duration('.5s')": "duration(0.500s)", "duration('1.s')": "duration(1s)", "duration('1s1h')": "duration(3601s)",
      "duration('0.1ns')": "duration(0s)", "duration('0.000000001s')": "duration(0.000000001s)",
      "duration('0s')": "duration(0s)",
      "duration('315576000000s')": "duration(315576000000s)", "duration('315576000000.1s')": "error: range",
      "duration('-320000000000s')": "error: range", "duration('9999999999999999999h')": "error", "duration('')": "error",
      "duration('1')": "error", "duration('1d')": "error", "duration('s')": "error", "duration('.s')": "error",
      "duration('1h-1s')": "error",
      "duration('1 s')": "error", "duration('1H')": "error", "duration('--1s')": "error",
    ])
  }

  @Test func `the parts of a timestamp are those of UTC`() {
    expect(
      [
        "t.getFullYear()": "2009", "t.getMonth()": "1", "t.getDate()": "13", "t.getDayOfMonth()": "12", "t.getDayOfWeek()": "5",
        "t.getDayOfYear()": "43", "t.getHours()": "23", "t.getMinutes()": "31", "t.getSeconds()": "20",
        "t.getMilliseconds()": "123",
        "timestamp('1969-12-31T23:59:59.999Z').getMilliseconds()": "999",
        "timestamp('2000-12-31T00:00:00Z').getDayOfYear()": "365",
        "timestamp('0001-01-01T00:00:00Z').getDayOfWeek()": "1", "timestamp('9999-12-31T00:00:00Z').getDayOfWeek()": "5",
        "(1).getHours()": "error: no such overload: getHours(int)",
      ], ["t": .timestamp(Timestamp(seconds: 1_234_567_880, nanoseconds: 123_456_789))])
  }

  @Test func `a zone moves the parts, by name and by distance`() {
    let time: [String: Value] = [
      "t": .timestamp(Timestamp(seconds: 1_234_567_890)), "summer": .timestamp(Timestamp(seconds: 1_246_406_400)),
      "zone": .string("America/Los_Angeles"),
    ]
    expect(
      [
        "t.getHours('America/Los_Angeles')": "15", "summer.getHours('America/Los_Angeles')": "17", "t.getHours(zone)": "15",
        "t.getDate('Australia/Sydney')": "14", "t.getMinutes('Asia/Kathmandu')": "16", "t.getHours('+05:30')": "5",
        "t.getMinutes('+05:30')": "1", "t.getHours('-08:00')": "15", "t.getHours('02:00')": "1", "t.getHours('UTC')": "23",
        "t.getHours('')": "23", "t.getFullYear('-09:30')": "2009", "t.getSeconds('-00:00')": "30",
        "timestamp('0001-01-01T00:00:00Z').getFullYear('-08:00')": "0",
        "timestamp('9999-12-31T23:59:59Z').getFullYear('+08:00')": "10000",
        "t.getHours('Nowhere/At_All')": "error: no time zone", "t.getHours('../../etc/passwd')": "error: no time zone",
        "t.getHours('/etc/localtime')": "error", "t.getHours('localtime')": "error", "t.getHours('+25:00')": "error",
        "t.getHours('+05:60')": "error", "t.getHours('0530')": "error", "t.getHours(5)": "error: no such overload",
      ], time)
  }

  @Test func `days are counted right through four centuries`() {
    // 1970-01-01 was a Thursday, and weeks never skip a day.
    for day in stride(from: Int64(-146_097), through: 146_097, by: 1_009) {
      let text = evaluate(
        "[t.getDayOfWeek(), timestamp(string(t)) == t, t.getMonth() < 12, t.getDate() == t.getDayOfMonth() + 1]",
        ["t": .timestamp(Timestamp(seconds: day * 86_400))])
      #expect(text == "[\(((day + 4) % 7 + 7) % 7), true, true, true]", "day \(day)")
    }
  }

  @Test func `the parts of a duration count all of it but for milliseconds`() {
    expect([
      "duration('3730.5s').getHours()": "1", "duration('3730.5s').getMinutes()": "62",
      "duration('3730.5s').getSeconds()": "3730",
      "duration('3730.5s').getMilliseconds()": "500", "duration('-1.5s').getSeconds()": "-1",
      "duration('-1.5s').getMilliseconds()": "-500",
      "duration('1s').getFullYear()": "error: no such overload", "duration('1s').getHours('UTC')": "error: no such overload",
    ])
  }
}
