import Engine
import Manifest
import PluginHost
import Runtime
import TestSupport
import Testing

/// What the planner decides for nodes that leave their lanes open, on machines of all kinds.
struct LaneChoiceTests {
  /// A pipeline whose source has `source` beside its options, and whose window has `window`.
  private func manifest(source: String = "", format: String = "json", window: String = "", more: String = "") -> String {
    """
    name: choice
    sources:
      ev: { use: file, \(source) with: { path: ev.jsonl, format: \(format), time: ts, key: k } }
    operators:
      win: { use: window, from: ev, \(window) with: { tumbling: 10s, key: k, aggregate: { n: count() } } }
    sinks:
      out: { use: file, from: win, with: { path: out.jsonl } }
    \(more)
    """
  }

  /// The lanes and the reasons by node, where a second core is so many ns away.
  private func choice(_ manifest: String, cpus: Int, trip: Int64?) throws -> [String: (lanes: Int, why: String)] {
    let loader = ManifestLoader(
      PluginCatalog.Settings(
        environment: HostEnvironment(executable: ProjectPaths.testProgramFolder + "/tidemill"), isDevelopment: true))
    let loaded = loader.load(text: manifest, name: "choice.yaml")
    let plan = try #require(loaded.plan, "\(loaded.diagnostics)")
    let (graph, problems) = loader.bind(plan)
    let bound = try #require(graph, "\(problems)")
    let (chosen, choice) = loader.chooseLanes(bound, plan, Cores(usable: cpus, roundTripNanoseconds: trip))
    var found: [String: (lanes: Int, why: String)] = [:]
    for (index, lanes) in choice.lanes {
      found[plan.nodes[index].name] = (lanes, choice.reasons[index] ?? "")
      #expect(chosen.nodes[index].lanes == lanes)
    }
    return found
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (16, 4)])
  func `a source that decodes lines gets the CPUs that nobody else has, up to four`(cpus: Int, lanes: Int) throws {
    let found = try choice(manifest(), cpus: cpus, trip: 100)
    #expect(found.keys.sorted() == ["ev"])
    #expect(found["ev"]?.lanes == lanes)
    #expect(found["ev"]?.why.hasPrefix(lanes == 1 ? "1 lane: 1 CPU" : "\(lanes) lanes: \(cpus) CPUs, 1 thread") == true)
  }

  @Test func `threads of other sources are counted, those for dead letters are not`() throws {
    let dead = "  dead: { use: file, from: \"*.dead\", with: { path: dead.jsonl } }"
    #expect(try choice(manifest(more: dead), cpus: 2, trip: 100)["ev"]?.lanes == 2)
    let pair = """
      sources:
        a: { use: file, with: { path: a.jsonl, format: json } }
        b: { use: file, with: { path: b.jsonl, format: json } }
      sinks:
        out: { use: file, from: a, with: { path: a.out } }
        also: { use: file, from: b, with: { path: b.out } }
      """
    #expect(try choice(pair, cpus: 2, trip: 100).mapValues(\.lanes) == ["a": 1, "b": 1])
    #expect(try choice(pair, cpus: 3, trip: 100).mapValues(\.lanes) == ["a": 2, "b": 1])
    #expect(try choice(pair, cpus: 4, trip: 100).mapValues(\.lanes) == ["a": 2, "b": 2])
  }

  @Test func `cores that are far apart, or do not answer, get nothing`() throws {
    let far = try choice(manifest(), cpus: 4, trip: 5000)
    #expect(far["ev"]?.lanes == 1 && far["ev"]?.why.contains("5000 ns there and back") == true)
    let silent = try choice(manifest(), cpus: 4, trip: nil)
    #expect(silent["ev"]?.lanes == 1 && silent["ev"]?.why.contains("no second core answered") == true)
  }

  @Test func `operators get lanes where they ask for them, two at first`() throws {
    #expect(try choice(manifest(window: "lanes: auto,"), cpus: 4, trip: 100).mapValues(\.lanes) == ["ev": 2, "win": 2])
    #expect(
      try choice(manifest(source: "lanes: 1,", window: "lanes: auto,"), cpus: 4, trip: 100).mapValues(\.lanes) == ["win": 3])
    let two = try choice(manifest(source: "lanes: 1,", window: "lanes: auto,"), cpus: 2, trip: 100)
    #expect(two["win"]?.lanes == 1 && two["win"]?.why.contains("two lanes would need two threads more") == true)
    #expect(try choice(manifest(source: "lanes: 2,"), cpus: 8, trip: 100).isEmpty)
    #expect(
      try choice(manifest(source: "lanes: 1,", window: "lanes: auto,"), cpus: 300, trip: 100).mapValues(\.lanes) == ["win": 128]
    )
  }

  @Test func `what cannot have lanes keeps to one, and says why when it was asked`() throws {
    #expect(try choice(manifest(format: "csv"), cpus: 8, trip: 100).isEmpty)
    let csv = try choice(manifest(source: "lanes: auto,", format: "csv"), cpus: 8, trip: 100)
    #expect(csv["ev"]?.lanes == 1 && csv["ev"]?.why.contains("a record of csv may be several lines") == true)
  }

  @Test func `a bound of memory is kept`() throws {
    let small = try choice(manifest(more: "max_memory: 48MiB"), cpus: 2, trip: 100)
    #expect(small["ev"]?.lanes == 1 && small["ev"]?.why.contains("max_memory leaves no room") == true)
    #expect(try choice(manifest(more: "max_memory: 256MiB"), cpus: 2, trip: 100)["ev"]?.lanes == 2)
  }

  @Test func `a control group's share is whole CPUs`() {
    #expect(Cores.quota(of: "max 100000\n") == nil)
    #expect(Cores.quota(of: "200000 100000\n") == 2)
    #expect(Cores.quota(of: "150000 100000\n") == 1)
    #expect(Cores.quota(of: "50000 100000\n") == 1)
    #expect(Cores.quota(of: "") == nil && Cores.quota(of: "1 0") == nil && Cores.quota(of: "a b c") == nil)
  }

  @Test func `measuring takes no longer than it may, and one CPU is never far from itself`() {
    #expect(Cores.usable >= 1)
    #expect(Cores.measure(usable: 1).roundTripNanoseconds == nil)
    for _ in 0..<20 {
      guard let trip = Cores.measure(usable: 2).roundTripNanoseconds else { continue }
      #expect(trip > 0 && trip < 1_000_000)
    }
  }
}
