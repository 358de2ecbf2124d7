import ProofBench
import TestSupport
import Testing

/// `enrich` in the real engine: against a model, and with tables that change or are none.
@Suite(.serialized) struct EnrichTests {
  @Test func `every row gets what the table has for its key`() throws {
    let directory = try TemporaryDirectory()
    for seed in Seeds.of(1, 80) {
      let test = EnrichCase(seed: seed)
      try directory.write("table", test.text)
      for most in [1, 1 + Int(seed % 40), 4096] {
        var random = SplitMix(seed: seed)
        let steps = Dealing.steps([test.lines], most: most, &random)
        let run = try ManifestRun(test.manifest(table: directory.path + "/table"), inputs: ["in": (1, steps)])
        hold(run, test, "SEED=\(seed), frames of \(most)\n\(test.text)\n\(test.lines)")
      }
    }
  }

  /// Holds what one lane gave against the model.
  private func hold(_ run: ManifestRun, _ test: EnrichCase, _ replay: String) {
    let (wanted, dead) = test.expected()
    #expect(run.out.map { $0.int("n") } == wanted.map(\.number), "\(replay)")
    #expect(run.node("rich")?.rejected == UInt64(dead), "\(replay)")
    for (row, (_, found)) in zip(run.out, wanted) {
      #expect(row["\(test.prefix)name"] == found?.name.map { .text($0) } ?? .null, "\(replay)")
      #expect(row["\(test.prefix)price"] == found?.price.map { .double($0) } ?? .null, "\(replay)")
      #expect(row["\(test.prefix)is_new"] == found?.isNew.map { .bool($0) } ?? .null, "\(replay)")
    }
  }

  @Test func `the number of lanes changes no row, and no key's order`() throws {
    let directory = try TemporaryDirectory()
    let seeds = Seeds.of(200, 30)
    var wereShared = false
    for seed in seeds {
      let test = EnrichCase(seed: seed)
      try directory.write("table", test.text)
      var check = LaneCheck("rich", by: ["k0"], sinks: ["out"])
      let dead = UInt64(test.expected().dead)
      for lanes in 1...4 {
        let most = Dealing.frames[(Int(seed % 8) + 3 * lanes) % 8]
        var random = SplitMix(seed: seed)
        let steps = Dealing.steps([test.lines], most: most, &random)
        let manifest = test.manifest(table: directory.path + "/table", lanes: lanes)
        let replay = "SEED=\(seed), \(lanes) lanes, frames of \(most)\n\(manifest)\n\(test.text)\n\(test.lines)"
        let run = try ManifestRun(manifest, inputs: ["in": (1, steps)])
        if lanes == 1 { hold(run, test, replay) }
        #expect(run.node("rich")?.rejected == dead, "\(replay)")
        check.hold(run, lanes: lanes, replay)
      }
      if check.wereShared { wereShared = true }
    }
    #expect(wereShared || seeds.count == 1, "one lane had all rows, so nothing was shown")
  }

  private func manifest(_ options: String) -> String {
    """
    name: proof
    sources:
      in: { use: file, with: { path: in.jsonl } }
    operators:
      rich: { use: enrich, from: in, with: { \(options) } }
    sinks:
      out: { use: file, from: rich, with: { path: out.jsonl } }

    """
  }

  private func run(
    _ options: String, _ steps: [LineSource.Step], before: @escaping (Int) -> Void = { _ in }
  ) throws -> ManifestRun {
    try ManifestRun(manifest(options), inputs: ["in": (1, steps)]) { name, component in
      guard name == "rich" else { return component }
      return RestoringComponent(component) { call in
        before(call)
        return false
      }.table
    }
  }

  @Test func `a table that changes is read again, and a bad one changes nothing`() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "k,v\na,1\n")
    let line = "{\"k\":\"a\"}\n"
    let wait = LineSource.Step.pass(nanoseconds: 11_000_000_000)
    let steps: [LineSource.Step] = [
      .lines(partition: 0, line), wait, .lines(partition: 0, line), wait, .lines(partition: 0, line), wait,
      .lines(partition: 0, line),
    ]
    // A timer stands between two batches.
    let run = try run("table: \"\(directory.path)/t.csv\", key: k, reload: 10s, fields: { k: string, v: int }", steps) { call in
      switch call {
      case 1: _ = try? directory.write("t.csv", "k,v\na,22\n")
      case 3: _ = try? directory.write("t.csv", "k,v\na,many\n")
      case 5: _ = try? directory.write("t.csv", "k,v\nb,2\na,4444\n")
      default: break
      }
    }
    #expect(run.out.map { $0.int("v") } == [1, 22, 22, 4444], "\(run.log)")
    #expect(run.log.contains { $0.contains("t.csv:2: 'v' is no int") && $0.contains("stays") }, "\(run.log)")
  }

  @Test func `a file that is emptied is no table, and the one from before stays`() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "k,v\na,1\n")
    let line = LineSource.Step.lines(partition: 0, "{\"k\":\"a\"}\n")
    let steps = [line, .pass(nanoseconds: 11_000_000_000), line]
    let run = try run("table: \"\(directory.path)/t.csv\", key: k, reload: 10s, fields: { v: int }", steps) { call in
      if call == 1 { _ = try? directory.write("t.csv", "") }
    }
    #expect(run.out.map { $0.int("v") } == [1, 1], "\(run.log)")
    #expect(run.log.contains { $0.contains("t.csv: is empty") && $0.contains("stays") }, "\(run.log)")
  }

  @Test func `a table without rows has the columns that its header row names`() throws {
    let lines = [#"{"k":1}"#, #"{"k":"a","hall":"north"}"#].map { LineSource.Step.lines(partition: 0, $0 + "\n") }
    for table in [#"rows: "k,hall\n""#, #"rows: "\"k\",\"hall\"\r\n""#, #"rows: "k;hall", delimiter: ";""#] {
      let run = try run(table + ", key: k", lines)
      let halls = run.out.map { row in row.fields.filter { $0.name == "hall" }.map(\.value) }
      #expect(halls == [[.null], [.null]], "\(table): \(run.out)")
    }
    // Twice, but neither is asked for.
    let run = try run(#"rows: "k,v,,\n1,2,3,4\n", key: k, add: [v]"#, lines)
    #expect(run.out.map { $0["v"] } == [.int(2), .null], "\(run.out)")
  }

  @Test func `an expression asks the table, whatever type its values have`() throws {
    let lines = [#"{"code":"DE-1"}"#, #"{"code":"fr-2"}"#, #"{"x":1}"#].map { LineSource.Step.lines(partition: 0, $0 + "\n") }
    let run = try run(
      #"rows: "c,name\nde,Germany\nfr,France\n", by: 'code.lowerAscii().substring(0, 2)', table_key: [c]"#, lines)
    #expect(run.out.map { $0["name"] } == [.text("Germany"), .text("France"), .null], "\(run.out)")
  }

  @Test func `numbers are found whatever column they stand in`() throws {
    let lines = [#"{"k":1}"#, #"{"k":2.0}"#, #"{"k":2.5}"#, #"{"k":"1"}"#, #"{"k":true}"#].map {
      LineSource.Step.lines(partition: 0, $0 + "\n")
    }
    let run = try run(#"rows: "k,v\n1,one\n2,two\n2.5,more\n", key: k"#, lines)
    #expect(run.out.map { $0["v"] } == [.text("one"), .text("two"), .text("more"), .null, .null], "\(run.out)")
  }

  @Test func `a table that is none is refused with its line`() throws {
    func refusal(_ options: String) -> String {
      do {
        _ = try run(options, [])
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    let cases: [(options: String, reason: String)] = [
      (#"rows: "", key: k"#, "rows: is empty, which is no table; one without rows is its header row"),
      (#"rows: " \n", key: k, format: json"#, "rows: is empty, which is no table; one without rows is []"),
      (#"rows: "j,v\n", key: k"#, "rows: has no column 'k'; there are: j, v"),
      (#"rows: "k,v\n", key: k, add: [w]"#, "rows: has no column 'w'; there are: k, v"),
      (#"rows: "k,v\n", key: k, fields: { w: int }"#, "rows: has no column 'w'; there are: k, v"),
      (#"rows: "\nk,\"k\",v\n1,2,3\n", key: k"#, "rows:2: the header row names 'k' twice; leave one of the columns out"),
      (#"rows: "k,v,v\n", key: k"#, "rows:1: the header row names 'v' twice"),
      ("table: /nonexistent/t.csv, key: k", "/nonexistent/t.csv: there is no such file"),
      (#"rows: "k,v\n1,2,3\n", key: k"#, "rows:2: the record has 3 fields"),
      (#"rows: "k,v\n1,2\n1,3\n", key: k, duplicates: error"#, "rows:3: the key 1"),
      (#"rows: "k,v\n1,2\n,3\n", key: k"#, "rows:3: 'k' has no value here"),
      (#"rows: "k,v\n1,2\n3,x\n", key: k, fields: { v: int }"#, "rows:3: 'v' is no int"),
      (#"rows: "k,v\n1,2\n3,4\n", key: k, max_rows: 1"#, "`max_rows`"),
      (#"rows: "k,v\n1,2\n", key: j"#, "no column 'j'; there are: k, v"),
      (#"rows: "[{},\n}", key: k, format: json"#, "rows:2: a brace closes a list"),
      (#"rows: "[{\"k\":1}\n] x", key: k, format: json"#, "rows:2: something stands behind"),
      (#"rows: "{\"a\":\n5}", key: k, format: object"#, "rows:2: a member is no object"),
      (#"rows: "k\n1", key: k, reload: 1s"#, "`rows` do not change"),
      (#"rows: "k\n1""#, "one of `key` and `by`"),
      ("key: k", "one of `table` and `rows`"),
    ]
    for (options, reason) in cases {
      let found = refusal(options)
      #expect(found.contains(reason), "\(options): \(found)")
    }
  }

  @Test func `what is added is known below`() throws {
    let typed = manifest(#"rows: "k,v\n1,2\n", key: k, fields: { v: int }, prefix: t_"#)
    for (condition, isKnown) in [("t_v > 1", true), ("t_v > \"x\"", false)] {
      let text = typed.replacing("from: rich", with: "from: few").replacing(
        "sinks:", with: "  few: { use: filter, from: rich, with: { where: '\(condition)' } }\nsinks:")
      if isKnown {
        _ = try ManifestRun(text, inputs: ["in": (1, [.lines(partition: 0, "{\"k\":1}\n")])])
      } else {
        #expect(throws: ManifestRun.Failure.self) { try ManifestRun(text, inputs: ["in": (1, [])]) }
      }
    }
  }
}
