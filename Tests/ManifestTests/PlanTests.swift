import Formats
import Manifest
import PluginManifest
import Testing

@Suite struct PlanTests {
  @Test func `on_error says how failures are tried again, and what follows`() throws {
    func policy(_ text: String) throws -> ErrorPolicy {
      try plan("sources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: s, on_error: \(text) } }").nodes[1].onError
    }
    #expect(try policy("stop") == ErrorPolicy(.stop))
    #expect(try policy("retry") == ErrorPolicy(.deadLetter, retry: .repeatingFailures))
    #expect(try policy("{ retry: }") == ErrorPolicy(.deadLetter, retry: .repeatingFailures))
    var given = RetryPolicy.repeatingFailures
    (given.limit, given.backoffNanoseconds, given.maxBackoffNanoseconds) = (3, 20_000_000_000, 60_000_000_000)
    given.jitter = 0
    #expect(
      try policy("{ retry: { limit: 3, backoff: 20s, max_backoff: 1m, jitter: 0 }, then: stop }")
        == ErrorPolicy(.stop, retry: given))
    // The longest wait is never shorter than the first.
    #expect(try policy("{ retry: { backoff: 20s } }").retry?.maxBackoffNanoseconds == 20_000_000_000)
  }

  @Test func `every key of the grammar reaches the plan`() throws {
    let plan = try plan(
      """
      name: factory
      delivery: at_most_once
      max_memory: 512MiB
      isolation: thread
      sources:
        sensors:
          use: file
          with: { path: sensors.jsonl, format: json, fields: { value: double, quality: { type: string } }, time: ts, key: device }
          watermark: { delay: 2s }
          on_error: stop
          isolation: in-process
          delivery: at_most_once
        clock: { use: generate/generate, watermark: monotonic, with: { interval: 250ms } }
      operators:
        good: { use: above, from: sensors, with: { field: value, limit: 1.5 }, lanes: 1, on_error: dead_letter }
        totals:
          use: count
          from: [good, clock]
          with: { by: [quality, device] }
          buffer: { frames: 8, bytes: 1MiB, when_full: block }
      sinks:
        out: { use: stdout, from: totals }
        keep: { use: file, from: [good], with: { path: good.jsonl, format: json } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }
      """)
    #expect(
      text(of: plan) == #"""
        factory at_most_once 536870912B
        0 source sensors: file/file {"path":"sensors.jsonl","follow":false,"block":262144,"format":"json","fields":{"value":"double","quality":"string"},"time":"ts","key":"device","time_unit":"ms","time_missing":"dead"} watermark delay(nanoseconds: 2000000000) stop ports out polled 100000000 reads json value:double! quality:string! ts:time=event_time device:string=key verbatim
        1 source clock: generate/generate {"pattern":"steady","interval":250000000} watermark monotonic ports out
        2 operator good: core/above {"field":"value","limit":1.5} ports out forwards
        3 operator totals: core/count {"by":["quality","device"],"every":1000000000} buffer 8 1048576 block ports out
        4 sink out: stdio/stdout {"format":"json"} writes json
        5 sink keep: file/file {"path":"good.jsonl","format":"json"} writes json verbatim
        6 sink dead: file/file {"path":"dead.jsonl","format":"json"} writes json
        sensors.out -> good.in @15:29
        clock.out -> totals.in @18:18
        good.out -> totals.in @18:12
        totals.out -> out.in @22:29
        good.out -> keep.in @23:29
        sensors.dead -> dead.in @24:28
        clock.dead -> dead.in @24:28
        good.dead -> dead.in @24:28
        totals.dead -> dead.in @24:28
        out.dead -> dead.in @24:28
        keep.dead -> dead.in @24:28
        """#)
  }

  @Test func `the least manifest needs a source and a sink`() throws {
    let plan = try plan("sources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: s } }")
    #expect(
      text(of: plan) == """
        p at_most_once
        0 source s: stdio/stdin {"format":"json","time_unit":"ms","time_missing":"dead"} ports out reads json
        1 sink o: core/drop {}
        s.out -> o.in @2:32
        """)
    #expect(plan.nodes[0].lanes == 1)
    #expect(plan.nodes[0].onError == ErrorPolicy(.deadLetter))
    #expect(plan.nodes[0].watermark == nil)
    #expect(plan.nodes[1].buffer == nil)
  }

  @Test(arguments: [
    ("pipelines/my flow.v2.yaml", "my_flow_v2"), ("factory.yaml", "factory"), ("-", "-"), ("<stdin>", "stdin"),
    ("", "pipeline"), ("???", "pipeline"),
    ("dir/.yaml", "pipeline"),
  ]) func `a pipeline without a name has its file's`(file: String, name: String) throws {
    let (plan, _) = PipelinePlan.load(
      text: "sources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: s } }", file: file, environment: [:],
      catalog: try FixtureCatalog())
    #expect(plan?.name == name)
  }

  @Test func `a component of two plugins is named with its plugin`() throws {
    let plan = try plan(
      "sources: { s: { use: stdin } }\noperators: { t: { use: other/twin, from: s } }\nsinks: { o: { use: drop, from: t } }")
    #expect(plan.node(named: "t")?.reference.plugin == "other")
    #expect(plan.node(named: "t")?.reference.index == 0)
    #expect(plan.node(named: "o")?.reference.index == 18)
  }

  @Test func `configuration values are typed, defaulted and in the order of the schema`() throws {
    let plan = try plan(
      """
      sources: { s: { use: stdin } }
      operators:
        k:
          use: kitchen
          from: s
          with:
            after: 1h30m
            room: 64KiB
            real: 3
            words: [a, "5"]
            weights: { x: 1, y: 0 }
            rules: [{ name: a }, { after: 1500ms, name: b }]
            limits: { cpu: { high: 90 }, disk: {} }
            steps: [1s, 2m]
            level: 5
            when: value > 10
            free: { a: [1, { b: 2.5 }], c: }
      sinks: { o: { use: drop, from: k } }
      """)
    #expect(
      plan.node(named: "k")?.config.json
        == #"{"real":3.0,"words":["a","5"],"weights":{"x":1,"y":0},"rules":[{"name":"a","after":5000000000},{"name":"b","after":1500000000}],"#
        + #""limits":{"cpu":{"low":0.0,"high":90.0},"disk":{"low":0.0}},"steps":[1000000000,120000000000],"room":65536,"after":5400000000000,"#
        + #""level":5,"when":"value > 10","free":{"a":[1,{"b":2.5}],"c":null}}"#)
  }

  @Test func `a later error is placed at the value it speaks of, or the nearest around it`() throws {
    let plan = try plan(
      """
      sources: { s: { use: stdin } }
      operators:
        k:
          use: kitchen
          from: s
          with:
            words: [a, b]
            rules:
              - { name: x, after: 2s }
            free: { deep: [1, { x: 2 }] }
        p: { use: pass, from: k }
      sinks: { o: { use: drop, from: p } }
      """)
    let node = try #require(plan.node(named: "k")).index
    let places = [
      "words[1]", "rules[0].after", "rules[0].nothing", "rules[7]", "free.deep[1].x", "text", "", "words[1].a[2].b",
    ].map { path in
      let place = plan.location(node: node, path: path)
      return "\(place.line):\(place.column)"
    }
    #expect(places == ["7:18", "9:29", "9:11", "9:9", "10:30", "7:7", "7:7", "7:18"])
    let plain = plan.location(node: try #require(plan.node(named: "p")).index, path: "any.thing")
    #expect(plain == .init(line: 11, column: 13))
    #expect(plan.location(node: 99) == .init(line: 1, column: 1))
    #expect(
      plan.diagnostic(node: node, path: "words[0]", message: "'a' is taken", fix: "choose another").description
        == "p.yaml:7:15: 'a' is taken; choose another")
  }

  @Test func `the shared options are those of the component's codec, unless it has its own`() throws {
    let catalog = try FixtureCatalog()
    func names(_ use: String, _ kind: ComponentManifest.Kind) throws -> [String] {
      guard case .found(let reference) = catalog.lookup(use, kind: kind) else { return [] }
      return FormatOptions.options(of: reference.manifest).map(\.name)
    }
    #expect(
      try names("stdin", .source) == [
        "format", "fields", "time", "key", "id", "type", "source", "time_unit", "time_missing", "max_ahead", "columns",
        "delimiter",
      ])
    #expect(try names("file", .sink) == ["path", "format", "time_format", "columns", "delimiter", "compression"])
    #expect(try names("drop", .sink) == [])
    guard case .found(var reference) = catalog.lookup("stdin", kind: .source) else { return }
    reference.manifest.options = [OptionSchema("key", .string, doc: "Own.")]
    #expect(FormatOptions.options(of: reference.manifest).filter { $0.name == "key" }.map(\.doc) == ["Own."])
  }

  @Test func `every option has an example that its own schema accepts`() throws {
    let catalog = try FixtureCatalog()
    let components: [(String, ComponentManifest.Kind)] = [
      ("kitchen", .operator), ("generate", .source), ("file", .source), ("stdout", .sink),
    ]
    for (use, kind) in components {
      guard case .found(let reference) = catalog.lookup(use, kind: kind) else { continue }
      for option in FormatOptions.options(of: reference.manifest) {
        let with =
          "with: { \(use == "file" && option.name != "path" ? "path: x, " : "")\(option.name): \(option.exampleValue) }"
        let text =
          switch kind {
          case .source: "sources: { s: { use: \(use), \(with) } }\nsinks: { o: { use: drop, from: s } }"
          case .operator:
            "sources: { s: { use: stdin } }\noperators: { k: { use: \(use), from: s, \(with) } }\nsinks: { o: { use: drop, from: k } }"
          case .sink: "sources: { s: { use: stdin } }\nsinks: { o: { use: \(use), from: s, \(with) } }"
          }
        let says = try load(text).says.filter { $0.severity == .error && !$0.message.contains("says nothing with") }
        #expect(says.map(\.description) == [], "\(use) \(option.name)")
      }
    }
  }

  @Test func `each edge gets the bounds of its node, or its own`() throws {
    let plan = try plan(
      """
      sources: { s: { use: stdin }, t: { use: stdin } }
      sinks:
        o:
          use: drop
          from: [s, s.dead, t]
          buffer:
            frames: 8
            when_full: adaptive
            target: 2s
            then: sample
            sample_by: key
            inputs:
              s: { bytes: 1MiB }
              "*.dead": { when_full: drop_oldest, frames: 4 }
      """)
    #expect(
      text(of: plan).split(separator: "\n").filter { $0.contains("buffer") }.map { String($0.drop { $0 != " " }) } == [
        " sink o: core/drop {} buffer 8 4194304 sample by key within 2000000000",
        " -> o.in @5:12 buffer 8 1048576 sample by key within 2000000000",
        " -> o.in @5:15 buffer 4 4194304 dropOldest",
      ])
  }
}
