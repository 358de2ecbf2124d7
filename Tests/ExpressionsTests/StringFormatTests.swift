import Expressions
import Testing

struct StringFormatTests {
  @Test func `each clause writes its values`() {
    expect([
      "'%s and %s, %%'.format(['a', 1])": "'a and 1, %'", "'%d %d %d'.format([-5, 6u, 1e21])": "'-5 6 1000000000000000000000'",
      "'%.3f|%f|%.0f'.format([1.2345, 2.71828, 2.5])": "'1.234|2.718280|2'", "'%f'.format([3])": "'3.000000'",
      "'%.6e|%e|%e'.format([1052.032911275, 0.0, 2u])": "'1.052033e+03|0.000000e+00|2.000000e+00'",
      "'%b %b %b'.format([5, -5, true])": "'101 -101 1'", "'%x %X %x'.format([255, -255, 30u])": "'ff -FF 1e'",
      "'%x %X'.format(['Hi', b'\\xfe'])": "'4869 FE'", "'%o'.format([11])": "'13'",
      "'%b'.format([-9223372036854775808])":
        "'-1000000000000000000000000000000000000000000000000000000000000000'",
      "'%d %f %e'.format([0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0])": "'NaN Infinity -Infinity'", "''.format([])": "''",
    ])
  }

  @Test func `s writes values of every type, maps sorted by the text of their keys`() {
    expect([
      "'%s'.format([[null, true, 1, 2u, 3.14, 'a', b'b', [], type(1)]])": "'[null, true, 1, 2, 3.14, a, b, [], int]'",
      "'%s'.format([{'b': 1, 10: [2], true: {'x': 1.5}}])": "'{10: [2], b: 1, true: {x: 1.5}}'",
      "'%s %s'.format([timestamp('2023-02-03T23:31:20+00:00'), duration('1h45m47.5s')])": "'2023-02-03T23:31:20Z 6347.500s'",
      "'%s %s %s'.format([1e6, 1e-7, 1e23])": "'1000000 0.0000001 100000000000000000000000'",
      "'%s'.format([ip('10.0.0.1')])": "'10.0.0.1'",
      "'%s'.format([b'\\xff'])": "error: invalid UTF-8", "'%s'.format([optional.of(1)])": "error: was given optional_type",
    ])
  }

  @Test func `formats and values that do not fit are errors`() {
    expect([
      "'%d %d'.format([1])": "error: index 1 out of range", "'%a'.format([1])": "error: unrecognized formatting clause \"a\"",
      "'%E'.format([1.0])": "error: unrecognized formatting clause", "'%'.format([1])": "error: could not parse",
      "'%.f'.format([1.0])": "error",
      "'%.2'.format([1.0])": "error", "'%.1001f'.format([1.0])": "error: over 1000", "'%é'.format([1])": "error: unrecognized",
      "'%d'.format(['1'])": "error: decimal clause can only be used on integers, was given string",
      "'%f'.format([null])": "error: fixed-point clause can only be used on doubles, was given null_type",
      "'%e'.format(['1'])": "error: scientific clause", "'%b'.format([1.5])": "error: only integers and bools",
      "'%o'.format([true])":
        "error: octal clause", "'%x'.format([0.5])": "error: as hex, was given double",
      "'%s'.format(1)": "error: no such overload",
    ])
  }

  @Test func `the widest double with the most digits fits`() {
    expect(["size('%.1000f'.format([-1.7976931348623157e308]))": "1311", "size('%.1000e'.format([-5e-324]))": "1008"])
  }
}
