import Aggregates
import PluginKit
import TestSupport
import Testing

/// All functions over random streams, held against the model.
@Suite struct AggregateSetTests {
  @Test(arguments: ModelStream.types, 0..<12 as Range<UInt64>)
  func `every function agrees with the model whatever the batches`(type: ColumnType, seed: UInt64) throws {
    var mix = SplitMix(seed: seed &* 8 &+ UInt64(type.rawValue))
    let stream = ModelStream(type, rows: 1 + mix.below(300), groups: 1 + mix.below(4), &mix)
    let set = try everyAggregate()
    let groups = Groups(set, count: stream.groupCount)
    stream.fold(0..<stream.rows.count, into: set, groups.records, batch: [1, 7, 400][mix.below(3)], &mix)
    try compare(groups, stream, "seed \(seed), \(type)", exactSums: true)
  }

  @Test(arguments: ModelStream.types, 0..<8 as Range<UInt64>)
  func `states merged at random cuts give what one state gives`(type: ColumnType, seed: UInt64) throws {
    var mix = SplitMix(seed: 1000 &+ seed &* 8 &+ UInt64(type.rawValue))
    let stream = ModelStream(type, rows: 1 + mix.below(300), groups: 1 + mix.below(4), &mix)
    let set = try everyAggregate()
    let whole = Groups(set, count: stream.groupCount)
    var from = 0
    while from < stream.rows.count {
      let to = min(stream.rows.count, from + 1 + mix.below(120))
      let part = Groups(set, count: stream.groupCount)
      stream.fold(from..<to, into: set, part.records, batch: 50, &mix)
      for group in 0..<stream.groupCount { part.merge(group, into: whole, group) }
      from = to
    }
    try compare(whole, stream, "seed \(seed), \(type)", exactSums: false)
  }

  @Test(arguments: ModelStream.types)
  func `states are the same bytes for every cut into batches`(type: ColumnType) throws {
    var mix = SplitMix(seed: UInt64(type.rawValue))
    let stream = ModelStream(type, rows: 400, groups: 3, &mix)
    let set = try everyAggregate()
    let states = [1, 2, 13, 64, 1000].map { batch in
      let groups = Groups(set, count: 3)
      stream.fold(0..<400, into: set, groups.records, batch: batch, &mix)
      return groups.saved
    }
    for state in states { #expect(state == states[0]) }
  }

  @Test func `records give back what they hold beside them`() throws {
    var mix = SplitMix(seed: 3)
    let set = try everyAggregate()
    do {
      let groups = Groups(set, count: 2)
      #expect(set.heapBytes == 0)
      ModelStream(.variant, rows: 500, groups: 2, &mix).fold(0..<500, into: set, groups.records, batch: 100, &mix)
      withExtendedLifetime(groups) { #expect(set.heapBytes > 1000) }
    }
    #expect(set.heapBytes == 0)
  }

  @Test func `aggregates over one argument share what they keep`() throws {
    let (value, other): (Expression, Expression) = ("value", "other")
    let set = try AggregateSet([
      Aggregate("n", .count), Aggregate("s", .sum, value), Aggregate("a", .avg, "value"), Aggregate("l", .min, value),
      Aggregate("h", .max, value),
    ])
    #expect(set.recordBytes == 56)
    #expect(set.arguments.map(\.text) == ["value"])
    #expect(try AggregateSet([Aggregate("n", .count)]).recordBytes == 8)
    #expect(try AggregateSet([Aggregate("n", .count, value)]).recordBytes == 8)
    #expect(
      try AggregateSet([Aggregate("p", .quantile, value, parameter: 0.5), Aggregate("q", .quantile, value, parameter: 0.9)])
        .recordBytes == 8)
    #expect(try AggregateSet([Aggregate("s", .sum, value), Aggregate("t", .sum, other)]).arguments.count == 2)
  }

  @Test func `the functions are those of the page`() throws {
    let page = try Files.text(ProjectPaths.path("docs/aggregates.md"))
    #expect(AggregateSet.functions.map(\.name) == Kind.allCases.map(\.rawValue))
    for kind in Kind.allCases { #expect(page.contains("`\(kind)("), "docs/aggregates.md says nothing of \(kind)") }
  }

  @Test func `a parameter out of its range is refused`() {
    for aggregate in [
      Aggregate("q", .quantile, "value", parameter: 1.1), Aggregate("q", .quantile, "value"),
      Aggregate("t", .top, "value", parameter: 0),
      Aggregate("l", .list, "value", parameter: 10_001), Aggregate("s", .sum),
    ] {
      let error = #expect(throws: PluginError.self) { _ = try AggregateSet([aggregate]) }
      #expect(error?.code == .config)
    }
  }

  /// Holds the results of all groups against the model.
  private func compare(_ groups: Groups, _ stream: ModelStream, _ what: String, exactSums: Bool) throws {
    let set = groups.set
    let (results, _) = try groups.results()
    for group in 0..<stream.groupCount {
      for (index, aggregate) in set.aggregates.enumerated() {
        let rows = stream.rows(of: group, filtered: aggregate.filter != nil)
        let found = results[group][index]
        let place = "\(what), group \(group), \(aggregate.name)"
        if let expected = AggregateModel.result(
          aggregate.kind, parameter: aggregate.parameter, of: rows, hasArgument: aggregate.argument != nil)
        {
          let isInexact = [.sum, .avg, .stddev, .variance].contains(aggregate.kind) && !exactSums
          #expect(
            Agreement.agree(found, expected, set.resultTypes[index], tolerance: isInexact ? Agreement.scale(rows) : 0),
            "\(place): \(found), expected \(expected)")
        } else if aggregate.kind == .distinct {
          let values = Set(rows.map(\.value).filter { $0.hasValue && $0 != .object }.map(\.canonical))
          let error = abs((found.number ?? -1) - Double(values.count))
          #expect(error <= (values.count <= 256 ? 0 : 0.05 * Double(values.count)), "\(place): \(found) of \(values.count)")
        } else {
          Agreement.checkQuantile(found, rows, aggregate.parameter ?? 0, set.resultTypes[index], place)
        }
      }
    }
  }
}
