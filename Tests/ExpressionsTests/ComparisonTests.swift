import Expressions
import Testing

struct ComparisonTests {
  @Test func `numbers of all types are equal when they count the same`() {
    expect([
      "1 == 1.0": "true", "1 == 1u": "true", "1u == 1.0": "true", "-1 == 18446744073709551615u": "false", "1 == 1.5": "false",
      "0.0 == -0.0": "true", "0.0 / 0.0 == 0.0 / 0.0": "false", "0.0 / 0.0 != 0.0 / 0.0": "true",
      "[1, 2u, 3.0] == [1.0, 2, 3u]": "true", "{1: 2.0} == {1u: 2}": "true",
    ])
  }

  @Test func `values of different types are unequal and no error`() {
    expect([
      "1 == '1'": "false", "1 != '1'": "true", "null == 0": "false", "null == null": "true", "'a' == b'a'": "false",
      "[] == {}": "false", "true == 1": "false", "type(1) == int": "true", "int == uint": "false",
      "timestamp(0) == duration('0s')": "false", "optional.none() == null": "false",
    ])
  }

  @Test func `lists and maps are compared in depth and maps without regard to order`() {
    expect([
      "[1, [2, {'a': 3}]] == [1, [2, {'a': 3}]]": "true", "[1, 2] == [2, 1]": "false", "[1] == [1, 1]": "false",
      "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}": "true", "{'a': 1} == {'a': 2}": "false", "{'a': 1} == {'b': 1}": "false",
      "[0.0 / 0.0] == [0.0 / 0.0]": "false", "{'a': 1} == {'a': 1, 'b': 1}": "false",
      "optional.of([1]) == optional.of([1])": "true", "optional.of(1) == optional.none()": "false",
    ])
  }

  @Test func `strings are compared by code points and not by what they look like`() {
    expect([
      "'\\u00e9' == 'e\\u0301'": "false", "'\\u00e9' > 'e\\u0301'": "true", "'\\uffff' < '\\U0001F431'": "true",
      "'a' < 'ab'": "true", "'B' < 'a'": "true", "b'a' < b'\\xff'": "true", "'' < 'a'": "true",
    ])
  }

  @Test func `numbers of all types are ordered, and NaN is neither before nor behind`() {
    expect([
      "1 < 1.5": "true", "2u > 1.5": "true", "-1 < 0u": "true", "18446744073709551615u > -1": "true", "1 <= 1u": "true",
      "1.0 / 0.0 > 9223372036854775807": "true", "-1.0 / 0.0 < -9223372036854775808": "true",
      "0.0 / 0.0 < 1": "false", "0.0 / 0.0 >= 1": "false", "1 < 0.0 / 0.0": "false", "1u >= 0.0 / 0.0": "false",
      // Of the conformance suite: far from 0, an int beside a double is the double nearest to it.
      "9223372036854775807 < 9223372036854775808.0": "false", "9223372036854775807 < 9223372036854777857.0": "true",
      "-9223372036854775808 > -9223372036854775809.0": "false", "9007199254740993 == 9007199254740992.0": "true",
    ])
  }

  @Test func `what has no order cannot be compared`() {
    expect([
      "null < null": "error: no such overload", "[1] < [2]": "error: no such overload", "{} >= {}": "error: no such overload",
      "1 < '1'": "error: no such overload: int < string", "'a' <= b'a'": "error: no such overload",
      "false < true": "true", "true <= true": "true", "true > false": "true",
      "timestamp(1) < timestamp(2)": "true", "timestamp('1970-01-01T00:00:00.1Z') > timestamp(0)": "true",
      "duration('-1s') < duration('-0.5s')": "true", "duration('1s') >= duration('1000ms')": "true",
    ])
  }

  @Test func `in finds elements of lists and keys of maps`() {
    expect([
      "1 in [2, 1.0]": "true", "'a' in ['b']": "false", "1 in []": "false", "null in [null]": "true", "[1] in [[1]]": "true",
      "'a' in {'a': 1}": "true", "1.0 in {1u: 2}": "true", "1.5 in {1: 2}": "false", "true in {true: 1}": "true",
      "1 in 'abc'": "error: no such overload: int in string", "null in {}": "error: no such overload",
      "[] in {'a': 1}": "error: no such overload",
    ])
  }
}
