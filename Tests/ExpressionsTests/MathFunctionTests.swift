import Expressions
import Testing

struct MathFunctionTests {
  @Test func `the greatest and the least keep their types, and the first of equals wins`() {
    expect([
      "math.greatest(1, 3u, 2.5)": "3u", "math.least(1, -3, 2.5)": "-3", "math.greatest([1.5, 2])": "2",
      "math.greatest(1, 1.0)": "1",
      "math.least(1.0, 1)": "1.0", "math.greatest(5)": "5", "math.greatest([])": "error: no such overload",
      "math.greatest(dyn('a'))": "error",
      "math.greatest(1, dyn('a'))": "error: no such overload", "math.least([1, dyn('a')])": "error: no such overload",
    ])
  }

  @Test func `doubles are rounded and told apart`() {
    expect([
      "math.ceil(1.2)": "2.0", "math.floor(-1.2)": "-2.0", "math.round(-1.5)": "-2.0", "math.round(2.5)": "3.0",
      "math.trunc(-1.9)": "-1.0",
      "math.isNaN(0.0 / 0.0)": "true", "math.isInf(-1.0 / 0.0)": "true", "math.isFinite(1.5)": "true",
      "math.isFinite(0.0 / 0.0)": "false",
      "math.ceil(1)": "error: no such overload: math.ceil(int)", "math.isNaN(1)": "error: no such overload",
      "math.sqrt(81)": "9.0", "math.sqrt(2.25)": "1.5", "math.sqrt(-1)": "nan", "math.sqrt(4u)": "2.0",
      "math.sqrt('4')": "error",
    ])
  }

  @Test func `signs and magnitudes keep their types`() {
    expect([
      "math.abs(-11)": "11", "math.abs(1u)": "1u", "math.abs(-0.5)": "0.5", "math.abs(-9223372036854775808)": "error: overflow",
      "math.sign(-11)": "-1", "math.sign(7u)": "1u", "math.sign(-0.0)": "0.0", "math.sign(-2.5)": "-1.0",
      "math.sign(0.0 / 0.0)": "nan",
      "math.sign(true)": "error: no such overload", "math.abs('a')": "error: no such overload",
    ])
  }

  @Test func `bits are shifted out and zeros come in`() {
    expect([
      "math.bitAnd(6, 3)": "2", "math.bitOr(4u, 1u)": "5u", "math.bitXor(5, -1)": "-6",
      "math.bitNot(0u)": "18446744073709551615u",
      "math.bitShiftLeft(1, 63)": "-9223372036854775808", "math.bitShiftLeft(1, 64)": "0",
      "math.bitShiftRight(-1024, 3)":
        "2305843009213693824", "math.bitShiftRight(-1, 9223372036854775807)": "0",
      "math.bitShiftLeft(1u, -1)": "error: negative offset",
      "math.bitShiftRight(1, -1)": "error: negative offset", "math.bitAnd(1, 1u)": "error: no such overload",
      "math.bitShiftLeft(1, 1u)": "error: no such overload", "math.bitNot(1.5)": "error: no such overload",
    ])
  }
}
