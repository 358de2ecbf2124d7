import ProofBench
import TestSupport

/// The operator `moving`, slow and obviously right: keeps all rows of a window and looks at each for each result.
struct MovingModel: KeyedModel {
  static let use = "moving"
  static let ports = ["late"]

  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> RollingRows {
    RollingRows(count, partitions: partitions, &random)
  }

  enum Argument: String, CaseIterable {
    case v, n
    case broken = "q == \"bad\" ? 0.0 / 0.0 : v"
    case doubled = "v * 2.0"

    func value(_ row: RollingRow) -> Cell {
      switch self {
      case .v: return row["v"]
      case .n: return row["n"]
      case .broken: return row["q"] == .text("bad") ? .double(.nan) : row["v"]
      case .doubled: return row.double("v").map { .double($0 * 2) } ?? .null
      }
    }
  }

  struct Result {
    var name: String
    var function: String
    var argument: Argument?
    /// Only rows in which `v` is positive.
    var isFiltered = false

    var text: String {
      let call = "\(function)(\(argument?.rawValue ?? ""))".replacing("\"", with: "\\\"")
      return isFiltered ? "\(name): { fn: \"\(call)\", filter: v > 0.0 }" : "\(name): \"\(call)\""
    }
  }

  var keys: [String]
  var count: Int?
  var length: Int64?
  var ttl: Int64?
  var results: [Result]

  var options: [String] {
    var options = [count.map { "count: \($0)" } ?? "time: \(length ?? 0)ns"]
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    if let ttl { options.append("ttl: \(ttl)ns") }
    return options + ["set: { \(results.map(\.text).joined(separator: ", ")) }"]
  }

  init(_ unit: Int64, _ random: inout SplitMix) {
    keys = [[], ["k"], ["k"], ["k", "j"], ["j"]][random.below(5)]
    if random.below(2) == 0 {
      count = 1 + random.below([3, 20, 100][random.below(3)])
      if random.below(2) == 0 { ttl = Int64(1 + random.below(60)) * unit }
    } else {
      length = Int64(1 + random.below(60)) * unit
      if random.below(2) == 0 { ttl = length! + Int64(random.below(60)) * unit }
    }
    let functions = ["count", "sum", "avg", "min", "max", "stddev", "variance"]
    results = [Result(name: "rows", function: "count")]
    for number in 0..<1 + random.below(5) {
      let function = functions[random.below(functions.count)]
      let argument = Argument.allCases[random.below(Argument.allCases.count)]
      let isBare = function == "count" && random.below(2) == 0
      results.append(
        Result(
          name: "r\(number)", function: function, argument: isBare ? nil : argument, isFiltered: random.below(4) == 0))
    }
  }

  func hold(_ run: ManifestRun, _ rows: [RollingRow], _ replay: String) {
    RollingCheck(replay: replay).hold(run, rows, verdicts(rows))
  }

  private struct Window {
    var latest = Int64.min
    var rows: [RollingRow] = []
  }

  private func verdicts(_ rows: [RollingRow]) -> [RollingCheck.Verdict] {
    var windows: [[UInt8]: Window] = [:]
    return rows.map { row in
      let key = Cell.keyBytes(row.key(keys))
      var window = windows[key] ?? Window()
      if let ttl = ttl ?? length, window.latest > .min, Int128(row.clock) > Int128(window.latest) + Int128(ttl) {
        window = Window()
      }
      if let length, window.latest > .min {
        let age = Int128(window.latest) - Int128(row.time) - Int128(length)
        if age >= 0 { return .late(Int64(age)) }
      }
      window.latest = max(window.latest, row.time)
      window.rows.append(row)
      if let length { window.rows.removeAll { Int128(window.latest) - Int128($0.time) >= Int128(length) } }
      if let count, window.rows.count > count { window.rows.removeFirst() }
      windows[key] = window
      return .passes(results.map { ($0.name, Self.expected($0, window.rows)) })
    }
  }

  private static func expected(_ result: Result, _ window: [RollingRow]) -> Expectation {
    let rows = result.isFiltered ? window.filter { ($0.double("v") ?? 0) > 0 } : window
    guard let argument = result.argument else { return .exactly(.int(Int64(rows.count))) }
    let values = rows.map { argument.value($0) }.filter { $0 != .null }
    if result.function == "count" { return .exactly(.int(Int64(values.count))) }
    let ints = values.compactMap { if case .int(let value) = $0 { value } else { nil } }
    if argument == .n {
      let sum = ints.reduce(Int128(0)) { $0 + Int128($1) }
      switch result.function {
      case "sum": return Int64(exactly: sum).map { .exactly(.int($0)) } ?? .unrepresentable
      case "min": return .exactly(ints.min().map { .int($0) } ?? .null)
      case "max": return .exactly(ints.max().map { .int($0) } ?? .null)
      case "avg": return ints.isEmpty ? .exactly(.null) : .near(Double(sum) / Double(ints.count), abs(Double(sum)).ulp)
      default: break
      }
    }
    let numbers = values.compactMap(\.number)
    switch result.function {
    case "sum": return sum(numbers, divisor: 1)
    case "avg": return numbers.isEmpty ? .exactly(.null) : sum(numbers, divisor: Double(numbers.count))
    case "min": return .exactly(numbers.filter { !$0.isNaN }.min().map { .double($0 + 0) } ?? .null)
    case "max": return .exactly(numbers.filter { !$0.isNaN }.max().map { .double($0 + 0) } ?? .null)
    default: return spread(numbers, isRoot: result.function == "stddev")
    }
  }

  private static func sum(_ numbers: [Double], divisor: Double) -> Expectation {
    if numbers.contains(where: \.isNaN) { return .near(.nan, 0) }
    let sum = ModelSums.exact(numbers)
    return .near(sum / divisor, ModelSums.bound(numbers) / divisor + (sum / divisor).ulp)
  }

  private static func spread(_ numbers: [Double], isRoot: Bool) -> Expectation {
    guard numbers.count > 1 else { return .exactly(.null) }
    if numbers.contains(where: \.isNaN) { return .near(.nan, 0) }
    let mean = ModelSums.exact(numbers) / Double(numbers.count)
    let variance = ModelSums.exact(numbers.map { ($0 - mean) * ($0 - mean) }) / Double(numbers.count - 1)
    let scale = numbers.map(\.magnitude).max() ?? 0
    let error = 1e-12 * variance + 1e-14 * Double(numbers.count) * scale * scale
    if !isRoot { return .near(variance, error) }
    return .near(variance.squareRoot(), (variance + error).squareRoot() - max(0, variance - error).squareRoot())
  }
}
