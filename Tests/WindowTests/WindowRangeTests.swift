import ProofBench
import Testing

/// Event times at the ends of what there may be, 1678 and 2261, and windows that reach beyond what 64 bits of nanoseconds
/// hold: their bounds are the least or the greatest time there is, and they leave at the end of the input at the latest.
@Suite(.serialized) struct WindowRangeTests {
  /// 1 January 1678 and the last nanosecond of 2261.
  private static let first: Int64 = -9_214_560_000_000_000_000
  private static let last: Int64 = 9_214_646_399_999_999_999
  private static let day: Int128 = 86_400_000_000_000

  private static let low: [Int64] = [
    0, 1, 999, 1_000_000_000, 86_399_999_999_999, 86_400_000_000_000, 400 * 86_400_000_000_000,
  ]
  .map { first + $0 }
  private static let high: [Int64] = low.map { first - $0 + last }.reversed()

  private func run(_ options: String, _ times: [Int64], size: Int) throws -> ManifestRun {
    let lines = times.map { "{\"ts\":\($0)}\n" }
    let steps = LineSource.steps(lines, frame: size)
    return try ManifestRun(
      """
      name: range
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns }, watermark: { delay: 1h } }
      operators:
        win: { use: window, from: in, with: { \(options), aggregate: { rows: count() } } }
      sinks:
        out: { use: file, from: win, with: { path: out.jsonl } }
        late: { use: file, from: win.late, with: { path: late.jsonl } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """, inputs: ["in": (1, steps)])
  }

  private func hold(_ options: String, _ times: [Int64], _ spans: (Int128) -> [(Int128, Int128)]) throws {
    var windows: [String: (start: Int64, end: Int64, rows: Int)] = [:]
    for time in times {
      for (start, end) in spans(Int128(time)) {
        windows["\(start) \(end)", default: (Int64(clamping: start), Int64(clamping: end), 0)].rows += 1
      }
    }
    let expected = windows.values.map { "\($0.start)..\($0.end) \($0.rows) at \($0.end - 1)" }.sorted()
    for size in [1, 5, 100] {
      let run = try run(options, times, size: size)
      let found = run.out.map {
        "\($0.int("window_start") ?? 1)..\($0.int("window_end") ?? 1) \($0["rows"]) at \($0.time ?? 0)"
      }
      #expect(found.sorted() == expected, "\(options), frames of \(size)")
      #expect(run.late.isEmpty && run.dead.isEmpty && run.books.discrepancies().isEmpty, "\(options), frames of \(size)")
    }
  }

  private static func floor(_ time: Int128, _ unit: Int128) -> Int128 { time - ((time % unit) + unit) % unit }

  @Test func `windows of fixed place`() throws {
    for times in [Self.low, Self.high, Self.low + Self.high] {
      for days in [1, 365, 36_500, 106_751] as [Int128] {
        try hold("tumbling: \(days)d", times) { time in
          let start = Self.floor(time, days * Self.day)
          return [(start, start + days * Self.day)]
        }
      }
      try hold("sliding: { size: 2000d, every: 500d }", times) { time in
        let start = Self.floor(time, 500 * Self.day)
        return (0..<4).map { (start - $0 * 500 * Self.day, start - ($0 - 4) * 500 * Self.day) }
      }
      try hold("cumulate: { size: 1000d, step: 250d }", times) { time in
        let start = Self.floor(time, 1000 * Self.day)
        return (1...4).map { (start, start + $0 * 250 * Self.day) }.filter { $0.1 > time }
      }
    }
  }

  /// Rows next to the bounds of panes of the least length, of powers of two, and of odd lengths.
  @Test func `panes of any length`() throws {
    let lengths: [Int64] = [1000, 1024, 1003, 1_500_000_001, 1 << 38, (1 << 40) - 1, 3_000_000_000_001]
    for length in lengths {
      let origins: [Int64] = [0, 1_700_000_000_000_000_000, -3 * length]
      for origin in origins {
        let start: Int64 = origin - origin % length
        var times: [Int64] = []
        for pane: Int64 in 0..<6 {
          for nearby: Int64 in [-1, 0, 1, 500] { times.append(start + pane * length + nearby) }
        }
        // Out of order, as far as the delay allows.
        if length < 600_000_000_000 { times = times.indices.map { times[$0 * 7 % times.count] } }
        try hold("sliding: { size: \(3 * length)ns, every: \(length)ns }", times) { time in
          let last: Int128 = Self.floor(time, Int128(length))
          return (0..<3).map { (number: Int128) -> (Int128, Int128) in
            let first: Int128 = last - number * Int128(length)
            return (first, first + 3 * Int128(length))
          }
        }
      }
    }
  }

  @Test func `sessions and counts`() throws {
    for times in [Self.low, Self.high] {
      for days in [1, 500, 100_000] as [Int128] {
        let gap = days * Self.day
        var sessions: [[Int64]] = []
        for time in times {
          if let last = sessions.last?.last, Int128(time) - Int128(last) <= gap {
            sessions[sessions.count - 1].append(time)
          } else {
            sessions.append([time])
          }
        }
        try hold("session: { gap: \(days)d }", times) { time in
          let session = sessions.first { $0.contains(Int64(time)) }!
          return [(Int128(session.first!), Int128(session.last!) + gap)]
        }
      }
    }
    let run = try run("count: 10", Self.low + Self.high, size: 3)
    #expect(run.out.map { $0["rows"] } == [.int(10), .int(4)])
    #expect(run.out.map { $0.int("window_end") } == [Self.high[2], Self.last])
  }

  @Test func `a time beyond is refused and moves nothing`() throws {
    let beyond: [Int64] = [.min, Self.first - 1, Self.last + 1, .max]
    let run = try run("tumbling: 1d", beyond + [5, 6], size: 1)
    #expect(run.dead.count == 4 && run.late.isEmpty)
    #expect(run.out.map { $0["rows"] } == [.int(2)])
  }
}
