import Aggregates
import PluginKit
import TestSupport
import Testing

/// Values that an aggregate cannot take: how many of them it counts, and what it says of the first.
@Suite struct LeftOutTests {
  /// Of each aggregate that has left out something since the last call, how many values.
  static func taken(_ set: AggregateSet) -> [String: Int] {
    var found: [String: Int] = [:]
    set.takeLeftOut { aggregate, values, _ in found[aggregate.name, default: 0] += values }
    return found
  }

  /// A set in which each function is over `value`, under its own name.
  private static func set(_ kinds: [Kind]) throws -> AggregateSet {
    try AggregateSet(
      kinds.map { kind in Aggregate(kind.rawValue, kind, "value", parameter: kind == .quantile ? 0.5 : kind == .top ? 3 : nil) }
    )
  }

  private static func fold(_ values: [ModelValue], _ set: AggregateSet, _ groups: Groups) {
    let column = ModelColumn(.variant, values)
    set.begin(values.count, arguments: [column.values(0..<values.count)])
    withExtendedLifetime(column) { set.update(0..<values.count, into: groups.records[0]) }
  }

  private static let values: [ModelValue] = [
    .int(1), .double(2.5), .string("x"), .double(.nan), .object, .object, .object, .null, .absent, .bool(true), .time(5),
  ]

  /// Three values are no numbers, three are none at all, and one is NaN.
  private static func expected(_ kind: Kind) -> Int? {
    switch kind {
    case .count: nil
    case .sum, .avg, .stddev, .variance: 6
    case .quantile: 7
    case .min, .max, .top: 4
    case .first, .last, .distinct, .counts, .list: 3
    }
  }

  @Test(arguments: Kind.allCases)
  func `an aggregate by itself counts what it leaves out`(kind: Kind) throws {
    let set = try Self.set([kind])
    let groups = Groups(set, count: 1)
    Self.fold(Self.values, set, groups)
    #expect(Self.taken(set)[kind.rawValue] == Self.expected(kind))
    #expect(Self.taken(set).isEmpty)
  }

  @Test func `aggregates that share what they keep count each for itself`() throws {
    let set = try Self.set(Kind.allCases)
    let groups = Groups(set, count: 1)
    let expected = Dictionary(
      uniqueKeysWithValues: Kind.allCases.compactMap { kind in
        Self.expected(kind).map { (kind.rawValue, $0) }
      })
    for _ in 0..<3 {
      Self.fold(Self.values, set, groups)
      #expect(Self.taken(set) == expected)
    }
    #expect(Self.taken(set).isEmpty)
  }

  @Test func `values of a filter's other rows are nobody's`() throws {
    let set = try AggregateSet([Aggregate("all", .sum, "value"), Aggregate("some", .sum, "value", filter: "ok")])
    let groups = Groups(set, count: 1)
    let column = ModelColumn(.variant, [.string("x"), .string("y"), .int(3)])
    let mask = ModelColumn(.bool, [.bool(true), .bool(false), .bool(true)])
    set.begin(3, arguments: [column.values(0..<3)], filters: [mask.values(0..<3)])
    withExtendedLifetime((column, mask)) { set.update(0..<3, into: groups.records[0]) }
    #expect(Self.taken(set) == ["all": 2, "some": 1])
  }

  @Test func `the first of a sort say why, and those after them nothing`() throws {
    let set = try Self.set([.sum, .min])
    let groups = Groups(set, count: 1)
    var told: [String] = []
    func fold(_ values: ModelValue...) {
      Self.fold(values, set, groups)
      set.takeLeftOut { aggregate, values, why in told.append("\(aggregate.name) \(values) \(why ?? "-")") }
    }
    fold(.int(1))
    #expect(told.isEmpty)
    fold(.string("x"), .string("y"))
    fold(.string("z"))
    fold(.object, .double(.nan))
    fold(.double(.nan))
    #expect(
      told == [
        "sum 2 'sum' leaves out values of 'value' that 'sum' cannot take: it takes numbers; of texts that hold numbers, "
          + "double(value) makes some",
        "sum 1 -", "sum 1 -",
        "min 1 'min' leaves out values of 'value' that 'min' cannot take: it takes numbers, texts, times and truths, no objects "
          + "or lists; name a field of the object",
        "min 1 'min' leaves out NaN, which 'min' has no place for", "min 1 -",
      ])
  }
}
