import ProofBench
import Testing

/// The model itself, on cases small enough to be worked out by hand.
struct WindowModelTests {
  @Test func `the model answers as the table says`() {
    for entry in WindowTable.cases {
      let story = WindowModel(test: entry.test).story(of: entry.rows)
      #expect(story.results.map { WindowTable.text($0.span, "\($0.values[0])", $0.corrections) } == entry.out, "\(entry.name)")
      let late = story.late.sorted { $0.number < $1.number }.map { "\($0.number) by \($0.lateness)" }
      #expect(late == entry.late, "\(entry.name)")
    }
  }

  @Test func `days of a place have 23, 24 or 25 hours`() {
    let hour: Int64 = 3_600_000_000_000
    for (zone, hours) in [(ModelZone.berlin, [23, 25]), (.newYork, [23, 25]), (.saoPaulo, [25, 23, 25])] {
      let found = zone.moments.map { moment in
        // Some changes are at midnight itself: the day that is longer or shorter ends, or begins, there.
        let days = [zone.days(1, at: moment * 1_000_000_000 - 1), zone.days(1, at: moment * 1_000_000_000)]
        return days.map { Int(($0.end - $0.start) / hour) }.first { $0 != 24 }
      }
      #expect(found == hours.map { $0 }, "\(zone.name)")
    }
    let halves = ModelZone.lordHowe.moments.map { ModelZone.lordHowe.days(1, at: $0 * 1_000_000_000) }
    #expect(halves.map { ($0.end - $0.start) / (hour / 2) } == [49, 47])
  }

  @Test func `sums are exact where they are said to be`() {
    let values = [1e16] + [Double](repeating: 1, count: 1_000_000) + [-1e16]
    #expect(ModelSums.neumaier(values) == 1_000_000)
    #expect(ModelSums.exact(values) == 1_000_000)
    #expect(ModelSums.exact([1e100, 1, -1e100]) == 1)
  }

  @Test func `aggregates of nothing, of one value and of several`() {
    func told(_ function: AggregateModel.Function, _ argument: ModelExpression?, _ values: [Cell]) -> String {
      let rows = values.enumerated().map { index, value in
        ModelRow(number: index, partition: 0, id: Int64(index), time: 0, fields: [("n", value), ("value", value)])
      }
      return "\(AggregateModel(name: "x", function: function, argument: argument).expected(over: rows, inOrder: true))"
    }
    #expect(told(.countRows, nil, [.null, .int(1)]) == "2" && told(.count, .n, [.null, .int(1)]) == "1")
    #expect(told(.sum, .n, [.null]) == "0" && told(.sum, .value, []) == "0.0" && told(.min, .n, []) == "null")
    #expect(told(.sum, .n, [.int(.max), .int(1), .int(-1)]) == "\(Int64.max)")
    #expect(told(.sum, .n, [.int(.max), .int(1)]) == "nothing that fits")
    #expect(told(.max, .value, [.double(.nan), .double(1), .double(2)]) == "2.0")
    #expect(told(.sum, .value, [.double(.nan), .double(1)]) == "nan")
    #expect(told(.top(2), .n, [.int(1), .int(3), .int(2)]) == "[3,2]")
    #expect(told(.variance, .n, [.int(1)]) == "null" && told(.variance, .n, [.int(1), .int(3)]).hasPrefix("2.0 ±"))
  }

  @Test func `two partitions are late each by its own watermark`() {
    let test = WindowCase(
      kind: .tumbling(10, offset: 0), keys: [], aggregates: [.init(name: "l", function: .list, argument: .n)], delay: 0)
    func rows(_ times: [Int64], from number: Int, partition: Int) -> [ModelRow] {
      times.enumerated().map { index, time in
        ModelRow(
          number: number + index, partition: partition, id: Int64(partition) << 48 | Int64(index), time: time,
          fields: [("n", .int(Int64(number + index)))])
      }
    }
    let (results, late) = WindowModel(test: test).last(
      of: [rows([50, 5], from: 0, partition: 0), rows([1, 12, 11], from: 2, partition: 1)])
    #expect(results.map { WindowTable.text($0.span, "\($0.values[0])", 0) } == ["0..10 [2]", "10..20 [4,3]", "50..60 [0]"])
    #expect(late.map(\.number) == [1])
  }

  @Test func `the story of a partition ends with its last results`() {
    for seed in 0..<200 as Range<UInt64> {
      var random = RandomCase(seed: seed)
      let test = random.test(Int(seed % 5))
      let rows = random.rows(60, partitions: 1, span: random.span)
      let model = WindowModel(test: test)
      let story = model.story(of: rows[0]), last = model.last(of: rows)
      #expect(story.late == last.late, "seed \(seed)")
      for result in last.results {
        let same = story.results.last { $0.key == result.key && $0.span == result.span }
        #expect(same.map { "\($0.values)" } == "\(result.values)", "seed \(seed)")
      }
    }
  }
}
