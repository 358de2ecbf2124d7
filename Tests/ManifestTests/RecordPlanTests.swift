import Formats
import Manifest
import Testing

/// What the source `s` reads and the sink `o` writes, with the operators given.
private func records(source: String = "use: stdin", _ operators: String = "", sinks: String = "o: { use: stdout, from: s }")
  throws -> String
{
  let plan = try plan("sources: { s: { \(source) } }\noperators:\n\(operators)\nsinks:\n  \(sinks)\n")
  let reads = try #require(plan.node(named: "s")?.recordPlan)
  let writes = plan.node(named: "o")?.encodePlan.map { " > \($0.format)\($0.verbatim ? " verbatim" : "")" } ?? ""
  return text(of: reads) + writes
}

@Suite struct RecordPlanTests {
  @Test func `a record that only passes through is kept by its bytes and nothing is parsed`() throws {
    #expect(try records() == "json verbatim > json verbatim")
    #expect(try records("  p: { use: pass, from: s }", sinks: "o: { use: stdout, from: p }") == "json verbatim > json verbatim")
  }

  @Test func `a field that is named becomes a column of the type its use implies`() throws {
    let named = try records(
      "  a: { use: above, from: s, with: { field: value } }\n  e: { use: equals, from: a, with: { field: quality, text: good } }",
      sinks: "o: { use: stdout, from: e }")
    #expect(named == "json quality:string value:double verbatim > json verbatim")
    #expect(
      try records("  c: { use: count, from: s, with: { by: [device] } }", sinks: "o: { use: stdout, from: c }")
        == "json device:variant > json")
  }

  @Test func `uses that disagree make a variant, and whole numbers widen`() throws {
    let above = "  a: { use: above, from: s, with: { field: v } }\n"
    #expect(
      try records(above + "  e: { use: equals, from: a, with: { field: v, text: x } }", sinks: "o: { use: drop, from: e }")
        == "json v:variant")
    #expect(
      try records(above + "  w: { use: whole, from: a, with: { field: v } }", sinks: "o: { use: drop, from: w }")
        == "json v:double")
    #expect(try records("  w: { use: whole, from: s, with: { field: v } }", sinks: "o: { use: drop, from: w }") == "json v:int")
  }

  /// What the source reads for a condition, with the sinks given; `f` is the filter.
  private func condition(
    _ text: String, source: String = "use: stdin", more: String = "", sinks: String = "o: { use: drop, from: f }"
  ) throws -> String {
    try records(source: source, "  f: { use: filter, from: s, with: { where: '\(text)' } }\n\(more)", sinks: sinks)
  }

  @Test func `a number that an expression compares is a double, but where its form is seen`() throws {
    let out = "o: { use: stdout, from: f }"
    #expect(try condition("v > 60.0", sinks: out) == "json v:double? verbatim > json verbatim")
    #expect(try condition("v > 60 && v * 2.5 < w", sinks: out) == "json v:double? w:double? verbatim > json verbatim")
    #expect(
      try condition("v > 60.0", more: "  a: { use: stamp, from: f }", sinks: "o: { use: stdout, from: a }")
        == "json v:variant rest > json")
    #expect(try condition("v > 60.0", sinks: "o: { use: archive, from: f }") == "json v:variant rest")
    #expect(
      try condition(
        "v > 60.0 && z == \"a\"", sinks: "o: { use: stdout, from: f, with: { format: csv, columns: [v, z] } }")
        == "json v:variant z:string? > csv")
    #expect(
      try condition("v > 60.0", more: "  c: { use: count, from: f, with: { by: [v] } }", sinks: "o: { use: drop, from: c }")
        == "json v:variant")
    #expect(
      try condition("v > 60", more: "  a: { use: above, from: f, with: { field: v } }", sinks: "o: { use: archive, from: a }")
        == "json v:double? rest")
    // Who asks for integers has them, beside an expression that would do with doubles.
    #expect(
      try condition("v > 60.0", more: "  w: { use: whole, from: f, with: { field: v } }", sinks: "o: { use: archive, from: w }")
        == "json v:int? rest")
  }

  @Test func `an expression that tells 60 from other spellings of it has the field as it is`() throws {
    for text in [
      "v % 2 == 0", "v + 1 > 2", "v < 9007199254740993", "v > int(w)", "string(v) == \"60\"", "v > w", "v in [1, \"x\"]",
      "v > timestamp(\"2026-01-01T00:00:00Z\")",
      "v > 1 && v == \"x\"", "[v].exists(x, x > 1.5)", "[1].exists(x, x > 1 && string(.v) == \"2\")",
    ] {
      #expect(try condition(text).contains(" v:variant"), "\(text)")
    }
    for text in ["v in [1, 2.5, 3]", "has(v) && v >= 1", "1.5 < v || v == 7", "v - 1.5 > 0.0", "-1 < v"] {
      #expect(try condition(text) == "json v:double?", "\(text)")
    }
  }

  @Test func `a reader of all fields has them in their own form`() throws {
    let above = "  a: { use: above, from: f, with: { field: v } }"
    #expect(
      try condition("size(event.fields) > 1", more: above, sinks: "o: { use: drop, from: a }") == "json v:variant rest")
    #expect(
      try condition("size(event.fields) > 1 && z == \"a\"", sinks: "o: { use: drop, from: f }") == "json z:string? rest")
  }

  @Test func `what expressions read is told from what is not there, whatever the column is`() throws {
    #expect(
      try condition("x == null", source: "use: stdin, with: { fields: { x: double, y: double } }")
        == "json x:double!? y:double!")
    #expect(try condition("k == \"a\"", source: "use: stdin, with: { key: k }") == "json k:string?=key")
    // What serves an expression best says nothing of keys.
    #expect(try condition("k > 5", source: "use: stdin, with: { key: k }") == "json k:string?=key")
    #expect(try condition("t != null", source: "use: stdin, with: { time: t }") == "json t:time=event_time")
  }

  @Test func `cells of csv are numbers for expressions that want some`() throws {
    let csv = "use: stdin, with: { format: csv }"
    for text in ["v > 3", "v > 3.0", "v * 1.5 > 3.0"] {
      #expect(try condition(text, source: csv) == "csv v:double?#")
      #expect(try condition(text, source: csv, sinks: "o: { use: archive, from: f }") == "csv v:variant?# rest")
    }
    #expect(try condition("v + 1 > 3", source: csv) == "csv v:variant?#")
    #expect(try condition("string(v) == w", source: csv) == "csv v:variant? w:string?")
    #expect(try condition("v == \"3\"", source: csv) == "csv v:string?")
  }

  @Test func `declared fields are columns in their order, used or not`() throws {
    #expect(
      try records(
        source: "use: stdin, with: { fields: { b: int, a: variant } }", "  x: { use: above, from: s, with: { field: b } }",
        sinks: "o: { use: drop, from: x }")
        == "json b:int! a:variant!")
  }

  @Test func `fields with a part come after declared ones, before those that are only named`() throws {
    #expect(
      try records(
        source:
          "use: stdin, with: { key: device, time: ts, id: nr, type: kind, source: site, fields: { site: string, v: double, ts: time, nr: int } }",
        "  x: { use: count, from: s, with: { by: [device, kind] } }", sinks: "o: { use: drop, from: x }")
        == "json site:string!=source v:double! ts:time!=event_time nr:int!=id kind:string=type device:string=key")
    #expect(
      try records(
        source: "use: stdin, with: { key: device }", "  x: { use: whole, from: s, with: { field: device } }",
        sinks: "o: { use: drop, from: x }")
        == "json device:int=key")
  }

  @Test func `the rest is kept only for a reader that needs whole records`() throws {
    #expect(try records(sinks: "o: { use: archive, from: s }") == "json rest")
    #expect(try records(sinks: "o: { use: drop, from: s }") == "json")
    #expect(
      try records("  f: { use: filter, from: s, with: { where: v > 1 } }", sinks: "o: { use: drop, from: f }")
        == "json v:double?")
    #expect(try records("  q: { use: opaque, from: s }", sinks: "o: { use: drop, from: q }") == "json rest")
    #expect(try records("  q: { use: opaque, from: s }", sinks: "o: { use: stdout, from: q }") == "json rest > json")
  }

  @Test func `a reader of dead rows needs nothing of the records`() throws {
    #expect(try records(sinks: "o: { use: stdout, from: s.dead }\n  p: { use: drop, from: s }") == "json > json")
  }

  @Test func `an operator that adds fields needs whole records for a sink below it`() throws {
    #expect(try records("  a: { use: stamp, from: s }", sinks: "o: { use: stdout, from: a }") == "json rest > json")
    #expect(
      try records(
        "  a: { use: stamp, from: s }\n  b: { use: count, from: a, with: { by: [stamped, x] } }",
        sinks: "o: { use: stdout, from: b }")
        == "json x:variant > json")
  }

  @Test func `an operator that makes its own rows hides what is above it`() throws {
    #expect(
      try records(
        "  c: { use: count, from: s, with: { by: [k] } }\n  a: { use: above, from: c, with: { field: total } }",
        sinks: "o: { use: stdout, from: a }")
        == "json k:variant > json")
  }

  @Test func `an option that changes text, or another format, forbids the record's own bytes`() throws {
    #expect(try records(sinks: "o: { use: stdout, from: s, with: { time_format: ms } }") == "json rest > json")
    #expect(try records(source: "use: stdin, with: { format: text }") == "text message:string > json")
    #expect(try records(sinks: "o: { use: stdout, from: s, with: { format: text } }") == "json message:string rest > text")
    #expect(
      try records(source: "use: stdin, with: { format: text }", sinks: "o: { use: stdout, from: s, with: { format: text } }")
        == "text verbatim > text verbatim")
  }

  @Test func `a sink that is fed by two ways writes bytes where it can and keeps the rest where it must`() throws {
    #expect(
      try records("  a: { use: stamp, from: s }", sinks: "o: { use: stdout, from: [s, a] }")
        == "json rest verbatim > json verbatim")
    let plan = try plan(
      """
      sources: { s: { use: stdin }, t: { use: stdin, with: { format: text } }, u: { use: stdin } }
      sinks:
        o: { use: stdout, from: [s, t] }
        p: { use: stdout, from: [t], with: { format: text } }
        q: { use: stdout, from: u }
      """)
    // Bytes of a text record must never reach the json sink: it encodes all that comes.
    #expect(plan.node(named: "o")?.encodePlan?.verbatim == false)
    #expect(plan.node(named: "p")?.encodePlan?.verbatim == true)
    #expect(plan.node(named: "q")?.encodePlan?.verbatim == true)
    #expect(text(of: try #require(plan.node(named: "s")?.recordPlan)) == "json rest")
    #expect(text(of: try #require(plan.node(named: "t")?.recordPlan)) == "text message:string verbatim")
    #expect(text(of: try #require(plan.node(named: "u")?.recordPlan)) == "json verbatim")
  }

  @Test func `generated rows have no record to keep`() throws {
    let plan = try plan("sources: { g: { use: generate } }\nsinks: { o: { use: stdout, from: g } }")
    #expect(plan.node(named: "g")?.recordPlan == nil)
    #expect(plan.node(named: "o")?.encodePlan == EncodePlan())
  }

  @Test func `options of the record reach its plan`() throws {
    let plan = try plan(
      """
      sources: { s: { use: stdin, with: { time: ts, time_unit: us, time_missing: ingest, max_ahead: 1h } } }
      sinks: { o: { use: stdout, from: s, with: { time_format: ns } } }
      """)
    let records = try #require(plan.nodes[0].recordPlan)
    #expect(records.timeUnit == .us)
    #expect(records.timeMissing == .ingest)
    #expect(records.maxAheadNanoseconds == 3_600_000_000_000)
    #expect(plan.nodes[1].encodePlan?.timeFormat == .ns)
  }

  @Test func `demands meet in a diamond without being counted twice`() throws {
    var operators = ""
    for level in 0..<40 {
      let above = level == 0 ? "s" : "[l\(level - 1), r\(level - 1)]"
      operators +=
        "  l\(level): { use: above, from: \(above), with: { field: v } }\n  r\(level): { use: above, from: \(above), with: { field: w } }\n"
    }
    #expect(
      try records(operators, sinks: "o: { use: stdout, from: [l39, r39] }") == "json v:double w:double verbatim > json verbatim"
    )
  }

  @Test func `csv to csv keeps the records' bytes where delimiter and columns agree`() throws {
    func words(_ source: String, _ sink: String) throws -> String {
      try records(
        source: "use: stdin, with: { format: csv\(source) }", sinks: "o: { use: stdout, from: s, with: { format: csv\(sink) } }"
      )
    }
    #expect(try words("", "") == "csv verbatim > csv verbatim")
    #expect(try words(", columns: [a, b]", "") == "csv verbatim > csv verbatim")
    #expect(try words(", columns: [a, b]", ", columns: [a, b]") == "csv verbatim > csv verbatim")
    #expect(try words(", columns: [a, b]", ", columns: [b]") == "csv b:variant? > csv")
    #expect(try words(", delimiter: ';'", "") == "csv rest > csv")
    #expect(try words(", delimiter: tab", ", delimiter: \"\\t\"") == "csv verbatim > csv verbatim")
  }

  @Test func `a sink of csv with columns reads those alone`() throws {
    #expect(
      try records(sinks: "o: { use: stdout, from: s, with: { format: csv, columns: [value, site] } }")
        == "json value:variant site:variant > csv")
    let plan = try plan(
      "sources: { s: { use: stdin, with: { format: csv, delimiter: '|', columns: [a, b] } } }\nsinks: { o: { use: stdout, from: s } }"
    )
    #expect(
      plan.nodes[0].recordPlan?.csv.delimiter == UInt8(ascii: "|") && plan.nodes[0].recordPlan?.csv.columns == ["a", "b"])
  }

  @Test func `frames travel whole, and never as another format's bytes`() throws {
    #expect(try records(source: "use: stdin, with: { format: frame }") == "frame > json")
    #expect(
      try records(
        source: "use: stdin, with: { format: frame }",
        sinks: "o: { use: stdout, from: s, with: { format: frame, compression: zstd } }") == "frame > frame")
    #expect(try records(sinks: "o: { use: stdout, from: s, with: { format: frame } }") == "json rest > frame")
    let plan = try plan(
      "sources: { s: { use: stdin, with: { format: frame }, watermark: { delay: 1s } } }\nsinks: { o: { use: stdout, from: s } }"
    )
    #expect(plan.nodes[0].recordPlan?.maxRecordBytes == 16 << 20)
  }
}
