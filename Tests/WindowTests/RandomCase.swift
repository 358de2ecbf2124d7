import ProofBench
import TestSupport

/// Chooses windows, options and rows from a seed: the whole case replays from it.
struct RandomCase {
  let seed: UInt64
  private var random: SplitMix
  /// The length of the windows of `test`, about.
  private(set) var span: Int64 = 1
  /// The length that everything else is measured in.
  private let unit: Int64
  private let base: Int64

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix(seed: seed)
    unit = [6000, 6_000_000, 6_000_000_000, 60_000_000_000][random.below(4)]
    let origins: [Int64] = [
      0, 1_700_000_000_000_000_000, -1_000_000_000, -5_000_000_000_000_000_000, Self.first + 100_000_000_000_000,
      Self.last - 100_000_000_000_000,
    ]
    base = origins[random.below(origins.count)]
  }

  /// 1 January 1678 and 31 December 2261, between which event times are.
  private static let first: Int64 = -9_214_560_000_000_000_000
  private static let last: Int64 = 9_214_646_399_999_999_999

  private mutating func pick<T>(_ choices: [T]) -> T { choices[random.below(choices.count)] }
  private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }

  // MARK: The window

  /// A case over windows of fixed place or sessions, by one of five kinds.
  mutating func test(_ kind: Int, aggregates: Int = 4) -> WindowCase {
    let size = Int64(2 + random.below(40)) * unit
    let offset = chance(30) ? Int64(random.below(Int(size / unit))) * unit : 0
    // A sixth of the unit is the least length that a window may have.
    let step = size / Int64(1 + random.below(6))
    let chosen: WindowKind =
      switch kind {
      case 0: .tumbling(size, offset: offset)
      case 1: .sliding(size: size, every: step, offset: offset % step)
      case 2: .cumulate(size: step * Int64(1 + random.below(6)), step: step, offset: 0)
      case 3: .session(gap: size / 6)
      default: .sliding(size: size, every: size * 2 / 3, offset: 0)
      }
    return test(chosen, span: size, aggregates: aggregates)
  }

  /// The same over a kind of window; `span` is a length that fits it.
  mutating func test(_ kind: WindowKind, span: Int64, aggregates: Int = 4) -> WindowCase {
    self.span = span
    var test = WindowCase(
      kind: kind, aggregates: [], delay: chance(20) ? 0 : Int64(random.below(20)) * max(1, span / 12))
    test.keys = pick([[], ["k"], ["k"], ["j"], ["k", "j"], ["b", "k"]])
    test.aggregates = [AggregateModel(name: "rows", function: .countRows)]
    for index in 0..<aggregates { test.aggregates.append(aggregate("a\(index)")) }
    if chance(50) {
      test.allowedLateness = Int64(1 + random.below(30)) * max(1, span / 10)
      if chance(60) { test.late = pick([.correct, .recompute, .drop]) }
    }
    return test
  }

  private mutating func aggregate(_ name: String) -> AggregateModel {
    typealias Function = AggregateModel.Function
    let filter = chance(25) ? pick([ModelExpression.isGood, .isPositive]) : nil
    let function: Function = pick([
      .countRows, .count, .sum, .sum, .avg, .min, .max, .first, .last, .stddev, .variance, .distinct, .quantile(0.5),
      .quantile(0.99), .counts, .top(3), .list,
    ])
    let argument: ModelExpression? =
      switch function {
      case .countRows: nil
      case .sum, .avg, .stddev, .variance: pick(ModelExpression.numbers)
      case .quantile: pick([.value, .n, .scaled, .broken, .length])
      case .counts: pick([.s])
      case .top: pick([.value, .n, .broken, .length])
      case .min, .max: pick(ModelExpression.all)
      default: pick(ModelExpression.all)
      }
    return AggregateModel(name: name, function: function, argument: argument, filter: filter)
  }

  // MARK: The rows

  private static let names = ["a", "b", "\u{e4}\u{f6}", "\u{1F30A}", "", "a b", "Z", "e\u{301}", "\u{e9}"]

  /// Rows of each partition in their order.
  ///
  /// - Parameters:
  ///   - span: times advance by about a tenth of it.
  ///   - origin: where times begin, in place of one that the seed gives.
  mutating func rows(_ count: Int, partitions: Int, span: Int64, origin: Int64? = nil) -> [[ModelRow]] {
    var partitioned = [[ModelRow]](repeating: [], count: partitions)
    var heads = [Int64](repeating: origin ?? base, count: partitions)
    let names = Array(Self.names.prefix(1 + random.below(Self.names.count)))
    let isOften = chance(50)
    let step = max(1, span / Int64(1 + random.below(20)))
    for number in 0..<count {
      let partition = random.below(partitions)
      if !chance(20) { heads[partition] += Int64(random.below(Int(clamping: step))) }
      if chance(2) { heads[partition] += span * Int64(1 + random.below(5)) }
      var back: Int64 = 0
      if chance(30) { back = Int64(random.below(Int(clamping: max(1, span)))) }
      if chance(5) { back = span * Int64(random.below(5)) }
      let time = min(max(heads[partition] - back, Self.first), Self.last)
      heads[partition] = min(heads[partition], Self.last)
      partitioned[partition].append(
        ModelRow(
          number: number, partition: partition, id: Int64(partition) << 48 | Int64(partitioned[partition].count), time: time,
          fields: fields(names, exact: isOften, at: time)))
    }
    return partitioned
  }

  private mutating func fields(_ names: [String], exact: Bool, at time: Int64) -> ModelRow.Fields {
    var fields: ModelRow.Fields = []
    func put(_ name: String, _ value: Cell) { fields.append((name, value)) }
    if chance(95) { put("k", chance(5) ? .null : .text(pick(names))) }
    if chance(95) { put("j", chance(5) ? .null : .int(Int64(random.below(3)))) }
    if chance(90) { put("b", .bool(chance(50))) }
    if chance(90) { put("value", chance(10) ? .null : .double(exact ? Double(random.below(400) - 200) / 4 : wildDouble())) }
    if chance(90) { put("n", chance(10) ? .null : .int(wildInt())) }
    if chance(90) { put("s", chance(10) ? .null : .text(pick(Self.names))) }
    put("q", .text(pick(["good", "good", "bad"])))
    if chance(90) { put("at", .time(min(max(time, Self.first), Self.last - 1000) + Int64(random.below(1000)))) }
    return fields
  }

  private mutating func wildDouble() -> Double {
    let fraction = Double(random.below(1 << 50)) / Double(1 << 50) - 0.5
    return pick([fraction, fraction * 100, fraction * 1e12, fraction * 1e-9, 0, 1e16, 1])
  }

  private mutating func wildInt() -> Int64 {
    switch random.below(12) {
    case 0: .max
    case 1: .min
    case 2: Int64(truncatingIfNeeded: random.next())
    default: Int64(random.below(41)) - 20
    }
  }

  // MARK: The order of arrival

  /// How many rows of which partition come next.
  struct Chunk {
    var partition: Int
    var rows: Range<Int>
  }

  /// Cuts the rows into frames of at most `limit` rows and lays those of the partitions between each other at random.
  mutating func schedule(_ partitions: [[ModelRow]], limit: Int) -> [Chunk] {
    var next = [Int](repeating: 0, count: partitions.count)
    var chunks: [Chunk] = []
    while true {
      let open = partitions.indices.filter { next[$0] < partitions[$0].count }
      guard !open.isEmpty else { return chunks }
      let partition = pick(open)
      let count = min(partitions[partition].count - next[partition], chance(50) ? limit : 1 + random.below(limit))
      chunks.append(Chunk(partition: partition, rows: next[partition]..<next[partition] + count))
      next[partition] += count
    }
  }
}
