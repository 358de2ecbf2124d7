import Formats
import TestSupport
import Testing

/// Containers inside each other: values that are passed over nest as deep as a record is long, values that are kept 64 deep.
@Suite struct NestingTests {
  private static let depths = [1, 16, 17, 63, 64, 65, 127, 128, 129, 1024, 1_000_000]
  private static let longest = 8 << 20

  /// What one level of a nested value looks like; `open` and `close` are repeated around `1`.
  private struct Shape {
    var open: String
    var close: String
    /// Containers that one repetition makes.
    var levels = 1

    func value(_ count: Int, inside: String = "1") -> String {
      String(repeating: open, count: count) + inside + String(repeating: close, count: count)
    }
  }
  private static let shapes = [
    Shape(open: "[", close: "]"), Shape(open: "{\"a\":", close: "}"), Shape(open: "[0,", close: ",{}]"),
    Shape(open: "{\"k\":{},\"a\":", close: "}"), Shape(open: " [ {\"\\u0061\" :", close: "} ] ", levels: 2),
  ]

  /// The record, between two others, where nobody reads it and where it is kept.
  private func outcomes(_ record: String) throws -> (skipped: Outcome, kept: Outcome) {
    let input = "{}\n\(record)\n{}\n"
    let skipped = try decode(input, plan())
    let kept = try decode(input, plan(rest: true))
    if record.utf8.count > 1 << 20 { return (skipped, kept) }
    let column = try decode(input, plan(.init("v", .variant)))
    #expect(column.dead == kept.dead && (kept.dead == [] || kept.lines == ["{}", "{}"]))
    // Behind a line that makes all be scanned line by line, and at the end without a line end.
    for (careful, end) in [(try decode("\"\n" + record, plan()), 2), (try decode(record, plan()), 0)] {
      let dead = careful.dead.filter { $0.offset == UInt64(end) }
      #expect(dead.map(\.code) == skipped.dead.map(\.code) && dead.map(\.reason) == skipped.dead.map(\.reason))
    }
    return (skipped, kept)
  }

  @Test(arguments: depths) func `what nobody reads nests as deep as it likes, what is kept 64 deep`(depth: Int) throws {
    for shape in Self.shapes {
      let count = max(depth / shape.levels, 1)
      let record = "{\"v\":\(shape.value(count))}"
      guard record.utf8.count <= Self.longest else { continue }
      let (skipped, kept) = try outcomes(record)
      #expect(skipped.dead == [] && skipped.lines.count == 3)
      // The record is a container too, and in some shapes so is what stands beside.
      let levels = count * shape.levels + (shape.open.contains("{}") || shape.close.contains("{}") ? 1 : 0) + 1
      if levels <= 64 {
        #expect(kept.dead == [] && kept.lines.count == 3)
        var sink = EncodePlan()
        sink.verbatim = true
        #expect(try decode(record, plan { $0.verbatim = true }, encode: sink).lines == [record])
      } else {
        #expect(kept.dead.map(\.code) == ["depth"] && kept.lines.count == 2, "\(shape.open) \(levels)")
        #expect(kept.dead[0].reason.hasPrefix("nested too deep for a value that is kept, at byte "))
      }
    }
  }

  @Test func `the sixty-fifth container is named`() throws {
    func fate(_ count: Int) throws -> [String] {
      try outcomes("{\"v\":\(Self.shapes[0].value(count))}").kept.dead.map(\.reason)
    }
    #expect(try fate(63) == [])
    #expect(try fate(64) == ["nested too deep for a value that is kept, at byte 68"])
    let names = Self.shapes[1].value(64)
    #expect(try decode(names, plan(rest: true)).lines == [names])
  }

  @Test(arguments: depths) func `every mistake is found at any depth, at its byte`(depth: Int) throws {
    // What stands in the middle, where in it the mistake is, and what is said.
    let mistakes: [(inside: String, at: Int, reason: String)] = [
      ("01", 0, "a malformed number"), ("1e", 0, "a malformed number"), ("tru", 0, "a value was expected"),
      ("\"\\x\"", 0, "a malformed escape in a string"), ("\"\\ud800\"", 0, "a malformed escape in a string"),
      ("[1,]", 3, "a malformed number"), ("[1 2]", 3, "',' or ']' was expected"), ("[1}", 2, "',' or ']' was expected"),
      ("{\"b\":1]", 6, "',' or '}' was expected"), ("{\"b\" 1}", 5, "':' was expected"),
      ("{b:1}", 1, "a field's name in quotes was expected"), ("{\"b\":1,}", 7, "a field's name in quotes was expected"),
      ("\"\u{1}\"", 1, "a control character stands in a string"), ("\"", 0, "a string has no end"),
    ]
    for shape in Self.shapes[..<2] {
      // Of the largest records, a third of the mistakes: they take their time.
      for (number, mistake) in mistakes.enumerated() where depth < 1_000_000 || number % 3 == 0 {
        let record = "{\"v\":\(shape.value(depth, inside: mistake.inside))}"
        guard record.utf8.count <= Self.longest else { continue }
        let (skipped, kept) = try outcomes(record)
        let place = 5 + shape.open.utf8.count * depth + mistake.at
        #expect(skipped.dead.map(\.code) == ["json"])
        #expect(skipped.dead.map(\.reason) == ["\(mistake.reason), at byte \(place)"])
        #expect(kept.dead.map(\.code) == [depth < 62 ? "json" : kept.dead[0].code])
      }
      // Brackets that are missing, too many, or of the other kind, at the inner and the outer end.
      let (open, close) = (shape.open, shape.close)
      let whole = String(repeating: close, count: depth)
      let head = "{\"v\":" + String(repeating: open, count: depth) + "1"
      let other = close == "]" ? "}" : "]"
      let expected = "',' or '\(close)' was expected"
      let records = [
        (head, "the record ends too early", head.utf8.count),
        (head + whole, "the record ends too early", head.utf8.count + depth),
        (head + whole + "}]", "something follows the record", head.utf8.count + depth + 1),
        (head + other + whole.dropFirst() + "}", expected, head.utf8.count),
        (head + whole.dropLast() + other + "}", expected, head.utf8.count + depth - 1),
      ]
      for (record, reason, place) in records where record.utf8.count <= Self.longest {
        let (skipped, kept) = try outcomes(record)
        #expect(skipped.dead.map(\.code) == ["json"] && skipped.dead.map(\.reason) == ["\(reason), at byte \(place)"])
        #expect(kept.lines == ["{}", "{}"])
      }
    }
  }

  @Test func `brackets without end are no invitation to read a batch from each of its lines`() throws {
    // Thousands of short lines, of which each looks as if the next ones were inside of it.
    for line in ["[", "{\"v\":", "{\"v\":[", "{\"v\":[1,", "{\"v\":{\"a\":"] {
      let count = (2 << 20) / (line.utf8.count + 1)
      let outcome = try decode(String(repeating: line + "\n", count: count) + "{}", plan())
      #expect(outcome.lines == ["{}"] && outcome.dead.count == count)
      #expect(outcome.dead.allSatisfy { $0.reason == "the record ends too early, at byte \(line.utf8.count)" })
    }
  }

  /// Whether each line is an object as Python reads it; one that nests too deep for Python's own stack is judged without.
  private static let program = """
    import json, sys
    sys.setrecursionlimit(20000)
    for line in sys.stdin.buffer:
        try:
            print(isinstance(json.loads(line.decode()), dict))
        except ValueError:
            print(False)
    """

  @Test(arguments: [1, 2, 3]) func `random brackets are taken and refused as Python does`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var records: [String] = []
    for _ in 0..<400 {
      var text = "{\"v\":"
      var closers = ["}"]
      for _ in 0..<random.below(600) {
        let isObject = random.below(2) == 0
        text += isObject ? "{\"n\":" : random.below(4) == 0 ? "[[],{}," : "["
        closers.append(isObject ? "}" : "]")
        // Now and then the value goes on beside what was closed.
        while closers.count > 2, random.below(5) == 0 {
          text += "1" + closers.removeLast() + (closers.last == "}" ? ",\"m\":" : ",")
        }
      }
      text += "1" + closers.reversed().joined()
      if random.below(2) == 0 {
        var bytes = Array(text.utf8)
        let at = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes.remove(at: at)
        case 1: bytes.swapAt(at, random.below(bytes.count))
        default: bytes[at] = Array("[]{},:\"1".utf8)[random.below(8)]
        }
        text = String(decoding: bytes, as: UTF8.self)
      }
      records.append(text)
    }
    let input = Array((records.joined(separator: "\n") + "\n").utf8)
    let answers = try Python.run(Self.program, input)
    let outcome = try decode(input, plan())
    var offset: UInt64 = 0
    let dead = Set(outcome.dead.map(\.offset))
    for (record, answer) in zip(records, answers) {
      #expect(dead.contains(offset) == (answer == "False"), "seed \(seed): \(quoted(record))")
      offset += UInt64(record.utf8.count) + 1
    }
    #expect(answers.count == records.count && outcome.dead.count > 50 && outcome.lines.count > 150)
  }
}
