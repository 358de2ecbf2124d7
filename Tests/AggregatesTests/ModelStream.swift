import Aggregates
import PluginKit
import TestSupport

/// A random stream of rows for several groups, and the ways to fold it.
struct ModelStream {
  let type: ColumnType
  var rows: [ModelRow]
  var groups: [Int]
  let groupCount: Int

  static let types: [ColumnType] = [.double, .int, .uint64, .string, .bool, .time, .duration, .variant]

  init(_ type: ColumnType, rows count: Int, groups: Int, _ mix: inout SplitMix) {
    self.type = type
    groupCount = groups
    let hasNulls = mix.below(2) == 0
    let isTame = mix.below(2) == 0
    rows = (0..<count).map { index in
      let value: ModelValue =
        hasNulls && mix.below(4) == 0 ? (mix.below(2) == 0 ? .null : .absent) : Self.value(type, isTame, &mix)
      return ModelRow(value: value, time: Int64(mix.below(40)) - 20, id: Int64(index * 7 % 1000), passes: mix.below(3) > 0)
    }
    self.groups = rows.map { _ in mix.below(groups) }
  }

  static func value(_ type: ColumnType, _ isTame: Bool, _ mix: inout SplitMix) -> ModelValue {
    switch type {
    case .double:
      let special = [
        Double.nan, .infinity, -.infinity, -0.0, 0, 1e16, -1e16, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0x1p53,
      ]
      return .double(!isTame && mix.below(6) == 0 ? special[mix.below(special.count)] : Double(mix.below(2001) - 1000) / 7)
    case .int:
      let special = [Int64.min, .max, 0, -1, 1 << 53 + 1]
      return .int(!isTame && mix.below(4) == 0 ? special[mix.below(special.count)] : Int64(mix.below(100)) - 50)
    case .uint64: return .uint(isTame ? UInt64(mix.below(1000)) : mix.next())
    case .bool: return .bool(mix.below(2) == 0)
    case .time: return .time(isTame ? Int64(mix.below(50)) : Int64(bitPattern: mix.next()))
    case .duration: return .duration(Int64(mix.below(1_000_000)) - 500_000)
    case .string:
      let texts = [
        "", "a", "ü", "é\u{301}", "12345678", "123456789", "日本語のテキスト", String(repeating: "x", count: 100), "\u{0}", "🦀🦀🦀",
      ]
      return .string(texts[mix.below(texts.count)] + (mix.below(3) == 0 ? "\(mix.below(9))" : ""))
    default:
      if mix.below(12) == 0 { return .object }
      let all: [ColumnType] = isTame ? [.int, .double] : [.int, .double, .double, .uint64, .string, .bool, .time]
      let value = value(all[mix.below(all.count)], isTame, &mix)
      // A variant has no unsigned integers of its own.
      if case .uint(let number) = value { return number >> 63 == 0 ? .int(Int64(number)) : value }
      return value
    }
  }

  /// Rows of a group, as many as pass when there is a filter.
  func rows(of group: Int, filtered: Bool) -> [ModelRow] {
    zip(rows, groups).filter { $1 == group && (!filtered || $0.passes) }.map(\.0)
  }

  /// Folds a range of the stream in, in batches of random length, by random ways to do so.
  func fold(
    _ range: Range<Int>, into set: AggregateSet, _ records: [UnsafeMutableRawPointer], batch: Int, _ mix: inout SplitMix
  ) {
    let column = ModelColumn(type, rows.map(\.value))
    let truths = ModelColumn(.bool, rows.map { $0.passes ? .bool(true) : $0.id % 3 == 0 ? .absent : .bool(false) })
    defer { withExtendedLifetime((column, truths)) {} }
    let (times, ids) = (rows.map(\.time), rows.map(\.id))
    var at = range.lowerBound
    while at < range.upperBound {
      let end = min(range.upperBound, at + 1 + mix.below(batch))
      let part = at..<end
      at = end
      times.withUnsafeBufferPointer { times in
        ids.withUnsafeBufferPointer { ids in
          set.begin(
            part.count, arguments: set.arguments.map { _ in column.values(part) },
            filters: set.filters.map { _ in truths.values(part) },
            times: times.baseAddress! + part.lowerBound, ids: ids.baseAddress! + part.lowerBound)
          update(part, set, records, mix.below(3))
        }
      }
    }
  }

  private func update(_ part: Range<Int>, _ set: AggregateSet, _ records: [UnsafeMutableRawPointer], _ way: Int) {
    let own = part.map { records[groups[$0]] }
    switch way {
    case 0: own.withUnsafeBufferPointer { set.update(records: $0.baseAddress!) }
    case 1:
      var from = 0
      while from < part.count {
        var to = from + 1
        while to < part.count, own[to] == own[from] { to += 1 }
        set.update(from..<to, into: own[from])
        from = to
      }
    default:
      for group in Set(groups[part]).sorted() {
        let rows = part.indices.filter { groups[$0] == group }.map { UInt32($0 - part.lowerBound) }
        let same = rows.map { _ in records[group] }
        rows.withUnsafeBufferPointer { rows in
          same.withUnsafeBufferPointer { set.update(rows.count, rows: rows.baseAddress!, records: $0.baseAddress!) }
        }
      }
    }
  }
}

/// Every function, with and without a filter, over one argument.
func everyAggregate() throws -> AggregateSet {
  let (value, passes): (Expression, Expression) = ("value", "passes")
  var all: [Aggregate] = []
  for filter in [nil, passes] {
    let suffix = filter == nil ? "" : "_passing"
    all.append(Aggregate("rows" + suffix, .count, filter: filter))
    for function in Kind.allCases {
      let parameters: [Double?] =
        switch function {
        case .quantile: [0, 0.5, 0.99, 1]
        case .top: [1, 5]
        case .list: [3, 10_000]
        default: [nil]
        }
      for parameter in parameters {
        let name = "\(function)\(parameter.map { "\($0)" } ?? "")\(suffix)"
        all.append(Aggregate(name, function, value, parameter: parameter, filter: filter))
      }
    }
  }
  return try AggregateSet(all)
}
