import Expressions
import Testing

struct OptionalTests {
  @Test func `optionals are made of values and of what may be missing`() {
    expect([
      "optional.of(1)": "optional(1)", "optional.none()": "none", "optional.of(null)": "optional(null)",
      "optional.ofNonZeroValue(0)": "none", "optional.ofNonZeroValue('')": "none", "optional.ofNonZeroValue([])": "none",
      "optional.ofNonZeroValue(false)": "none", "optional.ofNonZeroValue(duration('0s'))": "none",
      "optional.ofNonZeroValue(5)": "optional(5)", "{'a': 1}.?a": "optional(1)", "{'a': 1}.?b": "none",
      "{'a': 1}[?'b']": "none",
      "[5][?0]": "optional(5)", "[5][?1]": "none", "[5].first()": "optional(5)", "[1, 2].last()": "optional(2)",
      "[].first()": "none",
      "type(optional.none()) == optional_type": "true",
    ])
  }

  @Test func `what is taken out of an optional is an optional`() {
    expect([
      "optional.of({'c': {'i': 'x'}}).c.i": "optional('x')", "optional.of({'c': {}}).c.i": "none",
      "optional.none().c.i": "none",
      "optional.of([5])[0]": "optional(5)", "{'a': null}.?a.b": "error: no_matching_overload", "has({}.?x.y)": "false",
      "has({'x': {'y': 1}}.?x.y)": "true",
    ])
  }

  @Test func `the other side of or is evaluated only when it is needed`() {
    expect([
      "optional.of(1).orValue(1 / 0)": "1", "optional.none().orValue(2)": "2",
      "optional.of(1).or(optional.of(1 / 0))": "optional(1)",
      "optional.none().or(optional.of(3))": "optional(3)", "optional.none().value()": "error: optional.none() dereference",
      "optional.of(4).value()": "4", "optional.of(4).hasValue()": "true", "(1).hasValue()": "error: no such overload",
      "optional.none().or(1)": "error: no such overload",
    ])
  }

  @Test func `optMap and optFlatMap leave none alone`() {
    expect([
      "optional.of(42).optMap(y, y + 1)": "optional(43)", "optional.none().optMap(y, 1 / 0)": "none",
      "optional.of({'k': 1}).optFlatMap(y, y.?k)": "optional(1)", "optional.of(1).optFlatMap(y, y)": "error: no such overload",
      "(1).optMap(y, y)": "error: no such overload",
    ])
  }

  @Test func `a question mark leaves out elements and entries without a value`() {
    expect([
      "[?optional.none(), ?optional.of(1), 2]": "[1, 2]", "{?'a': optional.none(), ?'b': optional.of(1)}": "{'b': 1}",
      "[?1]": "error: no such overload", "optional.unwrap([optional.of(1), optional.none()])": "[1]",
      "[optional.none(), optional.of(2)].unwrapOpt()": "[2]",
    ])
  }
}
