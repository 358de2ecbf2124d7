import Expressions
import Testing

struct MacroTests {
  @Test func `all and exists make up for errors when one element decides, exists_one does not`() {
    expect([
      "[1, 2].all(x, x > 0)": "true", "[].all(x, false)": "true", "[1, 'a', 3].all(x, x == 1)": "false",
      "[0, 1].all(x, 1 / x > 5)": "false", "[1, 'a', 3].all(x, x % 2 == 1)": "error: no such overload",
      "[0, 2].exists(x, 4 / x == 2)": "true", "[0, 2].exists(x, 4 / x == 3)": "error: divide by zero",
      "[].exists(x, true)": "false",
      "[1, 2].exists(x, x)": "error: no_such_overload", "[3, 2, 1].exists_one(x, x > 2)": "true",
      "[3, 3].exists_one(x, x == 3)": "false", "[0, 3].exists_one(x, 3 / x == 1)": "error: divide by zero",
      "{'a': 1, 'b': 2}.all(k, k > 'A')": "true",
    ])
  }

  @Test func `map and filter build lists, of maps from their keys`() {
    expect([
      "[1, 2, 3].map(x, x * x)": "[1, 4, 9]", "[1, 2, 3].filter(x, x > 1)": "[2, 3]",
      "[1, 2, 3].map(x, x > 1, x * 2)": "[4, 6]",
      "{'b': 1, 'a': 2}.map(k, k)": "['b', 'a']", "{'b': 1, 'a': 2}.filter(k, k == 'a')": "['a']",
      "[1, 0].map(x, 1 / x)": "error: divide by zero", "[1].filter(x, x)": "error: no_such_overload",
      "'abc'.map(x, x)": "error: no such overload", "[[1, 2], [3]].map(l, l.map(x, x + l.size()))": "[[3, 4], [4]]",
    ])
  }

  @Test func `two variables are index and element, or key and value`() {
    expect([
      "['a', 'b'].exists(i, v, i == 1 && v == 'b')": "true", "{'a': 1}.all(k, v, k == 'a' && v == 1)": "true",
      "[5, 7].existsOne(i, v, v % 5 == i)": "true", "['a', 'b'].transformList(i, v, string(i) + v)": "['0a', '1b']",
      "[1, 2, 3].transformList(i, v, i > 0, v * 10)": "[20, 30]", "{'a': 1}.transformMap(k, v, k + string(v))": "{'a': 'a1'}",
      "['x', 'y'].transformMap(i, v, v)": "{0: 'x', 1: 'y'}", "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v)": "{'b': 2}",
      "{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})": "{1: 'a', 2: 'b'}",
      "{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})": "error: repeated key",
      "[1].transformMapEntry(k, v, v)": "error: no such overload",
    ])
  }

  @Test func `variables of macros hide outer ones and end with their macro`() {
    expect(
      [
        "[1, 2].map(x, [x].map(x, x * 10))": "[[10], [20]]", "[2].exists(x, x == 2) && x == 7": "true",
        "[1].map(y, x + y)": "[8]", "cel.bind(x, 1, x + 1) + x": "9", "[1].map(x, .x)": "[7]",
      ], ["x": .int(7)])
  }

  @Test func `bound values are errors only where they are used`() {
    expect([
      "cel.bind(x, 1 / 0, true)": "true", "cel.bind(x, 1 / 0, x == 1 || true)": "true",
      "cel.bind(x, 1 / 0, x)": "error: divide by zero",
      "cel.bind(a, [1], cel.bind(b, a + a, a + b))": "[1, 1, 1]", "[1, 2].map(i, cel.bind(x, i * 2, x + x))": "[4, 8]",
      "cel.block([1, cel.index(0) + 1, cel.index(1) * 5], cel.index(2))": "10",
      "cel.block([1 / 0, 2], cel.index(1))": "2",
    ])
  }
}
