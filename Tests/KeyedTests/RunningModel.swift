import ProofBench
import TestSupport
import Testing

/// Running aggregates as docs/keyed.md says them: all rows of a key are kept, and each result is worked out anew.
struct RunningModel {
  struct Aggregate: Sendable {
    var name: String
    var text: String
    var result: @Sendable ([FoldStream.Row]) -> ProofBench.Expectation
  }

  struct Result {
    var key: [Cell]
    var values: [ProofBench.Expectation]
    var time: Int64
  }

  var keys: [String]
  var aggregates: [Aggregate]
  var ttl: Int64?
  var emit = "every"

  /// Results in the order of rows.
  func results(of rows: [FoldStream.Row]) -> [Result] {
    var lives: [[Cell]: [FoldStream.Row]] = [:]
    var results: [Result] = []
    for row in rows {
      let key = row.key(keys)
      if let ttl, let last = lives[key]?.map(\.time).max(), max(row.time, row.behind ?? .min) >= last + ttl { lives[key] = nil }
      let before = lives[key].map(values)
      lives[key, default: []].append(row)
      let now = values(lives[key]!)
      if emit == "change", let before, texts(before) == texts(now) { continue }
      results.append(Result(key: key, values: now, time: row.time))
    }
    return results
  }

  /// Byte by byte: texts that are written in two ways are two.
  private func texts(_ values: [ProofBench.Expectation]) -> [[UInt8]] { values.map { Array($0.description.utf8) } }

  private func values(_ rows: [FoldStream.Row]) -> [ProofBench.Expectation] { aggregates.map { $0.result(rows) } }

  private static func numbers(_ rows: [FoldStream.Row]) -> [Double] { rows.compactMap { $0["value"]?.number } }
  private static func texts(_ rows: [FoldStream.Row]) -> [String] {
    rows.compactMap { if case .text(let text)? = $0["s"] { text } else { nil } }
  }
  /// In the order of event time and id.
  private static func ordered(_ rows: [FoldStream.Row]) -> [FoldStream.Row] {
    rows.sorted { ($0.time, $0.partition, $0.number) < ($1.time, $1.partition, $1.number) }
  }

  /// What changes exactly when its text does.
  static let exact: [Aggregate] = [
    .init(name: "rows", text: "count()") { .exactly(.int(Int64($0.count))) },
    .init(name: "values", text: "count(value)") { .exactly(.int(Int64(numbers($0).count))) },
    .init(name: "high", text: "max(value)") { .exactly(numbers($0).max().map { .double($0) } ?? .null) },
    .init(name: "low", text: "min(value)") { .exactly(numbers($0).min().map { .double($0) } ?? .null) },
    .init(name: "sum", text: "sum(n)") { rows in
      let sum = rows.reduce(Int128(0)) { if case .int(let n)? = $1["n"] { $0 + Int128(n) } else { $0 } }
      return Int64(exactly: sum).map { .exactly(.int($0)) } ?? .unrepresentable
    },
    .init(name: "first", text: "first(s)") { .exactly(texts(ordered($0)).first.map { .text($0) } ?? .null) },
    .init(name: "last", text: "last(s)") { .exactly(texts(ordered($0)).last.map { .text($0) } ?? .null) },
    .init(name: "kinds", text: "distinct(s)") { rows in
      .exactly(.int(Int64(Set(texts(rows).map { Array($0.utf8) }).count)))
    },
    .init(name: "often", text: "counts(s)") { rows in
      var counts: [[UInt8]: Int64] = [:]
      for text in texts(rows) { counts[Array(text.utf8), default: 0] += 1 }
      let members = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        .map { Cell.Member(name: String(decoding: $0.key, as: UTF8.self), value: .int($0.value)) }
      return .exactly(.object(members))
    },
    .init(name: "top", text: "top(value, 3)") { rows in
      .exactly(.list(numbers(rows).sorted(by: >).prefix(3).map { .double($0) }))
    },
  ]

  static let near: [Aggregate] = [
    .init(name: "mean", text: "avg(value)") { rows in
      let values = numbers(rows)
      guard !values.isEmpty else { return .exactly(.null) }
      return .near(values.reduce(0, +) / Double(values.count), 1e-9)
    }
  ]
}

extension RunningModel: KeyedModel {
  static let use = "aggregate"
  static let ports: [String] = []

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> FoldStream {
    .keyed(count, partitions: partitions, &random)
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    let emit = random.below(3) == 0 ? "change" : "every"
    let all = emit == "change" ? Self.exact : Self.exact + Self.near
    var aggregates = all.filter { _ in random.below(3) == 0 }
    if aggregates.isEmpty { aggregates = [all[random.below(all.count)]] }
    self.init(keys: [["k"], ["k"], ["k", "j"], ["j"], []][random.below(5)], aggregates: aggregates, emit: emit)
    if random.below(2) == 0 { ttl = unit * Int64(1 + random.below(12)) }
  }

  var options: [String] {
    var options = ["emit: \(emit)"]
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    options.append("aggregate: { \(aggregates.map { "\($0.name): \"\($0.text)\"" }.joined(separator: ", ")) }")
    if let ttl { options.append("ttl: \(ttl)ns") }
    return options
  }

  func isSame(_ row: RowCollector.Row, _ wanted: Result) -> Bool {
    Cell.keyBytes(keys.map { row[$0] }) == Cell.keyBytes(wanted.key)
      && zip(aggregates, wanted.values).allSatisfy { $1.holds(row[$0.name]) }
  }

  func hold(_ run: ManifestRun, _ rows: [FoldStream.Row], _ replay: String) {
    let expected = results(of: rows)
    for (at, row) in run.out.enumerated() {
      guard at < expected.count, isSame(row, expected[at]), row.time == expected[at].time else {
        let wanted = at < expected.count ? "\(expected[at])" : "nothing"
        Issue.record("result \(at): got \(row), expected \(wanted); \(replay)")
        break
      }
    }
    #expect(run.out.count == expected.count, "\(replay)")
    #expect(run.dead.isEmpty && run.node("op")!.taken == UInt64(rows.count), "\(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }
}
