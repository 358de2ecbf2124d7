import Aggregates
import Glibc
import PluginKit

/// A row of a group as the model sees it.
struct ModelRow {
  var value: ModelValue
  var time: Int64
  var id: Int64
  var passes: Bool
}

/// Aggregates computed from all rows of a group at once, in the plainest way.
enum AggregateModel {
  /// The result over rows in the order in which they came. Nil for sketches, which are judged by their error.
  static func result(_ function: Kind, parameter: Double?, of rows: [ModelRow], hasArgument: Bool) -> ModelValue? {
    if function == .count, !hasArgument { return .int(Int64(rows.count)) }
    let present = rows.filter(\.value.hasValue)
    if function == .count { return .int(Int64(present.count)) }
    let values = present.map(\.value).filter { $0 != .object }
    let numbers = values.compactMap(\.number)
    let ordered = present.filter { $0.value != .object }.enumerated()
      .sorted { ($0.element.time, $0.element.id, $0.offset) < ($1.element.time, $1.element.id, $1.offset) }.map(\.element.value)
    switch function {
    case .count: return nil
    case .sum: return sum(values)
    case .avg:
      guard !numbers.isEmpty else { return .null }
      let total = sum(values)
      return .double((total.number ?? Double(values.compactMap(\.integer).reduce(0, +))) / Double(numbers.count))
    case .min: return extreme(values, isMax: false)
    case .max: return extreme(values, isMax: true)
    case .first: return ordered.first ?? .null
    case .last: return ordered.last ?? .null
    case .variance: return variance(numbers).map { .double($0) } ?? .null
    case .stddev: return variance(numbers).map { .double($0.squareRoot()) } ?? .null
    case .counts:
      let keys = Set(values.map(\.canonical))
      guard keys.count <= 1000 else { return .null }
      return .counts(Dictionary(values.map { ($0.name, 1) }, uniquingKeysWith: +))
    case .top:
      let sorted = ordered.filter { !$0.isNaN }.enumerated()
        .sorted { $1.element.isLess($0.element) || (!$0.element.isLess($1.element) && $0.offset < $1.offset) }.map(\.element)
      return .list(Array(sorted.prefix(Int(parameter!))))
    case .list: return .list(Array(ordered.prefix(Int(parameter!))))
    case .distinct, .quantile: return nil
    }
  }

  /// Integers exactly, doubles as Neumaier has it, the integers joining last. An integer beyond 64 bits has no result.
  private static func sum(_ values: [ModelValue]) -> ModelValue {
    let integers = values.compactMap(\.integer)
    let doubles = values.compactMap { value in if case .double(let double) = value { double } else { nil } }
    let exact = integers.reduce(0, +)
    if doubles.isEmpty { return Int64(exactly: exact).map { .int($0) } ?? .null }
    return .double(neumaier(doubles + (integers.isEmpty ? [] : [Double(exact)])))
  }

  /// A. Neumaier, ZAMM 54 (1974), with its comparison.
  static func neumaier(_ values: [Double]) -> Double {
    var (sum, lost) = (0.0, 0.0)
    for value in values {
      let total = sum + value
      if sum.magnitude >= value.magnitude { lost += (sum - total) + value } else { lost += (value - total) + sum }
      sum = total
    }
    return sum.isFinite ? sum + lost : sum
  }

  private static func extreme(_ values: [ModelValue], isMax: Bool) -> ModelValue {
    var found: ModelValue = .null
    for value in values where !value.isNaN {
      let value: ModelValue = value == .double(-0.0) ? .double(0) : value
      if found == .null || (isMax ? found.isLess(value) : value.isLess(found)) {
        found = value
      } else if !found.isLess(value), !value.isLess(found), value.integer != nil {
        found = value
      }
    }
    return found
  }

  /// Welford's, one by one.
  private static func variance(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    var (mean, squares) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let distance = value - mean
      mean += distance / Double(index + 1)
      squares += distance * (value - mean)
    }
    return squares / Double(values.count - 1)
  }
}
