import ProofBench
import TestSupport
import Testing

/// What moving statistics, rates and heavy hitters keep: saved state that was damaged, limits, keys that come no more.
@Suite(.serialized) struct RollingStateTests {
  private static let cases: [(use: String, options: [String])] = [
    ("moving", ["count: 5", "key: [k, j]", "set: { mean: avg(v), least: min(n), good: { fn: count(), filter: v > 0.0 } }"]),
    ("moving", ["time: 1h", "key: k", "set: { rows: count(), spread: stddev(v) }"]),
    ("rate", ["key: k", "set: { a: rate(n), b: delta(v) }"]),
    ("top", ["key: k", "by: [s, q]", "k: 2", "capacity: 3", "every: 1h"]),
    ("top", ["by: s", "k: 2", "capacity: 2", "every: 1us", "running: true"]),
  ]

  /// Rows of which none is late, a microsecond apart, of so many keys each.
  private func steps(_ count: Int, keys: Int, prefix: String = "key") -> [LineSource.Step] {
    var random = SplitMix(seed: 1)
    let lines = (0..<count).map { number in
      "{\"ts\":\(number * 1000),\"row\":\(number),\"k\":\"\(prefix) \(number % keys)\",\"j\":1,\"v\":\(number % 7),\"n\":\(number),"
        + "\"s\":\"s\(number % 5)\",\"q\":\"good\"}"
    }
    return Dealing.steps([lines], most: 16, &random)
  }

  private func manifest(_ use: String, _ options: [String], more: String = "") -> String {
    var random = SplitMix(seed: 1)
    var rows = RollingRows(0, partitions: 1, &random)
    rows.delay = 0
    return rows.manifest(use, options, more: more)
  }

  @Test func `saved state that was damaged is refused, or is another state, and never ends the process`() throws {
    for (index, (use, options)) in Self.cases.enumerated() {
      let manifest = manifest(use, options)
      var refused = 0
      for seed in Seeds.of(3000, 120) {
        nonisolated(unsafe) var random = SplitMix(seed: seed &+ UInt64(index) &* 1000)
        do {
          _ = try ManifestRun(manifest, inputs: ["in": (1, steps(100, keys: 3))]) {
            RestoringComponent($1, damage: { StateDamage.one(of: &$0, &random) }, endsRefused: true) { $0 == 3 }.table
          }
        } catch let failure as ManifestRun.Failure {
          refused += 1
          #expect(failure.description.contains("saved"), "seed \(seed): \(failure)")
        }
      }
      #expect(refused > 0, "\(manifest)")
    }
  }

  @Test func `state that was cut, goes on behind its end, or is in the group of another key is refused`() throws {
    let damages: [@Sendable ([UInt32: [UInt8]]) -> [UInt32: [UInt8]]] = [
      { $0.mapValues { Array($0.dropLast()) } },
      { $0.mapValues { $0 + [0] } },
      { groups in Dictionary(uniqueKeysWithValues: groups.map { ($0.key == .max ? .max : ($0.key + 1) % 128, $0.value) }) },
      { groups in groups.mapValues { $0 + $0 } },
    ]
    for (use, options) in Self.cases {
      let manifest = manifest(use, options)
      for (number, damage) in damages.enumerated() {
        let failure = #expect(throws: ManifestRun.Failure.self, "damage \(number): \(manifest)") {
          try ManifestRun(manifest, inputs: ["in": (1, steps(100, keys: 3))]) {
            RestoringComponent($1, damage: { $0 = damage($0) }, endsRefused: true) { $0 == 3 }.table
          }
        }
        #expect(failure?.description.contains("saved") == true, "damage \(number): \(failure.map { "\($0)" } ?? "")")
      }
    }
  }

  @Test func `more keys than the state allows end the run with a sentence`() throws {
    for (use, options) in Self.cases.prefix(4) {
      let manifest = manifest(use, options, more: ", state: { keys: 10 }")
      let failure = #expect(throws: ManifestRun.Failure.self) {
        try ManifestRun(manifest, inputs: ["in": (1, steps(400, keys: 11))])
      }
      #expect(failure?.description.contains("`state` allows 10") == true, "\(failure.map { "\($0)" } ?? "")")
      _ = try ManifestRun(manifest, inputs: ["in": (1, steps(400, keys: 10))])
    }
  }

  @Test func `keys that come no more are let go of when the watermark has passed them`() throws {
    let cases: [(use: String, options: [String])] = [
      ("moving", ["count: 5", "key: k", "ttl: 100us", "set: { mean: avg(v) }"]),
      ("moving", ["time: 100us", "key: k", "set: { mean: avg(v) }"]),
      ("rate", ["key: k", "ttl: 100us", "set: { a: rate(n) }"]),
      ("top", ["key: k", "by: s", "k: 2", "every: 100us"]),
      ("top", ["key: k", "by: s", "k: 2", "every: 10us", "running: true", "ttl: 100us"]),
    ]
    var random = SplitMix(seed: 1)
    // Each key has its rows within 20 microseconds, and never again.
    let lines = (0..<20_000).map { number in
      "{\"ts\":\(number * 1000),\"row\":\(number),\"k\":\"key \(number / 20)\",\"v\":1.5,\"n\":\(number),\"s\":\"s\(number % 5)\"}"
    }
    let steps = Dealing.steps([lines], most: 64, &random)
    for (use, options) in cases {
      nonisolated(unsafe) var around: RestoringComponent?
      let manifest = manifest(use, options, more: ", state: { keys: 120 }")
      _ = try ManifestRun(manifest, inputs: ["in": (1, steps)]) {
        around = RestoringComponent($1, onlyMeasures: true) { $0 % 10 == 0 }
        return around!.table
      }
      #expect((around?.sizes.max() ?? .max) < 60_000, "\(around?.sizes.max() ?? 0) bytes: \(manifest)")
    }
  }
}
