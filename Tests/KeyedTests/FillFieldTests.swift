import CTidemill
import PluginManifest
import ProofBench
import TestSupport
import Testing

/// What `fill` makes of fields without a type, and of types that few sources have.
@Suite struct FillFieldTests {
  private func run(_ lines: [String], _ with: String) throws -> ManifestRun {
    var random = SplitMix(seed: 1)
    return try ManifestRun(
      """
      name: proof
      sources: { in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns }, watermark: monotonic } }
      operators: { full: { use: fill, from: in, with: { every: 1us, key: k, \(with) } } }
      sinks: { out: { use: file, from: full, with: { path: out.jsonl } } }

      """, inputs: ["in": (1, Dealing.steps([lines], most: 2, &random))])
  }

  @Test func `fields without a type are filled, and each value keeps its form`() throws {
    let lines = [
      #"{"ts":0,"k":"a","n":0,"v":0.0,"m":1,"s":"on","b":4.0,"big":9007199254740993,"e":1}"#,
      #"{"ts":4000,"k":"a","n":9,"v":6.0,"m":2.0,"s":"off","b":5,"big":9007199254740997,"e":1}"#,
      #"{"ts":6000,"k":"a","n":null,"v":"text","m":[1],"s":{"x":1},"b":true,"big":0,"e":1}"#,
      #"{"ts":8000,"k":"a","n":1,"v":1,"m":1,"s":1,"b":1,"big":0,"e":1}"#,
    ]
    let run = try run(
      lines, "fields: { n: linear, v: linear, m: linear, s: previous, b: previous, big: linear }, values: { e: 7, f: 0.5 }")
    let made = run.out.filter { $0["filled"] == .bool(true) }
    try #require(made.map(\.time) == [1000, 2000, 3000, 5000, 7000])
    #expect(made.map { $0["n"] } == [.int(2), .int(5), .int(7), .null, .null])
    #expect(made.map { $0["v"] } == [.double(1.5), .double(3), .double(4.5), .null, .null])
    #expect(made.map { $0["m"] } == [.double(1.25), .double(1.5), .double(1.75), .null, .null])
    #expect(made.map { $0["s"] } == [.text("on"), .text("on"), .text("on"), .text("off"), .null])
    #expect(made.map { $0["b"] } == [.double(4), .double(4), .double(4), .int(5), .bool(true)])
    let big: [Cell] = [.int(9_007_199_254_740_994), .int(9_007_199_254_740_995), .int(9_007_199_254_740_996)]
    #expect(made.prefix(3).map { $0["big"] } == big)
    #expect(made.allSatisfy { $0["e"] == .int(7) && $0["f"] == .double(0.5) })
  }

  @Test func `a value of a field without a type outlives its frame, and the instance`() throws {
    var random = SplitMix(seed: 2)
    let lines = [#"{"ts":0,"k":"a","v":1.0,"s":4.0}"#, #"{"ts":3000,"k":"a","v":4,"s":5}"#]
    let run = try ManifestRun(
      """
      name: proof
      sources: { in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns }, watermark: monotonic } }
      operators: { full: { use: fill, from: in, with: { every: 1us, key: k, fields: { v: linear, s: previous } } } }
      sinks: { out: { use: file, from: full, with: { path: out.jsonl } } }

      """, inputs: ["in": (1, Dealing.steps([lines], most: 1, &random))]
    ) { node, component in node == "full" ? RestoringComponent(component) { _ in true }.table : component }
    let made = run.out.filter { $0["filled"] == .bool(true) }
    #expect(made.map { $0["v"] } == [.double(2), .double(3)] && made.allSatisfy { $0["s"] == .double(4) })
  }

  @Test func `integers without a sign are filled exactly`() throws {
    let bench = try PluginBench(library: "tidemill-order")
    let instance = try bench.create(
      .operator, "fill",
      with: .map([
        .init("every", .int(10_000)), .init("fields", .map([.init("u", .string("linear"))])),
        .init("values", .map([.init("w", .int(7))])),
      ]))
    _ = try instance.open()
    let values: [UInt64] = [18_446_744_073_709_551_601, 18_446_744_073_709_551_611]
    let frame = try TestSupport.frame(rows: 2) {
      _ = try $0.addColumn("ts", .time, role: .eventTime)
      _ = try $0.addColumn("n", .int, role: .id)
      _ = try $0.addColumn("u", .uint64)
      _ = try $0.addColumn("w", .uint64)
    } row: { builder, row in
      builder.put(0, time: Int64(row) * 50_000)
      builder.put(1, Int64(row))
      builder.put(2, values[row])
      builder.put(3, 1 as UInt64)
    }
    _ = try instance.process(frame.pointer)
    while try instance.flush() == TIDE_MORE {}
    var found: [UInt64] = [], constants: [UInt64] = []
    for commit in bench.commits {
      let frame = commit.frame.pointer
      let (u, w) = (tide_find(frame, "u"), tide_find(frame, "w"))
      for row in 0..<frame.pointee.rows {
        found.append(tide_u64(frame, u, row))
        constants.append(tide_u64(frame, w, row))
      }
    }
    let wanted: [UInt64] = (0..<6).map { (step: UInt64) in values[0] + 2 * step }
    #expect(found == wanted)
    #expect(constants == [1, 7, 7, 7, 7, 1])
  }

  @Test(arguments: [
    ("fields: { s: linear }", "'s' is a field of type string, which has no numbers"),
    ("values: { s: 7 }", "'s' is a field of type string, which has no numbers"),
    ("values: { n: 7.5 }", "'n' is a field of type int, which cannot hold 7.5"),
  ])
  func `a number for a field that cannot have it ends the run with a sentence`(_ case: (with: String, why: String)) throws {
    var random = SplitMix(seed: 3)
    let lines = [#"{"ts":0,"s":"on","n":1}"#, #"{"ts":3000,"s":"on","n":1}"#]
    let failure = #expect(throws: ManifestRun.Failure.self) {
      try ManifestRun(
        """
        name: proof
        sources:
          in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, fields: { s: string, n: int } }, watermark: monotonic }
        operators: { full: { use: fill, from: in, with: { every: 1us, \(`case`.with) } } }
        sinks: { out: { use: file, from: full, with: { path: out.jsonl } } }

        """, inputs: ["in": (1, Dealing.steps([lines], most: 1, &random))])
    }
    #expect(failure?.description.contains(`case`.why) == true, "\(failure?.description ?? "")")
  }
}
