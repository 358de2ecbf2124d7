import PluginKit
import Testing

/// When a result is the one that the model has.
enum Agreement {
  /// What rounding may make of sums over these rows, relative to the greatest number: one unit a row and some.
  static func scale(_ rows: [ModelRow]) -> Double {
    let numbers = rows.compactMap(\.value.number).filter(\.isFinite).map(\.magnitude)
    return (numbers.max() ?? 0) * 1e-14 * Double(rows.count + 8)
  }

  static func agree(_ found: ModelValue, _ expected: ModelValue, _ type: ColumnType, tolerance: Double) -> Bool {
    switch (found, expected) {
    case (.double(let a), .double(let b)):
      if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
      // Sums that leave the doubles may do so at different places.
      if tolerance > 0, !a.isFinite || !b.isFinite || tolerance.isInfinite || tolerance > 1e290 { return true }
      // A variance is of the square of what it is about.
      let allowed = max(tolerance, tolerance * tolerance * 1e14, b.magnitude * (tolerance > 0 ? 1e-9 : 0))
      return a == b || (a - b).magnitude <= allowed
    case (.double(let a), .int), (.double(let a), .uint): return a == expected.number
    case (.duration(let a), .double(let b)): return (Double(a) - b).magnitude <= 0.5 + max(tolerance, b.magnitude * 1e-9)
    case (.duration(let a), .int(let b)), (.int(let a), .duration(let b)): return a == b
    case (.int, .uint(let b)): return Int64(exactly: b).map { found == .int($0) } ?? false
    case (.uint(let a), .int(let b)): return Int64(exactly: a) == b
    case (.list(let a), .list(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { agree($0, $1, .variant, tolerance: 0) }
    case (.null, .duration), (.null, .double): return type == .duration && tolerance > 0
    default: return found == expected
    }
  }

  /// Within 1 % of the value of rank floor(q (n - 1)).
  static func checkQuantile(_ found: ModelValue, _ rows: [ModelRow], _ q: Double, _ type: ColumnType, _ place: String) {
    let numbers = rows.compactMap(\.value.number).filter { !$0.isNaN }.sorted()
    guard !numbers.isEmpty else {
      #expect(found == .null, "\(place)")
      return
    }
    let exact = numbers[Int((q * Double(numbers.count - 1)).rounded(.down))]
    guard let value = found.number else {
      Issue.record("\(place): \(found)")
      return
    }
    let allowed = exact.magnitude * 0.0100000001 + (type == .duration ? 1 : 0)
    #expect(value == exact || (value - exact).magnitude <= allowed, "\(place): \(value), exact \(exact)")
  }
}
