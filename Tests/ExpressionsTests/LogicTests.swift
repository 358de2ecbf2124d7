import Expressions
import Testing

struct LogicTests {
  @Test func `an operand that decides makes up for an error on either side`() {
    expect([
      "false && 1 / 0 == 1": "false", "1 / 0 == 1 && false": "false", "true || 1 / 0 == 1": "true",
      "1 / 0 == 1 || true": "true",
      "true && 1 / 0 == 1": "error: divide by zero", "1 / 0 == 1 && true": "error: divide by zero",
      "false || 1 / 0 == 1": "error: divide by zero", "1 / 0 == 1 || false": "error: divide by zero",
      "1 / 0 == 1 || 1 % 0 == 1 || true": "true", "missing && false": "false",
      "missing || false": "error: no such field 'missing'",
    ])
  }

  @Test func `operands that are no bool are errors that an operand may make up for, too`() {
    expect([
      "false && 32": "false", "'horses' && false": "false", "true || 32": "true", "'horses' || true": "true",
      "'less filling' && 'tastes great'": "error: no matching overload", "true && 1": "error: no matching overload",
      "0 || false": "error: no matching overload", "!0": "error: no such overload: !int", "!true": "false",
    ])
  }

  @Test func `the conditional evaluates one branch only`() {
    expect([
      "true ? 1 : 1 / 0": "1", "false ? 1 / 0 : 'a'": "'a'", "'cows' ? false : 17": "error: no matching overload",
      "1 / 0 > 0 ? 1 : 2": "error: divide by zero", "false ? 1 : true ? 2 : 3": "2",
    ])
  }

  @Test func `an error has the span of the part that failed`() throws {
    let text = "1 + (2 - x / 0)"
    let expression = try Expression(text, in: Environment(["x": .int]))
    let error = #expect(throws: EvaluationError.self) { try Program(expression).evaluate(VariableList([.int(3)])) }
    let span = try #require(error?.span)
    #expect(String(decoding: Array(text.utf8)[Int(span.start)..<Int(span.end)], as: UTF8.self) == "x / 0")
  }
}
