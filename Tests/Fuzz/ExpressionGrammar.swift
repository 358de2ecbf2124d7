/// Makes expressions at random: of the grammar, and mostly of right types.
struct ExpressionGrammar {
  private var state: UInt64

  init(seed: UInt32) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1 }

  private mutating func below(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(truncatingIfNeeded: state >> 33) % count
  }

  private mutating func one(of choices: [String]) -> String { choices[below(choices.count)] }

  /// Each letter of a pattern from `A` on is a part of its own: B a bool, I an int, U a uint, D a double, S a string, Y bytes,
  /// T a timestamp, P a duration, L a list, M a map, O an optional, X anything. A name after `$` is kept.
  private static let forms: [Character: [String]] = [
    "B": [
      "true", "false", "b", "B && B", "B || B", "!B", "(B)", "B ? B : B", "I < I", "D >= D", "S == S", "X == X", "X != X",
      "I in L",
      "S in M", "L.all(i, B)", "L.exists(v, v > I)", "L.exists_one(v, i, B)", "M.all(k, v, B)", "S.contains(S)",
      "S.startsWith(S)",
      "S.matches('a+|b')", "S.matches(S)", "has(M.a)", "O.hasValue()", "T < T", "P <= P", "math.isNaN(D)", "isIP(S)", "bool(S)",
      "ip(S).isLoopback()", "Y == Y", "type(X) == type(X)", "type(X) == int", "cidr('10.0.0.0/8').containsIP(S)",
    ],
    "I": [
      "0", "1", "-1", "i", "absent", "9223372036854775807", "-9223372036854775808", "0x10", "I + I", "I - I", "I * I", "I / I",
      "I % I",
      "-(I)", "B ? I : I", "size(X)", "S.size()", "L[I]", "L.first().orValue(I)", "int(D)", "int(S)", "int(U)", "T.getHours()",
      "T.getDayOfYear('Europe/Paris')", "P.getSeconds()", "S.indexOf(S)", "S.lastIndexOf(S, I)", "O.orValue(I)", "O.value()",
      "math.abs(I)", "math.greatest(I, I)", "math.bitShiftLeft(I, I)", "math.bitXor(I, I)", "cel.bind(i, I, I)", "int(T)",
    ],
    "U": [
      "0u", "7u", "u", "18446744073709551615u", "U + U", "U - U", "U * U", "U / U", "uint(I)", "uint(D)", "math.bitNot(U)",
    ],
    "D": [
      "0.5", "1e300", "-.25", "d", "D + D", "D - D", "D * D", "D / D", "-(D)", "double(I)", "double(S)", "M['a']", "M.b",
      "math.sqrt(D)",
      "math.round(D)", "math.least(D, D)", "math.sign(D)", "B ? D : D", "D + I", "U * D",
    ],
    "S": [
      "''", "'a'", "s", "\"b\\n\\u00e9\"", "r'\\d'", "'''x'y'''", "'NaN'", "'127.0.0.1'", "'1h'", "'%s %d %.2f'", "S + S",
      "string(X)",
      "S.substring(I)", "S.substring(I, I)", "S.charAt(I)", "S.replace(S, S)", "S.replace(S, S, I)", "S.split(S).join(S)",
      "S.upperAscii()", "S.trim()", "S.reverse()", "strings.quote(S)", "S.format([X, I, D])", "base64.encode(Y)", "B ? S : S",
      "L.map(v, string(v)).join(',')", "string(T)", "string(P)",
    ],
    "Y": ["b''", "y", "b'\\xff\\000'", "Y + Y", "bytes(S)", "base64.decode(S)"],
    "T": ["t", "e.t", "timestamp(I)", "timestamp('2000-02-29T12:00:00.5Z')", "T + P", "T - P"],
    "P": ["p", "duration('1h2m3.5s')", "T - T", "P + P", "P - P", "duration(S)"],
    "L": [
      "l", "[]", "[I]", "[I, I, I]", "[?O, I]", "L + L", "L.map(v, v + I)", "L.map(i, B, I)", "L.filter(v, B)",
      "L.transformList(i, v, I)",
      "[X, X]", "cel.bind(l, L, l + l)",
    ],
    "M": [
      "m", "{}", "{'a': D}", "{S: D, S: D}", "{?'a': M[?S]}", "{'a': D}.transformMap(k, v, D)",
      "L.transformMapEntry(i, v, {string(i): D})",
      "B ? M : M",
    ],
    "O": [
      "o", "optional.of(I)", "optional.none()", "optional.ofNonZeroValue(I)", "L[?I]", "O.or(O)", "O.optMap(v, v + I)",
      "L.last()",
    ],
    "X": [
      "B", "I", "U", "D", "S", "Y", "T", "P", "L", "M", "O", "dyn(X)", "x", "null", "[X]", "{S: X}", "B ? X : dyn(X)", "(X)",
      "X[X]", "X.a",
    ],
  ]

  /// An expression of any type, so many forms deep at most.
  mutating func expression(_ depth: Int) -> String { part("X", depth) }

  private mutating func part(_ kind: Character, _ depth: Int) -> String {
    guard let forms = Self.forms[kind] else { return String(kind) }
    // The first forms have no parts.
    let form = depth <= 0 ? forms[below(2)] : one(of: forms)
    if depth < -3 { return "1" }
    var text = ""
    var inWord = false
    for letter in form {
      // A capital within a word, as in `getHours`, is no part.
      if !inWord, Self.forms[letter] != nil { text += part(letter, depth - 1) } else { text.append(letter) }
      inWord = letter.isLetter && (inWord || letter.isLowercase)
    }
    return text
  }

  /// A text with a part of it replaced, doubled, left out or put into brackets.
  mutating func spliced(_ bytes: [UInt8]) -> [UInt8] {
    let start = below(bytes.count + 1)
    let end = start + below(min(16, bytes.count - start + 1))
    let middle = bytes[start..<end]
    let new: [UInt8]
    switch below(6) {
    case 0: new = Array(expression(3).utf8)
    case 1: new = Array(middle) + Array(middle)
    case 2: new = []
    case 3: new = [UInt8(ascii: "(")] + Array(middle) + [UInt8(ascii: ")")]
    case 4:
      new = Array(
        one(of: [" && ", " + ", ".?a", "[0]", " ? ", " : ", "'", "\\", ",", ".map(i, i)", " in ", "{", "}", "1.5"]).utf8)
    default: new = Array(("(" + expression(4) + ")").utf8)
    }
    return Array(bytes[..<start]) + new + Array(bytes[end...])
  }
}
