import Aggregates
import PluginKit
import TestSupport
import Testing

/// Sums and counts that lose nothing.
@Suite struct ExactSumTests {
  private func result(_ function: Kind, _ values: [Double]) throws -> ModelValue {
    let set = try AggregateSet([Aggregate("x", function, "value")])
    let groups = Groups(set, count: 1)
    SketchTests.fold(values, set, groups.records[0])
    return try groups.results().values[0][0]
  }

  private func result(_ values: [ModelValue], _ type: ColumnType) throws -> (value: ModelValue, failures: [String]) {
    let set = try AggregateSet([Aggregate("x", .sum, "value")])
    let groups = Groups(set, count: 1)
    let column = ModelColumn(type, values)
    set.begin(values.count, arguments: [column.values(0..<values.count)])
    withExtendedLifetime(column) { set.update(0..<values.count, into: groups.records[0]) }
    let found = try groups.results()
    return (found.values[0][0], found.failures)
  }

  @Test func `a million ones beside 1e16 are not lost`() throws {
    let values = [1e16] + Array(repeating: 1.0, count: 1_000_000) + [-1e16]
    #expect(try result(.sum, values) == .double(1_000_000))
    #expect(try result(.sum, [1, 1e100, 1, -1e100]) == .double(2))
  }

  @Test func `infinities stay, cancel to NaN, and lose nothing to their compensation`() throws {
    #expect(try result(.sum, [1, .infinity, 2]) == .double(.infinity))
    #expect(try result(.sum, [1, -.infinity, 2, -.infinity]) == .double(-.infinity))
    #expect(try result(.sum, [.infinity, -.infinity]).isNaN)
    #expect(try result(.avg, [1, .infinity]) == .double(.infinity))
    #expect(try result(.sum, [1, .nan]).isNaN)
    #expect(try result(.variance, [1, .nan, 2]).isNaN)
    #expect(try result(.max, [1, .nan, 2]) == .double(2))
    #expect(try result(.min, [.nan]) == .null)
    #expect(try result(.min, [.infinity]) == .double(.infinity))
    #expect(try result(.max, [-.infinity, .nan]) == .double(-.infinity))
  }

  @Test func `sums of integers keep 128 bits, and say when 64 do not hold the result`() throws {
    let (most, least) = (ModelValue.int(.max), ModelValue.int(.min))
    #expect(try result([most, most, least, least, .int(7)], .int).value == .int(5))
    let over = try result([most, .int(1)], .int)
    #expect(over.value == .null)
    #expect(over.failures == ["x exceeds 64 bits"])
    #expect(try result([least, .int(-1)], .int).value == .null)
    #expect(try result([.uint(.max), .uint(.max), .int(.min), .int(.min)], .variant).value == .null)
    #expect(try result([.uint(.max), .int(.min)], .variant).value == most)
    #expect(try result([.uint(1 << 63), .int(.min)], .variant).value == .int(0))
  }

  @Test func `integers stay exact until a double joins`() throws {
    let big = ModelValue.int(1 << 53 + 1)
    #expect(try result([big, .int(1)], .variant).value == .int(1 << 53 + 2))
    #expect(try result([big, .double(0.5), .int(-(1 << 53))], .variant).value == .double(1.5))
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `merged sums of doubles are as good as one`(seed: UInt64) throws {
    var mix = SplitMix(seed: seed)
    let values = (0..<20_000).map { _ in Double(Int64(bitPattern: mix.next()) >> 8) * [1e-6, 1, 1e6][mix.below(3)] }
    let set = try AggregateSet([Aggregate("x", .sum, "value")])
    let groups = Groups(set, count: 64)
    for (index, record) in groups.records.enumerated() {
      SketchTests.fold(Array(values[(index * values.count / 64)..<((index + 1) * values.count / 64)]), set, record)
    }
    // As a tree: what is merged has been merged before.
    var width = 1
    while width < 64 {
      for index in stride(from: 0, to: 64, by: 2 * width) {
        groups.merge(index + width, into: groups, index)
      }
      width *= 2
    }
    let magnitude = values.reduce(0) { $0 + $1.magnitude }
    let found = try #require(try groups.results().values[0][0].number)
    #expect((found - AggregateModel.neumaier(values)).magnitude <= magnitude * 0x1p-100 + found.magnitude * 0x1p-52)
  }

  @Test func `counts go past 32 bits when states are merged`() throws {
    let set = try AggregateSet([
      Aggregate("rows", .count), Aggregate("n", .count, "value"), Aggregate("s", .sum, "value"), Aggregate("a", .avg, "value"),
      Aggregate("v", .variance, "value"), Aggregate("q", .quantile, "value", parameter: 0.5), Aggregate("c", .counts, "value"),
    ])
    let groups = Groups(set, count: 2)
    SketchTests.fold([1, 3, 1, 3], set, groups.records[0])
    // Each turn makes three of one.
    for _ in 0..<20 {
      groups.set.destroy(groups.records[1])
      groups.set.initialize(groups.records[1])
      groups.merge(0, into: groups, 1)
      groups.merge(1, into: groups, 0)
      groups.merge(1, into: groups, 0)
    }
    let rows = try #require(try groups.results().values[0][0].number)
    let found = try groups.results().values[0]
    #expect(rows == 4 * 3_486_784_401)
    #expect(found[1] == found[0])
    #expect(found[2].number == 2 * rows)
    #expect(found[3] == .double(2))
    #expect((found[4].number! - 1).magnitude < 1e-6)
    #expect((found[5].number! - 1).magnitude <= 0.01)
    #expect(found[6] == .counts(["1": Int(rows) / 2, "3": Int(rows) / 2]))
  }

  @Test func `sums of integers become the nearest double`() throws {
    var mix = SplitMix(seed: 5)
    for _ in 0..<3000 {
      let values = (0..<(1 + mix.below(6))).map { _ in Int64(bitPattern: mix.next()) >> Int64(mix.below(60)) }
      let exact = values.reduce(Int128(0)) { $0 + Int128($1) }
      let set = try AggregateSet([Aggregate("x", .avg, "value")])
      let groups = Groups(set, count: 1)
      let column = ModelColumn(.int, values.map { .int($0) })
      set.begin(values.count, arguments: [column.values(0..<values.count)])
      withExtendedLifetime(column) { set.update(0..<values.count, into: groups.records[0]) }
      #expect(try groups.results().values[0][0] == .double(Double(exact) / Double(values.count)), "\(values)")
    }
  }
}
