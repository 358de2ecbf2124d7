import TestSupport
import Testing

/// What leaves a branch that changes nothing is what came in, whatever the other branches of the pipeline read.
struct UntouchedBranchTests {
  // MARK: JSON

  private static let values = [
    "60", "60.0", "60.5", "-3", "0", "0.001", "1700000000000000123", "9007199254740993", "18446744073709551615",
    "12345678901234567890123", "0.1000000000000000055", "\"60\"", "\"x\"", "\"\"", "null", "true", "[60,1.0]", "{\"k\":60}",
  ]

  /// Nodes beside the untouched ones. They write what they make where nobody looks.
  private static let siblings = [
    "use: filter, from: s, with: { where: \"v > 60.0\" }", "use: filter, from: s, with: { where: \"v * 1.5 > w || w == 7\" }",
    "use: filter, from: s, with: { where: \"v % 2 == 0 && t == 'x'\" }",
    "use: filter, from: s, with: { where: \"has(v) && t\" }",
    "use: window, from: s, with: { tumbling: 10s, aggregate: { a: avg(v), b: max(v), c: \"sum(w * 2 + v)\" } }",
    "use: window, from: s, with: { tumbling: 10s, key: t, aggregate: { a: \"quantile(w, 0.5)\", n: { fn: count(), filter: v > 1.0 } } }",
    "use: key_by, from: s, with: { key: v }", "use: severity, from: s, with: { value: w, min: 0, max: 100 }",
    "use: map, from: s, with: { cast: { v: double }, keep: [v] }", "use: map, from: s, with: { set: { v: v + 1 } }",
    "use: flat_map, from: s, with: { explode: { v: \"[v, w]\" } }",
    "use: route, from: s, with: { cases: { one: v < 5, two: \"t.startsWith('x')\" } }",
  ]

  /// The nodes of a pipeline with a branch that writes records again, one that keeps fields, and one that adds one.
  private static func manifest(_ source: String, sink: String, _ random: inout SplitMix) -> String {
    var operators = """
        kept: { use: map, from: s, with: { keep: [ts, v, w, t, z] } }
        more: { use: map, from: s, with: { set: { extra: '1' } } }

      """
    var sinks = ""
    for number in 0..<(1 + random.below(4)) {
      operators += "  b\(number): { \(siblings[random.below(siblings.count)]) }\n"
      let port = operators.contains("b\(number): { use: route") ? "b\(number).one" : "b\(number)"
      sinks += "  o\(number): { use: file, from: \(port), with: { path: o\(number).jsonl } }\n"
    }
    for (name, from) in [("again", "s"), ("kept", "kept"), ("more", "more")] where random.below(3) > 0 {
      sinks += "  \(name)_out: { use: file, from: \(from), with: { path: \(name), \(sink) } }\n"
    }
    return """
      name: untouched
      sources: { s: { use: file, with: { path: in, \(source), time: ts } } }
      operators:
      \(operators)sinks:
        plain: { use: file, from: s, with: { path: plain, \(source) } }
        rest: { use: file, from: [kept, more], with: { path: all.jsonl } }
      \(sinks)
      """
  }

  private static func run(_ manifest: String, _ input: String, _ place: Comment) throws -> Story {
    let story = try Story()
    try story.file("in", input)
    try story.file("p.yaml", manifest)
    let result = try story.run("run", "p.yaml", "--dev")
    #expect(
      result.exitCode == 0 && result.errors.contains("the books hold to the row"), "\(place) \(result.errors)\n\(manifest)")
    return story
  }

  @Test(arguments: 0..<16)
  func `records of JSON leave in the form in which they came`(part: UInt64) throws {
    let seed = 0x0B5E_0000 + part
    var random = SplitMix(seed: seed)
    let lines = (0..<60).map { row in
      var members = ["\"ts\":\(1_700_000_000_000 + row * 500)"]
      for name in ["v", "w", "t", "z"] where random.below(5) > 0 {
        members.append("\"\(name)\":\(Self.values[random.below(Self.values.count)])")
      }
      return "{\(members.joined(separator: ","))}"
    }
    let input = lines.map { "\($0)\n" }.joined()
    let manifest = Self.manifest("format: json", sink: "format: json, time_format: ms", &random)
    let place: Comment = "seed \(seed)"
    let story = try Self.run(manifest, input, place)
    #expect(try story.text("plain") == input, place)
    let wanted = lines.map { Self.members(of: $0) }
    for (name, extra) in [("again", []), ("kept", []), ("more", ["\"extra\":1"])] as [(String, [String])] {
      guard let text = try? story.text(name) else { continue }
      let found = text.split(separator: "\n").map { Self.members(of: String($0)) }
      #expect(found.count == wanted.count, place)
      for (line, members) in found.enumerated() where line < wanted.count && members != wanted[line].union(extra) {
        Issue.record("\(name), line \(line): \(members.sorted()), and not \(wanted[line].sorted()); seed \(seed)\n\(manifest)")
        break
      }
    }
  }

  /// The members of an object on one line, as they are written.
  private static func members(of line: String) -> Set<String> {
    var members: Set<String> = []
    var (depth, isQuoted, member) = (0, false, "")
    for character in line.dropFirst().dropLast() {
      switch character {
      case "\"": isQuoted.toggle()
      case "[", "{": depth += isQuoted ? 0 : 1
      case "]", "}": depth -= isQuoted ? 0 : 1
      case "," where depth == 0 && !isQuoted:
        members.insert(member)
        member = ""
        continue
      default: break
      }
      member.append(character)
    }
    return members.union(member.isEmpty ? [] : [member])
  }

  // MARK: CSV

  private static let cells = [
    "60", "1.50", "1.5", "60.0", "2.00", "-3.250", "0.10", "100.000", "x", "007", "+1", "", "true", "12345678901234567890123",
    "0.1000000000000000055", "1000000000000000000000.0", "0.00001", "-0.000",
  ]

  @Test(arguments: 0..<12)
  func `cells of csv leave with the text with which they came`(part: UInt64) throws {
    let seed = 0x0C5E_0000 + part
    var random = SplitMix(seed: seed)
    var rows = [["ts", "v", "w", "t", "z"]]
    for row in 0..<60 {
      rows.append(["\(1_700_000_000_000 + row * 500)"] + (0..<4).map { _ in Self.cells[random.below(Self.cells.count)] })
    }
    let input = rows.map { $0.joined(separator: ",") + "\n" }.joined()
    let manifest = Self.manifest("format: csv", sink: "format: csv, delimiter: '|'", &random)
    let place: Comment = "seed \(seed)"
    let story = try Self.run(manifest, input, place)
    #expect(try story.text("plain") == input, place)
    let wanted = rows.dropFirst().map { Self.named(rows[0], $0) }
    // A field that one branch sets is a column of the source, so it has a place in the header of the others, too.
    for (name, extra) in [("again", ["extra="]), ("kept", []), ("more", ["extra=1"])] as [(String, [String])] {
      guard let text = try? story.text(name) else { continue }
      let found = text.split(separator: "\n").map {
        $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(found.count == rows.count, place)
      for (line, cells) in found.dropFirst().enumerated() where line < wanted.count {
        let named = Self.named(found[0], cells)
        if named == wanted[line].union(extra) { continue }
        Issue.record("\(name), row \(line): \(named.sorted()), and not \(wanted[line].sorted()); seed \(seed)\n\(manifest)")
        break
      }
    }
  }

  /// Cells with the names of their columns. A number has no more than one form of -0.
  private static func named(_ names: [String], _ cells: [String]) -> Set<String> {
    Set(zip(names, cells).map { "\($0)=\($1 == "-0.000" ? "-0.0" : $1)" })
  }

  @Test func `a nought with a sign keeps its digits only as a text`() throws {
    let story = try Self.run(
      """
      name: nought
      sources: { s: { use: file, with: { path: in, format: csv } } }
      operators: { f: { use: filter, from: s, with: { where: a < 1.0 } } }
      sinks:
        o: { use: file, from: f, with: { path: out, format: csv, delimiter: '|' } }
        p: { use: file, from: s, with: { path: same, format: csv } }
      """, "a,b\n-0.000,-0.000\n0.000,1.50\n", "nought")
    #expect(try story.text("out") == "a|b\n-0.0|-0.000\n0.000|1.50\n")
    #expect(try story.text("same") == "a,b\n-0.000,-0.000\n0.000,1.50\n")
  }

  @Test func `an empty cell that is kept is null`() throws {
    let story = try Self.run(
      """
      name: kept
      sources: { s: { use: file, with: { path: in, format: csv } } }
      operators: { k: { use: map, from: s, with: { keep: [a, b] } } }
      sinks: { o: { use: file, from: k, with: { path: out, format: json } } }
      """, "a,b,c\n1,,3\n,x,\n", "kept")
    #expect(try story.text("out") == "{\"a\":\"1\",\"b\":null}\n{\"b\":\"x\",\"a\":null}\n")
  }

  // MARK: Parsed texts

  @Test func `numbers that parse finds keep their form where they are compared`() throws {
    let story = try Self.run(
      """
      name: parsed
      sources: { s: { use: file, with: { path: in, format: json } } }
      operators:
        j: { use: parse, from: s, with: { field: body, format: json, remove: true } }
        c: { use: parse, from: s, with: { field: row, format: csv, columns: [x, y], remove: true } }
        hot: { use: filter, from: j, with: { where: v > 50.0 } }
        high: { use: filter, from: c, with: { where: x > 1.0 } }
        j2: { use: map, from: hot, with: { keep: [v] } }
        c2: { use: map, from: high, with: { keep: [x, y] } }
      sinks:
        o: { use: file, from: j2, with: { path: json } }
        p: { use: file, from: c2, with: { path: csv, format: csv } }
      """,
      """
      {"body":"{\\"v\\":60}","row":"1.50,a"}
      {"body":"{\\"v\\":60.0}","row":"2,"}
      {"body":"{\\"v\\":12345678901234567890123}","row":"x,b"}
      {"body":"{\\"v\\":7}","row":"0.5,c"}

      """, "parsed")
    #expect(try story.text("json") == "{\"v\":60}\n{\"v\":60.0}\n{\"v\":12345678901234567890123}\n")
    #expect(try story.text("csv") == "x,y\n1.50,a\n2,\n")
  }

  @Test func `a text that a column of numbers does not take is not lost`() throws {
    let story = try Self.run(
      """
      name: taken
      sources: { s: { use: file, with: { path: in, format: json } } }
      operators:
        c: { use: parse, from: s, with: { field: row, format: csv, columns: [x, y], named: { x: double }, remove: true } }
        there: { use: filter, from: c, with: { where: has(x) } }
      sinks: { o: { use: file, from: there, with: { path: out, format: json } } }
      """, "{\"row\":\"1.5,a\",\"n\":1}\n{\"row\":\"cold,b\",\"n\":2}\n{\"row\":\",c\",\"n\":3}\n", "taken")
    #expect(try story.text("out") == "{\"x\":1.5,\"y\":\"a\",\"n\":1}\n{\"y\":\"b\",\"n\":2,\"x\":\"cold\"}\n")
  }
}
