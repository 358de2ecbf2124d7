import ProofBench
import Testing

/// Where results depend on when rows come: idle partitions, early results, the host's clock. What holds even so.
@Suite(.serialized) struct WindowTimeTests {
  private func row(_ number: Int, _ time: Int64, partition: Int = 0) -> ModelRow {
    ModelRow(
      number: number, partition: partition, id: Int64(partition) << 48 | Int64(number), time: time,
      fields: [("k", .text("k\(number % 3)"))])
  }

  private func test(more: String = "", allowed: Int64 = 0) -> WindowCase {
    var test = WindowCase(
      kind: .tumbling(10_000, offset: 0), aggregates: [.init(name: "rows", function: .countRows)], delay: 0)
    test.allowedLateness = allowed
    test.more = more
    return test
  }

  @Test func `an idle partition holds nothing back, and rows of one that comes back are in a window or late`() throws {
    for allowed in [0, 15_000] as [Int64] {
      let test = test(allowed: allowed)
      var steps: [LineSource.Step] = []
      var number = 0
      func add(_ partition: Int, _ times: [Int64]) {
        let lines = times.map { time in
          defer { number += 1 }
          return row(number, time * 1000, partition: partition).line
        }
        steps.append(.lines(partition: partition, lines.joined()))
      }
      add(1, [1, 2, 3])
      add(0, [1, 12, 25])
      steps.append(.idle(partition: 1))
      add(0, [31, 47, 58])
      // Back again, in front of its own watermark and behind that of all.
      add(1, [4, 15, 26, 37, 49, 55, 61])
      add(0, [70, 81])
      add(1, [75, 99])
      let run = try ManifestRun(test.manifest, inputs: ["in": (2, steps)])
      let check = WindowCheck(test: test, replay: "idle, \(allowed) allowed")
      let last = check.lastResults(run)
      let windowed = last.reduce(0) { $0 + Int($1.values[0].number ?? 0) }
      #expect(windowed + run.late.count == number, "\(last)")
      #expect(run.node("win")!.late == UInt64(run.late.count) && run.books.discrepancies().isEmpty)
      for result in last {
        let same = check.found(run).filter { $0.key == result.key && $0.span == result.span }
        #expect(same.map(\.corrections) == Array(0..<Int64(same.count)), "\(same)")
      }
    }
  }

  @Test func `early results come with the clock and change nothing of the others`() throws {
    let test = test(more: "early: 1s")
    var steps: [LineSource.Step] = []
    let times: [Int64] = [1, 2, 5, 7, 12, 13, 14, 25, 26]
    for (number, time) in times.enumerated() {
      steps.append(.lines(partition: 0, row(number, time * 1000).line))
      steps.append(.pass(nanoseconds: 1_100_000_000))
    }
    let run = try ManifestRun(test.manifest, inputs: ["in": (1, steps)])
    #expect(run.out.contains { $0["early"] == .bool(true) }, "\(run.out)")
    var final = run
    final.rows["out"]!.removeAll { $0["early"] == .bool(true) }
    let rows = times.enumerated().map { row($0, $1 * 1000) }
    WindowCheck(test: test, replay: "early").story(final, rows, WindowModel(test: test))
    // An early result is one of the rows that had come.
    for result in run.out where result["early"] == .bool(true) {
      let start = try #require(result.int("window_start"))
      let all = rows.filter { $0.time >= start && $0.time < start + 10_000 && $0["k"] == result["k"] }.count
      #expect((1...max(1, all)).contains(Int(result["rows"].number ?? 0)), "\(result)")
    }
  }

  @Test func `windows of processing time are those of the host's clock`() throws {
    var test = test(more: "time: processing")
    test.kind = .tumbling(10_000_000_000, offset: 0)
    var steps: [LineSource.Step] = []
    for (number, count) in [3, 1, 0, 2].enumerated() {
      for index in 0..<count { steps.append(.lines(partition: 0, row(index, Int64(1000 - number)).line)) }
      steps.append(.pass(nanoseconds: 10_000_000_000))
    }
    let run = try ManifestRun(test.manifest, inputs: ["in": (1, steps)])
    var counted: [Int64: Int] = [:]
    for row in run.out { counted[row.int("window_start")!, default: 0] += Int(row["rows"].number ?? 0) }
    let start: Int64 = 1_800_000_000_000_000_000
    #expect(counted == [start: 3, start + 10_000_000_000: 1, start + 30_000_000_000: 2], "\(run.out)")
    #expect(run.late.isEmpty && run.books.discrepancies().isEmpty)
  }
}
