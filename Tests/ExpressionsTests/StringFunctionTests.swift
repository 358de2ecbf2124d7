import Expressions
import Testing

struct StringFunctionTests {
  @Test func `size counts code points, bytes, elements and entries`() {
    expect([
      "size('πέντε')": "5", "size('🐱')": "1", "'e\\u0301'.size()": "2", "size(b'\\xff\\x00')": "2", "size([1, 2])": "2",
      "{1: 2}.size()": "1", "size('')": "0", "size(1)": "error: no such overload: size(int)",
    ])
  }

  @Test func `pieces are found at code points`() {
    expect([
      "'ta©o©αT'.indexOf('©')": "2", "'ta©o©αT'.indexOf('©', 3)": "4", "'ta©o©αT'.indexOf('©αT', 5)": "-1",
      "'tacocat'.indexOf('')": "0", "'tacocat'.indexOf('', 7)": "7", "'tacocat'.indexOf('a', 7)": "-1",
      "'tacocat'.indexOf('a', 8)": "error: index out of range: 8",
      "'tacocat'.indexOf('a', -1)": "error: index out of range: -1",
      "'tacocat'.lastIndexOf('')": "7", "'tacocat'.lastIndexOf('', 3)": "3", "'tacocat'.lastIndexOf('a', 3)": "1",
      "'bananananana'.lastIndexOf('nana', 7)": "6", "'ta©o©αT'.lastIndexOf('©α', 4)": "4", "'a'.lastIndexOf('aa')": "-1",
      "'tacocat'.lastIndexOf('a', 30)": "error: index out of range: 30",
      "'tacocat'.lastIndexOf('a', -1)": "error: index out of range",
      "''.lastIndexOf('a')": "-1", "''.indexOf('')": "0", "'aaa'.lastIndexOf('a', 2)": "2",
      "(42).indexOf('4')": "error: no such overload: indexOf(int, string)",
    ])
  }

  @Test func `characters and parts are cut out at code points`() {
    expect([
      "'©αT'.charAt(1)": "'α'", "'©αT'.charAt(3)": "''", "'a'.charAt(2)": "error: index out of range: 2",
      "'a'.charAt(-1)": "error: index out of range: -1", "'ta©o©αT'.substring(2, 6)": "'©o©α'", "'abc'.substring(3)": "''",
      "'abc'.substring(4)": "error: index out of range: 4", "'abc'.substring(1, 9)": "error: index out of range: 9",
      "'abc'.substring(2, 1)": "error: invalid substring range. start: 2, end: 1",
      "'abc'.substring(-9223372036854775808)": "error",
      "'abc'.charAt(true)": "error: no such overload: charAt(string, bool)", "'abc'.charAt(9223372036854775807)": "error",
    ])
  }

  @Test func `pieces are replaced, joined, split and turned round`() {
    expect([
      "'hello hello'.replace('he', 'we')": "'wello wello'", "'hello hello'.replace('he', 'we', 1)": "'wello hello'",
      "'hello'.replace('l', '', -1)": "'heo'", "'hello'.replace('l', 'L', 0)": "'hello'", "'aé'.replace('', '_')": "'_a_é_'",
      "'aé'.replace('', '_', 2)": "'_a_é'", "''.replace('', 'x')": "'x'", "'aaa'.replace('aa', 'b')": "'ba'",
      "'a,b,,c'.split(',')": "['a', 'b', '', 'c']", "'a,b'.split(',', 0)": "[]", "'a,b,c'.split(',', 1)": "['a,b,c']",
      "'a,b,c'.split(',', 2)": "['a', 'b,c']", "'aéx'.split('')": "['a', 'é', 'x']", "'aéx'.split('', 2)": "['a', 'éx']",
      "''.split(',')": "['']", "''.split('')": "['']", "',a,'.split(',')": "['', 'a', '']",
      "['x', 'y'].join('-')": "'x-y'", "[].join('-')": "''", "['x'].join()": "'x'", "[1].join()": "error: no such overload",
      "'Ta©o'.reverse()": "'o©aT'", "''.reverse()": "''", "'e\\u0301'.reverse()": "'\u{301}e'",
    ])
  }

  @Test func `cases change within ASCII and white space is that of Unicode`() {
    expect([
      "'TacoCÆt'.lowerAscii()": "'tacocÆt'", "'tacoCæt'.upperAscii()": "'TACOCæT'", "'@[`{'.lowerAscii()": "'@[`{'",
      "'@[`{'.upperAscii()": "'@[`{'", "' \\t\\u0085\\u2003x y\\u3000\\n'.trim()": "'x y'", "'   '.trim()": "''",
      "'\\u200bx\\ufeff'.trim() == '\\u200bx\\ufeff'": "true",
    ])
  }

  @Test func `quoted strings have their control characters escaped`() {
    expect([
      #"strings.quote("a\nb\t\"\\\a\b\f\r\v") == '"a\\nb\\t\\"\\\\\\a\\b\\f\\r\\v"'"#: "true", "strings.quote('')": "'\"\"'",
      "strings.quote('é🐱')": "'\"é🐱\"'", "strings.quote(1)": "error: no such overload",
    ])
  }

  @Test func `pieces and patterns match anywhere`() {
    expect(
      [
        "'hello'.contains('ell')": "true", "'hello'.contains('')": "true", "'hello'.startsWith('he')": "true",
        "'h'.startsWith('he')": "false",
        "'hello'.endsWith('lo')": "true", "'lo'.endsWith('hello')": "false", "'hello'.matches('l+')": "true",
        "matches('hello', '^l')": "false",
        "'añb'.matches('^a.b$')": "true", "'a'.matches('(')": "error: regular expression",
        "'a'.matches(1)": "error: no such overload",
        "'a'.contains(b'a')": "error: no such overload", "[p, 'x+'].all(q, 'axxb'.matches(q))": "true",
      ], ["p": .string("^a")])
  }

  @Test func `base64 is read with its padding or without`() {
    expect([
      "base64.encode(b'hello')": "'aGVsbG8='", "base64.encode(b'')": "''", "base64.encode(b'\\xff\\xfe')": "'//4='",
      "base64.encode(b'abc')": "'YWJj'", "base64.decode('aGVsbG8=')": "b'hello'", "base64.decode('aGVsbG8')": "b'hello'",
      "base64.decode('YQ==')": "b'a'", "base64.decode('YQ=')": "error: base64", "base64.decode('Y')": "error",
      "base64.decode('YR==')": "b'a'",
      "base64.decode('Y-==')": "error", "base64.decode('====')": "error", "base64.decode('')": "b''",
      "base64.decode(1)": "error: no such overload",
    ])
  }
}
