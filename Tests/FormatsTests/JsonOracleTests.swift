import Formats
import TestSupport
import Testing

/// Mutated documents, read by us and by Python's json module.
@Suite struct JsonOracleTests {
  /// Writes each line's object as our encoder would, or null: no JSON, no object, no UTF-8, half a surrogate pair, too deep.
  private static let program = """
    import json, sys
    from decimal import Decimal

    class Number(str):
        pass

    def refuse(word):
        raise ValueError(word)

    def number(text):
        if not any(c in text for c in ".eE") and text != "-0":
            if len(text) < 20 and -2**63 <= int(text) < 2**63:
                return text
        else:
            nearest = float(text)
            if not any(c in "123456789" for c in text.lower().partition("e")[0]):
                return repr(nearest)
            try:
                exact = Decimal(text)
            except ArithmeticError:
                return json.dumps(text)
            if nearest - nearest == 0 and Decimal(repr(nearest)) == exact:
                return repr(nearest)
        sign, digits, power = Decimal(text).as_tuple()
        digits = "".join(map(str, digits)).lstrip("0")
        while digits.endswith("0"):
            digits, power = digits[:-1], power + 1
        if len(digits) > 38 or power < -38 or len(digits) + power > 38:
            return json.dumps(text)
        if power >= 0:
            text = digits + "0" * power
        else:
            text = digits.rjust(1 - power, "0")
            text = text[:power] + "." + text[power:]
        return "-" + text if sign else text

    def written(value, depth):
        if depth > 64 and isinstance(value, (dict, list)):
            raise ValueError("too deep")
        if isinstance(value, Number):
            return number(value)
        if isinstance(value, dict):
            members = sorted(value.items(), key=lambda member: member[0].encode())
            return "{" + ",".join(written(k, 0) + ":" + written(v, depth + 1) for k, v in members) + "}"
        if isinstance(value, list):
            return "[" + ",".join(written(v, depth + 1) for v in value) + "]"
        if isinstance(value, str):
            value.encode()
        return json.dumps(value, ensure_ascii=False)

    for line in sys.stdin.buffer:
        try:
            value = json.loads(line.decode(), parse_int=Number, parse_float=Number, parse_constant=refuse)
            print(written(value, 1) if isinstance(value, dict) else "null")
        except (ValueError, RecursionError):
            print("null")
    """

  private static let documents = [
    "{}", "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}",
    "{\"v\":-1.5e10,\"w\":0.1,\"x\":123456789012345678901234567890}",
    "{\"s\":\"é😀 \\u00e9\\ud83d\\ude00\\n\\\\\\\"/\\/\"}",
    "{\"n\":[1,[2,[3,[4,{\"k\":[5]}]]]],\"m\":{\"k\":{\"k\":{\"k\":{}}}}}",
    "{\"time\":1700000000000,\"source\":\"sensor-1\",\"value\":20.125,\"quality\":\"good\"}", "{ \"a\" : 1 , \"a\" : [ 2 ] }",
    "{\"x\":[0,-0,0.0,-0.0,1e5,1E-5,9223372036854775807,9223372036854775808,-9223372036854775809,1e400,0.1000000000000000055]}",
  ]
  private static let tokens = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "1", "9", "-", "+", ".", "e", "E", "true", "null", "\\u", "\\ud800",
    "\\udc00", " ",
    "\t", "\r", "\u{0}", "\u{1f}", "\u{7f}", "é", "\"a\":1,", "[1]", "{\"b\":2}", "1e99", "00", "\u{FEFF}", "/", "'", "NaN",
    "12345678",
  ].map { Array($0.utf8) }

  private static func mutated(_ random: inout SplitMix) -> [UInt8] {
    var bytes = Array(documents[random.below(documents.count)].utf8)
    for _ in 0..<random.below(5) {
      let at = random.below(bytes.count + 1)
      switch random.below(6) {
      case 0, 1: bytes.insert(contentsOf: tokens[random.below(tokens.count)], at: at)
      case 2: if at < bytes.count { bytes.remove(at: at) }
      case 3: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.next()) }
      case 4:
        let end = min(bytes.count, at + random.below(12))
        bytes.insert(contentsOf: Array(bytes[at..<end]), at: random.below(bytes.count + 1))
      default:
        let token = tokens[random.below(tokens.count)]
        let end = min(bytes.count, at + token.count)
        bytes.replaceSubrange(at..<end, with: token)
      }
    }
    return bytes.map { $0 == 10 ? 32 : $0 }
  }

  @Test(arguments: [1, 2, 3]) func `documents are taken and refused as Python does, with the same values`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var records: [[UInt8]] = [Array("{}".utf8)]
    while records.count < 8000 {
      let record = Self.mutated(&random)
      if !record.allSatisfy({ [9, 13, 32].contains($0) }) { records.append(record) }
    }
    var input: [UInt8] = []
    for record in records {
      input += record
      input.append(10)
    }
    let answers = try Python.run(Self.program, input)
    #expect(answers.count == records.count)
    let kept = try decode(input, plan(rest: true))
    // Fields that nobody reads are checked all the same, and so are those of columns.
    let skipped = try decode(input, plan())
    let typed = try decode(input, plan(.init("a", .variant), .init("value", .double), .init("s", .string), .init("time", .int)))
    var lines = kept.lines[...]
    var dead = kept.dead[...]
    var offset: UInt64 = 0
    for (record, answer) in zip(records, answers) {
      let text = String(decoding: record, as: UTF8.self)
      if dead.first?.offset == offset {
        dead.removeFirst()
        #expect(answer == "null", "seed \(seed): refused \(quoted(text))")
      } else {
        #expect(lines.popFirst() == answer, "seed \(seed): \(quoted(text))")
      }
      offset += UInt64(record.count) + 1
    }
    #expect(skipped.dead.map(\.offset) == kept.dead.map(\.offset) && typed.dead.map(\.offset) == kept.dead.map(\.offset))
    #expect(kept.lines.count > 1000 && kept.dead.count > 1000)
  }
}
