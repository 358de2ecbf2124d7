import Expressions
import Testing

/// Numbers of events with more digits than ints and doubles have.
struct ExactNumberTests {
  private static let variables: [String: Value] = [
    // No double equals these two, and the nearest is the same.
    "big": Value(significand: 12_345_678_901_234_567_890_123, scale: 0),
    "next": Value(significand: 12_345_678_901_234_567_890_124, scale: 0),
    "below": Value(significand: -12_345_678_901_234_567_890_123, scale: 0),
    // 2^64, which a double equals; and 2^63, which a uint is.
    "power": Value(significand: 18_446_744_073_709_551_616, scale: 0),
    "half": Value(significand: 9_223_372_036_854_775_808, scale: 0),
    "seven": Value(significand: 7, scale: 0),
    // 1.50, and one third with 38 digits.
    "price": Value(significand: 150, scale: 2),
    "third": Value(significand: 33_333_333_333_333_333_333_333_333_333_333_333_333, scale: 38),
    "small": Value(significand: -5, scale: 3),
  ]

  private func value(_ text: String) -> String { evaluate(text, Self.variables, isStrict: false) }

  @Test func `a number goes on with all of its digits where nothing is done to it`() {
    #expect(
      value("[big, below, power, half, price, third, small]")
        == "[12345678901234567890123, -12345678901234567890123, 18446744073709551616, 9223372036854775808u, 1.50, "
        + "0.33333333333333333333333333333333333333, -0.005]")
    #expect(value("{'a': big}.a") == "12345678901234567890123")
    #expect(value("true ? next : 0") == "12345678901234567890124")
    #expect(value("[[big, 1].filter(x, x != 1), [big].map(x, x)]") == "[[12345678901234567890123], [12345678901234567890123]]")
    #expect(value("math.greatest(big, next, 5)") == "12345678901234567890124")
    #expect(value("optional.of(big).orValue(1)") == "12345678901234567890123")
    #expect(value("string(big) + string(price)") == "'123456789012345678901231.50'")
    #expect(value("'%s %d'.format([big, next])") == "'12345678901234567890123 12345678901234567890124'")
    #expect(value("seven") == "7" && value("type(half) == uint") == "true" && value("type(big) == double") == "true")
  }

  @Test func `whole numbers are compared exactly, whatever stands on the other side`() {
    for holds in [
      "big == big", "big != next", "big < next", "next > big", "below < big", "big > 9223372036854775807", "below < -1",
      "big > half", "power > half", "half == 9223372036854775808u", "half > 9223372036854775807", "big > power", "power < big",
      // Their nearest double is one.
      "double(big) == double(next)", "big != double(big)", "big in [next, big]", "!(big in [next])", "big < 1e30", "big > 1e21",
      "big < double('Infinity')", "below > -double('Infinity')", "!(big < double('NaN'))", "big != double('NaN')",
      "power == 18446744073709551616.0", "big > price", "price < big", "below < third", "{'k': big} == {'k': big}",
      "{'k': big} != {'k': next}", "big != 'x'", "big != null",
    ] { #expect(value(holds) == "true", "\(holds)") }
    #expect(value("big < 'x'").hasPrefix("error: no such overload"))
  }

  @Test func `one calculates with the double that a number is, and with none that it is not`() {
    #expect(value("price * 2.0") == "3.0" && value("price + 1") == "2.5" && value("-price") == "-1.5")
    #expect(value("price + price") == "3.0" && value("third * 3.0") == "1.0" && value("price > 1.4 && price == 1.5") == "true")
    #expect(value("power / 2.0") == "9.223372036854776e+18" && value("half + 1u") == "9223372036854775809u")
    #expect(value("math.ceil(price)") == "2.0" && value("math.abs(small)") == "0.005" && value("int(price)") == "1")
    #expect(value("[10, 20][power - power]") == "10" && value("{1: 'a'}[price - 0.5]") == "'a'")
    for text in ["big + 1", "1.5 * big", "big - next", "-big", "math.sqrt(big)", "big % 2", "math.isNaN(big)"] {
      let found = value(text)
      #expect(found.hasPrefix("error: no double equals 12345678901234567890123"), "\(text): \(found)")
    }
    #expect(value("int(big)").hasPrefix("error: range error") && value("uint(below)").hasPrefix("error: range error"))
    #expect(value("double(big) + 1.0") == "1.2345678901234568e+22")
    #expect(value("big + 'x'").hasPrefix("error: ") && value("price + 'x'") == "error: no such overload: double + string")
    #expect(value("half + 1") == "error: no such overload: uint + int")
    #expect(evaluate("price + 1", Self.variables) == "error: no such overload: double + int")
  }

  @Test func `equal keys are keys of equal numbers`() {
    #expect(value("{power: 1}").hasPrefix("error: unsupported key type"))
    #expect(value("{9223372036854775808u: 'x'}[half]") == "'x'")
    #expect(value("{1: 'a'}[?big].hasValue()") == "false" && value("big in {1: 2}") == "false")
    #expect(value("[1, 2][big]").hasPrefix("error: ") && value("timestamp(big)").hasPrefix("error: "))
  }
}
