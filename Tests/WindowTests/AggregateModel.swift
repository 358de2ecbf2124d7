import ProofBench

/// An aggregate written in the plainest way: over the whole list of a window's values.
struct AggregateModel {
  /// A value of the argument with what orders it among the others.
  struct Entry {
    var value: Cell
    var time: Int64
    var id: Int64
  }

  enum Function: Hashable {
    case countRows, count, sum, avg, min, max, first, last, stddev, variance, distinct, counts
    case quantile(Double)
    case top(Int)
    case list
  }

  var name: String
  var function: Function
  var argument: ModelExpression?
  var filter: ModelExpression?

  /// As it stands in a manifest.
  var text: String {
    let value = argument?.text ?? ""
    let call =
      switch function {
      case .countRows: "count()"
      case .quantile(let q): "quantile(\(value), \(q))"
      case .top(let k): "top(\(value), \(k))"
      default: "\(function)(\(value))"
      }
    return filter.map { "{ fn: '\(call)', filter: '\($0.text)' }" } ?? "'\(call)'"
  }

  /// - Parameters:
  ///   - rows: those of a window, in the order in which they were added.
  ///   - inOrder: double sums were added one after the other and not merged from parts.
  func expected(over rows: [ModelRow], inOrder: Bool) -> Expectation {
    let chosen = rows.filter { row in filter.map { $0.evaluate(row) == .bool(true) } ?? true }
    guard let argument else { return .exactly(.int(Int64(chosen.count))) }
    let entries = chosen.compactMap { row -> Entry? in
      guard let value = argument.evaluate(row), value != .null else { return nil }
      return Entry(value: value, time: row.time, id: row.id)
    }
    let values = entries.map(\.value)
    switch function {
    case .countRows, .count: return .exactly(.int(Int64(values.count)))
    case .sum: return Self.sum(values, of: argument.type, inOrder: inOrder)
    case .avg: return Self.average(values)
    case .min: return .exactly(Self.ordered(values).first ?? .null)
    case .max: return .exactly(Self.ordered(values).last ?? .null)
    case .first: return .exactly(Self.inTime(entries).first ?? .null)
    case .last: return .exactly(Self.inTime(entries).last ?? .null)
    case .variance: return Self.variance(values, root: false)
    case .stddev: return Self.variance(values, root: true)
    case .quantile(let q): return Self.quantile(values, q)
    case .distinct: return Self.distinct(values)
    case .counts: return Self.counts(values)
    case .top(let k):
      let greatest = Self.inTime(entries).filter { !$0.isNaN }.enumerated().sorted { a, b in
        Self.isLess(b.element, a.element) || (!Self.isLess(a.element, b.element) && a.offset < b.offset)
      }
      return .exactly(.list(greatest.prefix(k).map(\.element)))
    case .list: return .exactly(.list(Self.inTime(entries)))
    }
  }

  /// By event time, then id.
  private static func inTime(_ entries: [Entry]) -> [Cell] {
    entries.sorted { ($0.time, $0.id) < ($1.time, $1.id) }.map(\.value)
  }

  private static func ordered(_ values: [Cell]) -> [Cell] { values.filter { !$0.isNaN }.sorted(by: isLess) }

  static func isLess(_ a: Cell, _ b: Cell) -> Bool {
    switch (a, b) {
    case (.bool(let x), .bool(let y)): !x && y
    case (.int(let x), .int(let y)), (.time(let x), .time(let y)): x < y
    case (.double(let x), .double(let y)): x < y
    case (.text(let x), .text(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    default: false
    }
  }

  // MARK: Sums

  private static func sum(_ values: [Cell], of type: ModelExpression.Kind, inOrder: Bool) -> Expectation {
    if type == .int {
      let sum = wholeSum(values)
      return Int64(exactly: sum).map { .exactly(.int($0)) } ?? .unrepresentable
    }
    let numbers = values.compactMap(\.number)
    if let special = specialSum(numbers) { return .exactly(.double(special)) }
    if inOrder { return .exactly(.double(ModelSums.neumaier(numbers))) }
    return .near(ModelSums.exact(numbers), ModelSums.bound(numbers))
  }

  private static func wholeSum(_ values: [Cell]) -> Int128 {
    values.reduce(into: Int128(0)) { sum, value in if case .int(let int) = value { sum += Int128(int) } }
  }

  /// The sum where it is not finite.
  private static func specialSum(_ numbers: [Double]) -> Double? {
    if numbers.contains(where: \.isNaN) { return .nan }
    let (up, down) = (numbers.contains(.infinity), numbers.contains(-.infinity))
    return up && down ? .nan : up ? .infinity : down ? -.infinity : nil
  }

  private static func average(_ values: [Cell]) -> Expectation {
    guard let first = values.first else { return .exactly(.null) }
    if case .int = first {
      let mean = Double(wholeSum(values)) / Double(values.count)
      return .near(mean, mean.ulp)
    }
    let numbers = values.compactMap(\.number)
    if let special = specialSum(numbers) { return .exactly(.double(special)) }
    let mean = ModelSums.exact(numbers) / Double(numbers.count)
    return .near(mean, ModelSums.bound(numbers) / Double(numbers.count) + mean.ulp)
  }

  /// Of a sample: divided by one less than there are values.
  private static func variance(_ values: [Cell], root: Bool) -> Expectation {
    let numbers = values.compactMap(\.number)
    guard numbers.count > 1 else { return .exactly(.null) }
    guard numbers.allSatisfy(\.isFinite) else { return .exactly(.double(.nan)) }
    let count = Double(numbers.count)
    let mean = ModelSums.exact(numbers) / count
    let variance = ModelSums.exact(numbers.map { ($0 - mean) * ($0 - mean) }) / (count - 1)
    // Welford's error grows with the values over their deviation.
    let bound = 1e-14 * count * (variance + abs(mean) * variance.squareRoot() + mean * mean * 1e-14)
    guard root else { return .near(variance, bound) }
    let deviation = variance.squareRoot()
    return .near(deviation, deviation > 0 ? bound / deviation + deviation.ulp : bound.squareRoot())
  }

  // MARK: Sketches

  private static func quantile(_ values: [Cell], _ q: Double) -> Expectation {
    let numbers = values.compactMap(\.number).filter { !$0.isNaN }.sorted()
    guard !numbers.isEmpty else { return .exactly(.null) }
    let rank = q * Double(numbers.count - 1)
    return .nearOne(of: [numbers[Int(rank.rounded(.down))], numbers[Int(rank.rounded(.up))]], relative: 0.01 + 1e-12)
  }

  /// Exact for a few; then within four standard errors of 4,096 registers, each 1.04 / 64.
  private static func distinct(_ values: [Cell]) -> Expectation {
    let different = Set(values.map(\.keyBytes)).count
    guard different > 256 else { return .exactly(.int(Int64(different))) }
    return .near(Double(different), Double(different) * 0.065)
  }

  private static func counts(_ values: [Cell]) -> Expectation {
    // By bytes: texts that Swift calls equal may differ in them.
    var counts: [[UInt8]: Int64] = [:]
    for value in values { counts[Array(value.nameInCounts.utf8), default: 0] += 1 }
    let names = counts.keys.sorted { $0.lexicographicallyPrecedes($1) }
    return .exactly(.object(names.map { .init(name: String(decoding: $0, as: UTF8.self), value: .int(counts[$0]!)) }))
  }
}

extension Cell {
  var isNaN: Bool {
    if case .double(let value) = self { return value.isNaN }
    return false
  }

  /// How a value is named as a key of `counts`.
  fileprivate var nameInCounts: String {
    if case .text(let text) = self { return text }
    return description
  }
}
