import Expressions
import Testing

struct AccessTests {
  @Test func `lists take an int, a uint or a whole double as index`() {
    expect([
      "[7, 8, 9][0]": "7", "[7, 8, 9][2u]": "9", "[7, 8, 9][1.0]": "8", "[7][1]": "error: invalid_argument",
      "[7][-1]": "error: invalid_argument", "[7][0.1]": "error: invalid_argument", "[7]['0']": "error: invalid_argument",
      "[7][true]": "error: invalid_argument", "[7][9223372036854775807]": "error: invalid_argument",
      "[7][18446744073709551615u]": "error: invalid_argument", "[7][0.0 / 0.0]": "error: invalid_argument",
      "[7][1e300]": "error: invalid_argument", "'abc'[0]": "error: no such overload: string[int]",
    ])
  }

  @Test func `maps find a key, whatever type its number has`() {
    expect([
      "{'a': 1}.a": "1", "{'a': 1}['a']": "1", "{1: 'x'}[1u]": "'x'", "{1u: 'x'}[1.0]": "'x'", "{true: 5}[true]": "5",
      "{'a': 1}.b": "error: no such key: 'b'", "{1: 2}[3]": "error: no such key: 3", "{1: 2}[1.5]": "error: no such key",
      "{1: 2}[null]": "error: no such key", "{0: 1}[false]": "error: no such key",
    ])
    expect(["x.a": "error: no_matching_overload: int has no field 'a'"], ["x": .int(1)])
  }

  @Test func `has tells a key that is there from one that is not and refuses what has no fields`() {
    expect([
      "has({'a': null}.a)": "true", "has({}.a)": "false", "has({'a': {}}.a.b)": "false", "has({}.a.b)": "error: no such key",
    ])
    expect(["has(x.a)": "error: no_matching_overload"], ["x": .int(1)])
    expect(["has(x)": "false", "has(y)": "false", "!has(x) && x == null": "true"], ["x": .null], isStrict: false)
  }

  @Test func `a map that is written takes no key twice and no key of other types`() {
    expect([
      "{1: 2, 1u: 3}": "error: repeated key", "{'a': 1, 'a': 1}": "error: repeated key",
      "{1.5: 1}": "error: unsupported key type",
      "{null: 1}": "error: unsupported key type", "{true: 1, 1: 2, 'true': 3}": "{true: 1, 1: 2, 'true': 3}",
    ])
  }

  @Test func `variables are found by their place and an absent one is an error where it is used`() {
    expect(
      ["x + y": "3", "y - x": "1", "x == 1 || z": "true", "z": "error: no such field 'z'"], ["x": .int(1), "y": .int(2)])
  }
}
