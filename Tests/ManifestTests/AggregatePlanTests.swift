import Manifest
import PluginManifest
import Testing

/// The columns of the source `s`, as `name:type`.
private func columns(_ aggregates: String, key: String = "", below: String = "", late: Bool = false) throws -> String {
  let text = """
    sources: { s: { use: stdin, with: { time: ts } } }
    operators:
      t: { use: tally, from: s, with: { \(key)make: { \(aggregates) } } }
      b: { use: filter, from: t, with: { where: '\(below.isEmpty ? "true" : below)' } }
    sinks: { o: { use: drop, from: b }\(late ? ", l: { use: archive, from: t.late }" : "") }
    """
  let source = try #require(try plan(text).node(named: "s")?.recordPlan)
  return source.columns.filter { $0.name != "ts" }.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: " ")
    + (source.rest ? " rest" : "")
}

@Test func `what aggregates read becomes columns, of numbers where they take numbers`() throws {
  #expect(try columns("n: count()") == "")
  #expect(try columns("a: sum(value), b: max(value), c: count(value), d: last(value)") == "value:double")
  #expect(try columns("a: max(value), b: last(name)") == "value:variant name:variant")
  #expect(try columns("a: sum(value * 2 - (x + y)), b: max(z > 1)") == "value:double x:double y:double z:double")
  #expect(try columns("a: sum(size(name))") == "name:variant")
  #expect(try columns(#"a: { fn: avg(value), filter: quality == "good" }"#) == "value:double quality:string")
  #expect(
    try columns(#"a: "quantile(value, 0.5)", b: { fn: "quantile(value, 0.9)", filter: ok }"#) == "value:double ok:variant")
}

@Test func `a key has the type that its uses below imply, and a late port passes rows on as they are`() throws {
  #expect(try columns("n: count()", key: "key: site, ") == "site:variant")
  #expect(try columns("n: count()", key: "key: [site, host], ", below: "site == \"a\" && n > 1") == "site:string host:variant")
  #expect(try columns("n: sum(value)", below: "n > 1.0 && window_start < window_end") == "value:double")
  // Late rows leave with 60 as 60.
  #expect(try columns("n: sum(value)", late: true) == "value:variant rest")
  #expect(try columns("n: sum(value + 1)", late: true) == "value:variant rest")
  // Of integers a quotient is another one than of doubles.
  #expect(try columns("n: sum(value / 2)") == "value:variant")
}

@Test func `limits of state and policies of watermarks are in the plan`() throws {
  let made = try plan(
    """
    sources:
      a: { use: stdin, with: { time: ts }, watermark: { delay: 2s, periodic: 1s, idle: 30s } }
    operators:
      t: { use: tally, from: a, state: { bytes: 1MiB, keys: 5, when_full: evict_oldest }, with: { key: x, make: { n: count() } } }
      u: { use: tally, from: t, with: { make: { n: count() } } }
      p: { use: pass, from: u }
    sinks: { o: { use: drop, from: p } }
    """)
  let shown = text(of: made)
  #expect(shown.contains("watermark delay(nanoseconds: 2000000000) every 1000000000 idle 30000000000"))
  #expect(shown.contains("state 1048576 5 evictOldest"))
  #expect(shown.contains("\"key\":[\"x\"]"))
  #expect(made.node(named: "u")?.state == StateLimits())
  #expect(made.node(named: "p")?.state == nil)
}

/// What a plan says of its nodes, as `name: sentence`.
private func sentences(_ manifest: String, dropping: Set<Int> = []) throws -> [String] {
  let made = try plan(manifest)
  let arrival = ArrivalPlan(made) { dropping.contains($0) }
  return made.nodes.compactMap { node in arrival.sentence(of: node.index).map { "\(node.name): \($0)" } }
}

@Test func `results that depend on arrival say why, and those below them name what is above`() throws {
  let below = """
    operators:
      t: { use: tally, from: SOURCES, with: { OPTION, make: { n: count() } } }
      p: { use: pass, from: t }
    sinks: { o: { use: drop, from: p } }
    """
  func operators(_ sources: String, _ option: String) -> String {
    below.replacing("SOURCES", with: sources).replacing("OPTION", with: option)
  }
  let one = "sources: { a: { use: stdin, with: { time: ts }, watermark: { delay: 1s } } }\n"
  let two = "sources: { a: { use: stdin }, b: { use: stdin } }\n"
  #expect(try sentences(one + operators("a", "time: event")) == [])
  #expect(
    try sentences(one + operators("a", "time: processing")) == [
      "t: results depend on arrival: windows follow the clock", "p: results depend on arrival: those of 't' do",
      "o: results depend on arrival: those of 't' do",
    ])
  #expect(
    try sentences(one + operators("a", "rows: 5"))[0]
      == "t: over several partitions of 'a' results depend on arrival: windows count rows")
  #expect(try sentences(two + operators("[a, b]", "rows: 5"))[0] == "t: results depend on arrival: windows count rows")
  #expect(
    try sentences(one.replacing("delay: 1s", with: "delay: 1s, periodic: 1s") + operators("a", "rows: 5")) == [
      "a: results depend on arrival: its watermark moves by the clock (periodic)",
      "t: results depend on arrival: those of 'a' do", "p: results depend on arrival: those of 'a' do",
      "o: results depend on arrival: those of 'a' do",
    ])
  #expect(
    try sentences(one + operators("a", "time: event"), dropping: [1]) == [
      "p: results depend on arrival: an edge before it may drop rows",
      "o: results depend on arrival: an edge before it may drop rows",
    ])
}

@Test func `sums of doubles over several partitions depend on arrival, and those of integers do not`() throws {
  func found(_ aggregates: String, from: String = "[a, b]", fields: String = "") throws -> String {
    let source = "{ use: stdin, with: { time: ts\(fields.isEmpty ? "" : ", fields: { \(fields) }") } }"
    let text = """
      sources: { a: \(source), b: \(source) }
      operators: { t: { use: tally, from: \(from), with: { make: { \(aggregates) } } } }
      sinks: { o: { use: drop, from: t }, p: { use: drop, from: \(from) } }
      """
    return try sentences(text).first ?? ""
  }
  func sums(_ names: String) -> String { "results depend on arrival: the last place of \(names) is by the order of rows" }
  #expect(try found("n: count(), h: max(value), q: \"quantile(value, 0.5)\"") == "")
  #expect(try found("a: sum(value), b: avg(value), c: sum(other)") == "t: \(sums("sum, avg"))")
  #expect(try found("a: sum(value)", from: "a") == "t: over several partitions of 'a' \(sums("sum"))")
  #expect(try found("a: sum(value), b: avg(size(name))", fields: "value: int, name: string") == "")
  #expect(try found("a: sum(value)", fields: "value: double") == "t: \(sums("sum"))")
  #expect(try found("a: stddev(value)", fields: "value: int") == "t: \(sums("stddev"))")
}

@Test func `what is ordered by time and id depends on arrival where ids are the data's`() throws {
  func found(_ with: String, make: String = "l: last(value)") throws -> String {
    try sentences(
      """
      sources: { a: { use: stdin, with: { time: ts } }, b: { use: stdin, with: { \(with) } } }
      operators: { t: { use: tally, from: [a, b], with: { make: { \(make) } } } }
      sinks: { o: { use: drop, from: t } }
      """
    ).first ?? ""
  }
  #expect(try found("time: ts") == "")
  let ties = "t: results depend on arrival: the order of rows with equal time and id shows in"
  #expect(try found("time: ts, id: number") == "\(ties) last")
  #expect(try found("format: frame") == "\(ties) last")
  #expect(
    try found("time: ts, id: number", make: "l: last(value), t: 'top(value, 3)'")
      == "\(ties) last, top")
}
