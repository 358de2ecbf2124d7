import TestSupport
import Testing

/// The operators of `transform` in whole pipelines: JSON lines in, JSON lines out, bad rows at `dead`.
struct TransformTests {
  private let story: Story

  init() throws { story = try Story() }

  /// Runs lines through operators, the last of which is `last`; what they reject is in dead.jsonl.
  private func run(
    _ operators: String, from last: String = "f", fields: String = "", more: String = "", input: String
  ) throws -> Tidemill.Result {
    try story.file(
      "p.yaml",
      """
      name: p
      sources: { s: { use: stdin, with: { format: json\(fields) } } }
      operators:
        \(operators)
      sinks:
        out: { use: stdout, from: \(last) }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }
      \(more)
      """)
    let result = try story.run("run", "p.yaml", "--dev", input: input)
    #expect(result.errors.contains("the books hold to the row"), "\(result.errors)")
    return result
  }

  @Test func `filter passes records from their own bytes, and counts those that do not fit`() throws {
    let input = """
      {"value": 61.0, "note":"a b"}
      {"value":60.0}
      {"value":"high"}
      {"other":1}
      {"value":null}
      {"value":1e3}

      """
    let result = try run("f: { use: filter, from: s, with: { where: \"value > 60.0\" } }", input: input)
    #expect(result.output == "{\"value\": 61.0, \"note\":\"a b\"}\n{\"value\":1e3}\n")
    #expect(result.errors.contains("f: expressions erred for 3 rows"), "\(result.errors)")
    #expect(result.errors.contains("'where' errs"), "\(result.errors)")
    let strict = try run("f: { use: filter, from: s, with: { where: \"value > 60.0\", strict: true } }", input: input)
    #expect(strict.output == result.output)
    let dead = try story.text("dead.jsonl").split(separator: "\n")
    #expect(dead.count == 3 && dead.allSatisfy { $0.contains("'where': ") }, "\(dead)")
  }

  @Test func `map sets, casts, renames, removes and keeps fields`() throws {
    let result = try run(
      """
      f:
          use: map
          from: s
          with:
            cast: { n: int }
            set: { f: "c * 1.8 + 32.0", tag: "zone + '/' + string(n)", odd: "c / x" }
            rename: { zone: area }
            remove: [x]
      """,
      input: """
        {"zone":"a","c":100.0,"n":"7","x":2.0,"more":{"k":[1,null]}}
        {"zone":"b","c":-40.0,"n":"seven","x":0.5}

        """)
    #expect(
      result.output == """
        {"c":100.0,"area":"a","n":7,"f":212.0,"tag":"a/7","odd":50.0,"more":{"k":[1,null]}}
        {"c":-40.0,"area":"b","f":-40.0,"tag":"b/seven","odd":-80.0,"n":null}

        """, "\(result.output)\(result.errors)")
    let kept = try run(
      "f: { use: map, from: s, with: { set: { twice: 2 * n }, keep: [twice, zone] } }",
      input: "{\"zone\":\"a\",\"n\":21,\"other\":1}\n")
    #expect(kept.output == "{\"zone\":\"a\",\"twice\":42}\n", "\(kept.output)\(kept.errors)")
  }

  @Test func `map casts, then renames, then sets, then removes, then keeps`() throws {
    let result = try run(
      """
      f:
          use: map
          from: s
          with:
            keep: [b, c, n]
            remove: [c]
            set: { c2: "string(a) + b", n: "a + 1" }
            rename: { a: b, b: c }
            cast: { b: int }
      """, input: "{\"a\":1,\"b\":\"2\",\"c\":3}\n")
    #expect(result.output == "{\"b\":1,\"n\":2}\n", "\(result.output)\(result.errors)")
  }

  @Test func `a field that map sets is neither renamed, removed nor what another becomes`() throws {
    func refusal(_ with: String) throws -> String {
      try story.file(
        "p.yaml",
        """
        name: p
        sources: { s: { use: stdin, with: { format: json } } }
        operators: { f: { use: map, from: s, with: \(with) } }
        sinks: { o: { use: stdout, from: f } }
        """)
      let result = try story.run("validate", "p.yaml")
      #expect(result.exitCode == 78)
      return result.errors
    }
    let renamed = try refusal("{ set: { x: \"1\" }, rename: { x: y } }")
    #expect(
      renamed.contains("p.yaml:3:76: ") && renamed.contains("'x' is renamed and set; write set: { y: ... }"), "\(renamed)")
    let over = try refusal("{ set: { y: \"1\" }, rename: { x: y } }")
    #expect(over.contains("p.yaml:3:76: ") && over.contains("'x' is renamed to 'y', which is set"), "\(over)")
    let removed = try refusal("{ set: { x: \"1\" }, remove: [x] }")
    #expect(removed.contains("p.yaml:3:72: ") && removed.contains("'x' is set and removed"), "\(removed)")
    let empty = try refusal("{ set: { \"\": \"1\" }, rename: { a: \"\" } }")
    #expect(empty.contains("p.yaml:3:53: 'set' names a field with an empty name"), "\(empty)")
    #expect(empty.contains("p.yaml:3:77: 'rename' names a field with an empty name"), "\(empty)")
    #expect(!empty.contains("p.yaml:2:"), "\(empty)")
  }

  @Test func `a field whose expression errs is null where only some fields are kept, too`() throws {
    let input = "{\"n\":5,\"s\":\"7\"}\n{\"n\":0,\"s\":\"x\"}\n{\"n\":2,\"s\":\"8\"}\n"
    let result = try run(
      "f: { use: map, from: s, with: { cast: { s: int }, set: { q: 10 / n, t: \"n > 1 ? 'a' : null\" }, keep: [q, s, t] } }",
      input: input)
    #expect(
      result.output == """
        {"s":7,"q":2,"t":"a"}
        {"q":null,"t":null,"s":null}
        {"s":8,"q":5,"t":"a"}

        """, "\(result.output)\(result.errors)")
    let asked = try run(
      """
      m: { use: map, from: s, with: { set: { q: 10 / n }, keep: [q] } }
        f: { use: map, from: m, with: { set: { isNull: q == null }, keep: [isNull] } }
      """, input: input)
    #expect(asked.output == "{\"isNull\":false}\n{\"isNull\":true}\n{\"isNull\":false}\n", "\(asked.output)\(asked.errors)")
  }

  @Test func `names with dots and brackets are names like any other`() throws {
    let result = try run(
      """
      f:
          use: map
          from: s
          with:
            cast: { "a.b": int }
            set: { "room.no": n + 1, "x[0]": "'y'", "\\"q\\".r": "10 / z" }
            rename: { "c[d]": "e.f" }
            keep: ["a.b", room.no, "x[0]", e.f, "\\"q\\".r"]
      """, input: "{\"n\":1,\"a.b\":\"7\",\"c[d]\":true,\"z\":0}\n")
    #expect(
      result.output == #"{"a.b":7,"e.f":true,"room.no":2,"x[0]":"y","\"q\".r":null}"# + "\n", "\(result.output)\(result.errors)"
    )
    #expect(result.errors.contains(#"'set["\"q\".r"]' errs: divide by zero"#), "\(result.errors)")
    try story.file(
      "q.yaml",
      """
      name: p
      sources: { s: { use: stdin, with: { format: json, fields: { "v.w": double, k: string } } } }
      operators: { f: { use: map, from: s, with: { set: { "u.v": k * 2 } } } }
      sinks: { o: { use: stdout, from: f } }
      """)
    let wrong = try story.run("validate", "q.yaml")
    #expect(wrong.errors.contains(#"q.yaml:3:60: 'set["u.v"]': "#), "\(wrong.errors)")
  }

  @Test func `what a condition says of a number does not depend on what else reads it, and leaves it as it was written`() throws
  {
    let input = """
      {"ns":1700000000000000123,"v":60,"o":1}
      {"ns":1700000000000000123,"v":60.0}
      {"ns":4,"v":61}
      {"ns":"x","v":61}
      {"ns":1e19,"v":9007199254740993}

      """
    let filter = "f: { use: filter, from: s, with: { where: 'ns > 5 && v != 60.5' } }"
    let passed = try run(filter, input: input)
    let lines = input.split(separator: "\n")
    #expect(passed.output == [lines[0], lines[1], lines[4]].map { "\($0)\n" }.joined(), "\(passed.output)\(passed.errors)")
    let branched = try run(
      filter + "\n  m: { use: map, from: s, with: { set: { x: v * 2.0 } } }",
      more: "  p: { use: file, from: m, with: { path: m.jsonl } }",
      input: input)
    #expect(branched.output == passed.output, "\(branched.output)\(branched.errors)")
    let changed = try run(
      filter + "\n  m: { use: map, from: f, with: { set: { hot: v > 60.5, half: v / 2.0 } } }", from: "m", input: input)
    #expect(
      changed.output == """
        {"v":60,"ns":1700000000000000123,"hot":false,"half":30.0,"o":1}
        {"v":60.0,"ns":1700000000000000123,"hot":false,"half":30.0}
        {"v":9007199254740993,"ns":1e+19,"hot":true,"half":4503599627370496.0}

        """, "\(changed.output)\(changed.errors)")
  }

  @Test(arguments: ["v > 3", "v > 3.0", "v * 1.0 > 3.0", "v - 1 > 2"])
  func `cells of csv are numbers to a condition, however that writes its own`(condition: String) throws {
    let input = "v,note\n3,a\n3.50,b\n4,c\ncold,d\n,e\n9007199254740993,f\n"
    func output(_ operators: String, _ last: String) throws -> String {
      try story.file(
        "p.yaml",
        """
        name: p
        sources: { s: { use: stdin, with: { format: csv } } }
        operators:
          f: { use: filter, from: s, with: { where: '\(condition)' } }
        \(operators)
        sinks: { out: { use: stdout, from: \(last), with: { format: csv } } }
        """)
      let result = try story.run("run", "p.yaml", "--dev", input: input)
      #expect(result.exitCode == 0, "\(result.errors)")
      return result.output
    }
    #expect(try output("", "f") == "v,note\n3.50,b\n4,c\n9007199254740993,f\n")
    #expect(
      try output("  m: { use: map, from: f, with: { set: { x: '1 == 1' } } }", "m")
        == "v,x,note\n3.50,true,b\n4,true,c\n9007199254740993,true,f\n")
  }

  @Test func `a field is cast, and can fail to be, also where nobody reads it`() throws {
    let result = try run(
      """
      m: { use: map, from: s, with: { cast: { n: int }, strict: true } }
        f: { use: map, from: m, with: { set: { x: z + 1 }, keep: [x] } }
      """, input: "{\"n\":\"7\",\"z\":1}\n{\"n\":\"seven\",\"z\":2}\n")
    #expect(result.output == "{\"x\":2}\n", "\(result.output)\(result.errors)")
  }

  @Test func `a strict map sends rows whose expressions err to the dead letters`() throws {
    let result = try run(
      "f: { use: map, from: s, with: { set: { q: 10 / n }, strict: true } }", input: "{\"n\":5}\n{\"n\":0}\n{\"n\":2}\n")
    #expect(result.output == "{\"n\":5,\"q\":2}\n{\"n\":2,\"q\":5}\n", "\(result.output)\(result.errors)")
    #expect(try story.text("dead.jsonl").contains("'set.q': divide by zero"))
  }

  @Test func `route sends a row to the first port that fits, or to all`() throws {
    func ports(_ match: String) throws -> String {
      try story.file(
        "p.yaml",
        """
        name: p
        sources: { s: { use: stdin, with: { format: json } } }
        operators: { r: { use: route, from: s, with: { match: \(match), cases: { big: n > 10, even: n % 2 == 0 } } } }
        sinks:
          big: { use: file, from: r.big, with: { path: big.jsonl } }
          even: { use: file, from: r.even, with: { path: even.jsonl } }
          rest: { use: file, from: r.default, with: { path: rest.jsonl } }
        """)
      let result = try story.run("run", "p.yaml", "--dev", input: "{\"n\":12}\n{\"n\":2}\n{\"n\":3}\n{\"n\":13}\n{\"x\":1}\n")
      #expect(result.exitCode == 0, "\(result.errors)")
      return try ["big", "even", "rest"].map { try story.text("\($0).jsonl") }.joined(separator: "|")
    }
    #expect(try ports("first") == "{\"n\":12}\n{\"n\":13}\n|{\"n\":2}\n|{\"n\":3}\n{\"x\":1}\n")
    #expect(try ports("all") == "{\"n\":12}\n{\"n\":13}\n|{\"n\":12}\n{\"n\":2}\n|{\"n\":3}\n{\"x\":1}\n")
  }

  @Test func `flat_map makes a row of each element`() throws {
    let input = """
      {"id":1,"items":[{"p":"a"},2,null]}
      {"id":2,"items":[]}
      {"id":3}
      {"id":4,"items":"none"}
      {"id":5,"items":{"p":"a"}}

      """
    let result = try run("f: { use: flat_map, from: s, with: { explode: { items: items } } }", input: input)
    #expect(
      result.output == "{\"items\":{\"p\":\"a\"},\"id\":1}\n{\"items\":2,\"id\":1}\n{\"items\":null,\"id\":1}\n",
      "\(result.output)\(result.errors)")
    #expect(try story.text("dead.jsonl").contains("'explode.items' is a string, and a list is wanted"))
    #expect(try story.text("dead.jsonl").contains("'explode.items' is an object, and a list is wanted"))
    let kept = try run(
      "f: { use: flat_map, from: s, with: { explode: { item: items }, keep_empty: true } }", input: "{\"id\":2,\"items\":[]}\n")
    #expect(kept.output == "{\"items\":[],\"item\":null,\"id\":2}\n", "\(kept.output)\(kept.errors)")
  }

  @Test func `a strict flat_map sends rows whose expression errs to the dead letters`() throws {
    let input = "{\"id\":1,\"n\":1}\n{\"id\":2,\"n\":0}\n{\"id\":3}\n{\"id\":4,\"n\":2}\n"
    func output(_ more: String) throws -> String {
      let result = try run(
        "f: { use: flat_map, from: s, with: { explode: { n: \"n == 2 ? [] : [4 / n, 7]\" }\(more) } }", input: input)
      return result.output
    }
    #expect(try output("") == "{\"n\":4,\"id\":1}\n{\"n\":7,\"id\":1}\n")
    #expect(try story.text("dead.jsonl").isEmpty)
    #expect(try output(", strict: true, keep_empty: true") == "{\"n\":4,\"id\":1}\n{\"n\":7,\"id\":1}\n{\"n\":null,\"id\":4}\n")
    let dead = try story.text("dead.jsonl").split(separator: "\n")
    #expect(dead.count == 2 && dead.allSatisfy { $0.contains("'explode.n': ") }, "\(dead)")
    #expect(dead.first?.contains("divide by zero") == true, "\(dead)")
  }

  @Test func `key_by gives a key and leaves records as they came`() throws {
    let result = try run(
      """
      k: { use: key_by, from: s, with: { key: "zone + '/' + string(n)" } }
        f: { use: filter, from: k, with: { where: "event.key == 'a/1'" } }
      """, input: "{\"zone\": \"a\", \"n\":1}\n{\"zone\":\"a\",\"n\":2}\n{\"n\":1}\n")
    #expect(result.output == "{\"zone\": \"a\", \"n\":1}\n", "\(result.output)\(result.errors)")
  }

  @Test func `key_by takes equal numbers for one key`() throws {
    let result = try run(
      """
      k: { use: key_by, from: s, with: { key: n } }
        m: { use: map, from: k, with: { set: { key: event.key }, keep: [key] } }
      """, from: "m",
      input: ["60", "60.0", "6e1", "60.00", "\"60\"", "-0.0", "0", "1.5", "1.50", "1e300", "123456789012345678901234567890"]
        .map { "{\"n\":\($0)}\n" }.joined())
    let keys = ["60", "60", "60", "60", "60", "0", "0", "1.5", "1.5", "1e+300", "123456789012345678901234567890"]
    #expect(result.output == keys.map { "{\"key\":\"\($0)\"}\n" }.joined(), "\(result.output)\(result.errors)")
  }

  @Test func `severity rates and classifies`() throws {
    let result = try run(
      "f: { use: severity, from: s, with: { value: v, min: 0, max: 10 } }",
      input: "{\"v\":-1}\n{\"v\":2.9}\n{\"v\":3}\n{\"v\":6}\n{\"v\":9}\n{\"v\":11}\n{}\n")
    #expect(
      result.output == """
        {"v":-1,"score":0.0,"severity":"low"}
        {"v":2.9,"score":0.29,"severity":"low"}
        {"v":3,"score":0.3,"severity":"medium"}
        {"v":6,"score":0.6,"severity":"high"}
        {"v":9,"score":0.9,"severity":"critical"}
        {"v":11,"score":1.0,"severity":"critical"}
        {"score":null,"severity":null}

        """, "\(result.output)\(result.errors)")
    try story.file(
      "percent.yaml",
      """
      sources: { s: { use: stdin, with: { format: json } } }
      operators: { f: { use: severity, from: s, with: { value: v, max: 100, thresholds: [30, 60, 90] } } }
      sinks: { out: { use: stdout, from: f } }
      """)
    let percent = try story.run("run", "percent.yaml", input: "{}\n")
    #expect(percent.exitCode == 78 && percent.errors.contains("30.0 is no score: those are from 0 to 1"), "\(percent.errors)")
    let flat = try run(
      "f: { use: severity, from: s, with: { value: v, min: 5, max: 5 } }", input: "{\"v\":5.0}\n{\"v\":5.5}\n{\"v\":4.5}\n")
    #expect(
      flat.output.split(separator: "\n").map { $0.contains("\"score\":1.0") } == [false, true, false],
      "\(flat.output)\(flat.errors)")
  }

  @Test func `results do not depend on how rows are cut into frames`() throws {
    let lines = (0..<3000).map { "{\"n\":\($0),\"zone\":\"z\($0 % 7)\",\"list\":[\($0 % 3 == 0 ? "" : "\($0),1")]}\n" }.joined()
    let operators = { (count: Int) in
      """
      b: { use: batch, from: s, with: { count: \(count) } }
        m: { use: map, from: b, with: { set: { half: "n / 2", text: "zone.upperAscii() + string(n)" } } }
        e: { use: flat_map, from: m, with: { explode: { item: list } } }
        f: { use: filter, from: e, with: { where: "item != 1 && zone in ['z1', 'z3', 'z6']" } }
      """
    }
    let wanted = try run(operators(65536), input: lines).output
    #expect(wanted.contains("\"text\":\"Z3"), "\(wanted.prefix(300))")
    for count in [1, 17, 1000] { #expect(try run(operators(count), input: lines).output == wanted, "frames of \(count)") }
  }

  @Test func `a wrong expression is an error of validate at its place`() throws {
    try story.file(
      "p.yaml",
      """
      name: p
      sources: { s: { use: stdin, with: { format: json, fields: { value: double, zone: string } } } }
      operators:
        a: { use: filter, from: s, with: { where: "value > 60.0 && zoen == \\"a\\"" } }
        b: { use: filter, from: s, with: { where: value + 1.0 } }
        c: { use: map, from: s, with: { set: { x: "zone * 2" } } }
        d: { use: filter, from: s, with: { where: "value >" } }
        e: { use: filter, from: s, with: { where: "zone.matches('a(')" } }
        f: { use: flat_map, from: s, with: { explode: { letter: zone } } }
        g: { use: flat_map, from: s, with: { explode: { letter: "zone.split('')" } } }
      sinks: { o: { use: stdout, from: [a, b, c, d, e, f, g] } }
      """)
    let result = try story.run("validate", "p.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("p.yaml:4:62: 'where': "), "\(result.errors)")
    #expect(result.errors.contains("did you mean 'zone'?"), "\(result.errors)")
    #expect(result.errors.contains("p.yaml:5:45: 'where': it gives double, and bool is wanted here"), "\(result.errors)")
    #expect(result.errors.contains("p.yaml:6:"), "\(result.errors)")
    #expect(result.errors.contains("p.yaml:7:"), "\(result.errors)")
    #expect(result.errors.contains("p.yaml:8:59: 'where': 'a(' is no regular expression"), "\(result.errors)")
    #expect(
      result.errors.contains(
        "p.yaml:9:59: 'explode.letter': it gives string, and a list is wanted here; x.split(\",\") makes one"),
      "\(result.errors)")
    #expect(!result.errors.contains("p.yaml:10:"), "\(result.errors)")
    #expect(result.errors.contains(#"where: "zone.matches('a(')" } }"# + "\n" + String(repeating: " ", count: 64) + "^~~~\n"))
  }
}
