import ProofBench
import TestSupport
import Testing

/// The operator `top`, slow: Space-Saving as it is described, with a list that is searched from end to end.
struct TopModel {
  struct Counter: Equatable {
    var item: [Cell]
    var count: Int64
    var error: Int64
    /// When it grew last.
    var stamp: Int

    func isHeavier(_ other: Counter) -> Bool {
      if count != other.count { return count > other.count }
      if error != other.error { return error < other.error }
      return Cell.keyBytes(item).lexicographicallyPrecedes(Cell.keyBytes(other.item))
    }
  }

  struct Summary {
    var counters: [Counter] = []
    var total: Int64 = 0
    var next = 0
    var exact: [[UInt8]: Int64] = [:]
    var start: Int64 = 0
    var end: Int64 = 0

    func floor(_ capacity: Int) -> Int64 { counters.count < capacity ? 0 : counters.map(\.count).min() ?? 0 }

    mutating func add(_ item: [Cell], _ weight: Int64, capacity: Int) {
      total += weight
      exact[Cell.keyBytes(item), default: 0] += weight
      defer { next += 1 }
      if let found = counters.firstIndex(where: { $0.item == item }) {
        counters[found].count += weight
        counters[found].stamp = next
        return
      }
      var error: Int64 = 0
      if counters.count == capacity {
        let least = counters.min { $0.count != $1.count ? $0.count < $1.count : $0.stamp < $1.stamp }!
        error = least.count
        counters.removeAll { $0 == least }
      }
      counters.append(Counter(item: item, count: error + weight, error: error, stamp: next))
    }

    mutating func merge(_ other: Summary, capacity: Int) {
      let (own, others) = (floor(capacity), other.floor(capacity))
      var all: [Counter] = []
      for counter in counters {
        let more = other.counters.first { $0.item == counter.item }
        all.append(
          Counter(
            item: counter.item, count: counter.count + (more?.count ?? others), error: counter.error + (more?.error ?? others),
            stamp: 0))
      }
      for counter in other.counters where !counters.contains(where: { $0.item == counter.item }) {
        all.append(Counter(item: counter.item, count: counter.count + own, error: counter.error + own, stamp: 0))
      }
      counters = Array(all.sorted { $0.isHeavier($1) }.prefix(capacity))
      for place in counters.indices { counters[place].stamp = next + counters.count - 1 - place }
      next += counters.count
      total += other.total
      for (item, weight) in other.exact { exact[item, default: 0] += weight }
      end = other.end
    }
  }

  /// A result, and what its item really weighs.
  struct Result: CustomStringConvertible {
    var key: [Cell]
    var rank: Int
    var counter: Counter
    var total: Int64
    var start: Int64
    var end: Int64
    var exact: Int64

    var description: String {
      "\(key) \(start)..<\(end) \(rank): \(counter.item) \(counter.count) error \(counter.error) of \(total)"
    }
  }

  var keys: [String]
  var items: [String]
  var k: Int
  var every: Int64
  var capacity: Int
  var isWeighted: Bool
  var runsOn: Bool
  var ttl: Int64?

  var options: [String] {
    var options = ["by: [\(items.joined(separator: ", "))]", "k: \(k)", "every: \(every)ns", "capacity: \(capacity)"]
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    if isWeighted { options.append("weight: n") }
    if runsOn { options.append("running: true") }
    if let ttl { options.append("ttl: \(ttl)ns") }
    return options
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    keys = [[], ["k"], ["j"], ["k", "j"]][random.below(4)]
    items = [["s"], ["s"], ["s", "q"], ["j"], ["v"]][random.below(5)].filter { !["k", "j"].contains($0) }
    if items.isEmpty { items = ["s"] }
    capacity = 1 + random.below([3, 6, 50][random.below(3)])
    k = 1 + random.below(capacity)
    every = Int64(1 + random.below(60)) * unit
    isWeighted = random.below(3) == 0
    runsOn = random.below(3) == 0
    if runsOn, random.below(2) == 0 { ttl = Int64(1 + random.below(100)) * unit }
  }

  /// Results in their order; lateness by the numbers of late rows, and the numbers of rows that are refused.
  private func story(_ rows: [RollingRow]) -> (results: [Result], late: [(number: Int, lateness: Int64)], dead: [Int]) {
    var windows: [Int64: [[UInt8]: (key: [Cell], summary: Summary)]] = [:]
    var late: [(number: Int, lateness: Int64)] = []
    var dead: [Int] = []
    for row in rows {
      let rest = row.time % every
      let start = row.time - (rest < 0 ? rest + every : rest)
      if let behind = row.behind, behind >= start + every {
        late.append((row.number, behind - start - every))
        continue
      }
      var weight: Int64 = 1
      if isWeighted {
        guard let n = row.int("n") else { continue }
        if n < 0 { dead.append(row.number) }
        if n <= 0 { continue }
        weight = n
      }
      let key = row.key(keys)
      var entry = windows[start]?[Cell.keyBytes(key)] ?? (key, Summary(start: start, end: start + every))
      entry.summary.add(row.key(items), weight, capacity: capacity)
      windows[start, default: [:]][Cell.keyBytes(key)] = entry
    }
    var running: [[UInt8]: Summary] = [:]
    var results: [Result] = []
    for (start, found) in windows.sorted(by: { $0.key < $1.key }) {
      for (bytes, entry) in found.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        var told = entry.summary
        if runsOn {
          if let ttl, let before = running[bytes], start > before.end + ttl { running[bytes] = nil }
          var sum = running[bytes] ?? Summary(start: start)
          sum.merge(told, capacity: capacity)
          running[bytes] = sum
          told = sum
        }
        for (place, counter) in told.counters.sorted(by: { $0.isHeavier($1) }).prefix(k).enumerated() {
          results.append(
            Result(
              key: entry.key, rank: place + 1, counter: counter, total: told.total, start: told.start, end: told.end,
              exact: told.exact[Cell.keyBytes(counter.item)] ?? 0))
        }
      }
    }
    return (results, late, dead)
  }
}

extension TopModel: KeyedModel {
  static let use = "top"
  static let ports = ["late"]

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> RollingRows {
    RollingRows(count, partitions: partitions, &random, wild: false)
  }

  func hold(_ run: ManifestRun, _ rows: [RollingRow], _ replay: String) {
    let (results, late, dead) = story(rows)
    for (index, (row, wanted)) in zip(run.out, results).enumerated() {
      let fields: [(String, Cell)] = [
        ("rank", .int(Int64(wanted.rank))), ("count", .int(wanted.counter.count)), ("error", .int(wanted.counter.error)),
        ("total", .int(wanted.total)), ("window_start", .time(wanted.start)), ("window_end", .time(wanted.end)),
      ]
      let isSame =
        fields.allSatisfy { row[$0.0] == $0.1 } && row.time == wanted.end - 1
        && Cell.keyBytes(keys.map { row[$0] }) == Cell.keyBytes(wanted.key)
        && Cell.keyBytes(items.map { row[$0] }) == Cell.keyBytes(wanted.counter.item)
      guard isSame else {
        Issue.record("result \(index) is \(row.fields), expected \(wanted); \(replay)")
        return
      }
      #expect(wanted.counter.count - wanted.counter.error <= wanted.exact && wanted.exact <= wanted.counter.count)
      #expect(wanted.counter.error <= wanted.total / Int64(capacity), "\(wanted); \(replay)")
    }
    #expect(run.out.count == results.count, "\(replay)")
    #expect(run.late.map { $0.int("row") } == late.map { Int64($0.number) }, "late; \(replay)")
    #expect(run.late.map { $0.int("lateness") } == late.map(\.lateness), "late; \(replay)")
    RollingCheck(replay: replay).books(run, rows: rows.count, late: late.count, dead: dead.count)
  }
}
