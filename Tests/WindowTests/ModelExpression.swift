import ProofBench

/// An expression of the tests: as a manifest has it, and as plain Swift.
struct ModelExpression {
  /// What it gives.
  enum Kind: Hashable { case bool, int, double, text, time }

  var text: String
  var type: Kind
  /// nil when the expression errs; `.null` when a field that it reads is null.
  var evaluate: @Sendable (ModelRow) -> Cell?

  /// A field as it stands.
  static func field(_ name: String, _ type: Kind) -> ModelExpression {
    ModelExpression(text: name, type: type) { $0[name] }
  }

  static let value = field("value", .double)
  static let n = field("n", .int)
  static let s = field("s", .text)
  static let b = field("b", .bool)
  static let at = field("at", .time)

  static let scaled = ModelExpression(text: "value * 2.0 + 1.0", type: .double) { row in
    guard case .double(let value)? = row["value"] else { return nil }
    return .double(value * 2 + 1)
  }
  static let next = ModelExpression(text: "n + 1", type: .int) { row in
    guard case .int(let n)? = row["n"] else { return nil }
    return n == .max ? nil : .int(n + 1)
  }
  /// Not a number in rows of bad quality.
  static let broken = ModelExpression(text: "q == \"bad\" ? 0.0 / 0.0 : value", type: .double) { row in
    guard case .text(let quality)? = row["q"] else { return nil }
    return quality == "bad" ? .double(.nan) : row["value"]
  }
  /// Infinite in rows of bad quality.
  static let endless = ModelExpression(text: "q == \"bad\" ? 1.0 / 0.0 : value", type: .double) { row in
    guard case .text(let quality)? = row["q"] else { return nil }
    return quality == "bad" ? .double(.infinity) : row["value"]
  }
  static let length = ModelExpression(text: "size(s)", type: .int) { row in
    guard case .text(let text)? = row["s"] else { return nil }
    return .int(Int64(text.unicodeScalars.count))
  }

  static let numbers = [value, n, scaled, next, broken, endless, length]
  static let all = numbers + [s, b, at]

  static let isGood = ModelExpression(text: "q == \"good\"", type: .bool) { row in
    guard case .text(let quality)? = row["q"] else { return nil }
    return .bool(quality == "good")
  }
  static let isPositive = ModelExpression(text: "value > 0.0", type: .bool) { row in
    guard case .double(let value)? = row["value"] else { return nil }
    return .bool(value > 0)
  }
}
