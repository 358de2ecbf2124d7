import Aggregates
import Glibc
import PluginKit
import TestSupport
import Testing

/// Sketches, by their errors.
@Suite struct SketchTests {
  enum Shape: CaseIterable {
    case uniform, normal, exponential, logNormal, pareto, constant, negative, twoSigns, tiny, huge, subnormal, integers,
      outliers
    case wide

    func draw(_ mix: inout SplitMix) -> Double {
      let u = Double(mix.next() >> 11) * 0x1p-53 + 0x1p-54
      switch self {
      case .uniform: return u
      case .normal: return Self.normal(u, &mix) + 10
      case .exponential: return -log(u)
      case .logNormal: return exp(3 * Self.normal(u, &mix))
      case .pareto: return pow(u, -2)
      case .constant: return 42.42
      case .negative: return -1 - 1000 * u
      case .twoSigns: return Self.normal(u, &mix)
      case .tiny: return u * 1e-300
      case .huge: return u * 1.7e308
      case .subnormal: return u * 0x1p-1030
      case .integers: return (u * 50).rounded(.down)
      case .outliers: return mix.below(50) == 0 ? pow(10, 600 * u - 300) : u
      // Over all magnitudes that doubles have: more than a sketch keeps apart.
      case .wide: return pow(10, 616 * u - 308)
      }
    }

    private static func normal(_ u: Double, _ mix: inout SplitMix) -> Double {
      (-2 * log(u)).squareRoot() * cos(2 * .pi * Double(mix.next() >> 11) * 0x1p-53)
    }
  }

  @Test(arguments: Shape.allCases, [1, 2, 10, 5000])
  func `a quantile is within 1 % of the value at its rank`(shape: Shape, count: Int) throws {
    var mix = SplitMix(seed: UInt64(count))
    let values = (0..<count).map { _ in shape.draw(&mix) }
    let sorted = values.sorted()
    let shares = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]
    let set = try AggregateSet(shares.map { Aggregate("q\($0)", .quantile, "value", parameter: $0) })
    // In one state, and in three that are merged.
    let groups = Groups(set, count: 4)
    Self.fold(values, set, groups.records[0])
    Self.fold(Array(values[..<(count / 3)]), set, groups.records[1])
    Self.fold(Array(values[(count / 3)..<(count / 2)]), set, groups.records[2])
    Self.fold(Array(values[(count / 2)...]), set, groups.records[3])
    groups.merge(2, into: groups, 1)
    groups.merge(3, into: groups, 1)
    #expect(groups.save(1) == groups.save(0))
    let found = try groups.results().values[0]
    for (share, value) in zip(shares, found) {
      let exact = sorted[Int((share * Double(count - 1)).rounded(.down))]
      // What lies below all that can be kept apart is only known to be there.
      if shape == .wide || shape == .outliers, exact < sorted[count - 1] * 1e-35, exact < 1e-25 || shape == .wide, share > 0 {
        continue
      }
      #expect((value.number! - exact).magnitude <= 0.0100000001 * exact.magnitude, "\(share): \(value), exact \(exact)")
    }
    #expect(set.heapBytes < 4 * 70_000)
  }

  @Test func `infinities are the ends of a distribution`() throws {
    let set = try AggregateSet([0, 0.5, 1].map { (q: Double) in Aggregate("q\(q)", .quantile, "value", parameter: q) })
    let groups = Groups(set, count: 1)
    Self.fold([.infinity, -.infinity, 3, .nan, .infinity, -.infinity], set, groups.records[0])
    #expect(try groups.results().values[0] == [.double(-.infinity), .double(3), .double(.infinity)])
    var (values, told): (Int, [String]) = (0, [])
    for _ in 0..<2 {
      set.takeLeftOut { _, count, why in
        values += count
        told.append(why ?? "nothing")
      }
    }
    #expect(values == 3 && told.count == 3 && told.allSatisfy { $0.contains("leaves out NaN") }, "\(values) \(told)")
  }

  @Test func `buckets cover every positive double without a gap`() {
    var mix = SplitMix(seed: 9)
    for _ in 0..<3000 {
      let value = Double(bitPattern: mix.next() >> 1)
      guard value.isFinite, value > 0 else { continue }
      let set = QuantileProbe.quantile(of: value, beside: value * 2)
      #expect((set - value).magnitude <= 0.0100000001 * value, "\(value): \(set)")
    }
  }

  @Test(arguments: [0, 1, 2, 255, 256, 257, 300, 1000, 5000, 20_000, 100_000], 0..<3 as Range<UInt64>)
  func `different values are counted within three standard errors`(count: Int, seed: UInt64) throws {
    let set = try AggregateSet([Aggregate("d", .distinct, "value")])
    let groups = Groups(set, count: 3)
    var mix = SplitMix(seed: seed)
    let offset = mix.next() >> 20
    let values = (0..<count).map { Double($0) * 0.5 + Double(offset) }
    Self.fold(values + values.prefix(count / 2), set, groups.records[0])
    Self.fold(Array(values.prefix(2 * count / 3)), set, groups.records[1])
    Self.fold(Array(values.suffix(2 * count / 3)), set, groups.records[2])
    groups.merge(2, into: groups, 1)
    if count > 2 { #expect(groups.save(1) == groups.save(0)) }
    let found = try #require(try groups.results().values[0][0].number)
    let allowed = count <= 256 ? 0 : 3 * 1.04 / 64 * Double(count)
    #expect((found - Double(count)).magnitude <= allowed, "\(found) of \(count)")
  }

  @Test func `equal numbers of different types are one value`() throws {
    let set = try AggregateSet([Aggregate("d", .distinct, "value"), Aggregate("c", .counts, "value")])
    let groups = Groups(set, count: 1)
    let values: [ModelValue] = [
      .int(1), .double(1), .double(-0.0), .int(0), .double(.nan), .double(-.nan), .uint(1 << 63), .double(0x1p63), .string("1"),
      .double(1.5), .bool(true), .null, .absent, .object,
    ]
    let column = ModelColumn(.variant, values)
    set.begin(values.count, arguments: [column.values(0..<values.count)])
    withExtendedLifetime(column) { set.update(0..<values.count, into: groups.records[0]) }
    let results = try groups.results().values[0]
    #expect(results[0] == .int(7))
    #expect(results[1] == .counts(["1": 3, "0": 2, "NaN": 2, "9223372036854775808": 2, "1.5": 1, "true": 1]))
    #expect(LeftOutTests.taken(set) == ["d": 1, "c": 1])
  }

  @Test func `counts of more than 1,000 values are null and say so`() throws {
    let set = try AggregateSet([Aggregate("c", .counts, "value")])
    let groups = Groups(set, count: 2)
    Self.fold((0..<1000).map { Double($0) }, set, groups.records[0])
    guard case .counts(let counts) = try groups.results().values[0][0] else {
      Issue.record("no counts")
      return
    }
    #expect(counts.count == 1000)
    Self.fold([-1], set, groups.records[1])
    groups.merge(0, into: groups, 1)
    let found = try groups.results()
    #expect(found.values[1] == [.null])
    #expect(found.failures == ["c has more than 1000 values"])
  }

  static func fold(_ values: [Double], _ set: AggregateSet, _ record: UnsafeMutableRawPointer) {
    values.withUnsafeBufferPointer { values in
      set.begin(values.count, arguments: set.arguments.map { _ in ColumnValues(values) })
      set.update(0..<values.count, into: record)
    }
  }
}

/// What a quantile says of one of two values, whose least and greatest do not give it away.
private enum QuantileProbe {
  static func quantile(of value: Double, beside other: Double) -> Double {
    guard other.isFinite, let set = try? AggregateSet([Aggregate("q", .quantile, "value", parameter: 0.5)]) else {
      return value
    }
    let groups = Groups(set, count: 1)
    SketchTests.fold([value / 2, value, other], set, groups.records[0])
    return (try? groups.results().values[0][0].number) ?? .nan
  }
}
