import PluginKit

/// A value of a test: what goes into a column, and what comes out of one.
enum ModelValue: Hashable, Sendable, CustomStringConvertible {
  case null
  /// Not there.
  case absent
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case time(Int64)
  case duration(Int64)
  case string(String)
  /// What no aggregate takes.
  case object
  case list([ModelValue])
  case counts([String: Int])

  var hasValue: Bool { self != .null && self != .absent }

  /// Numbers as the nearest double; durations as nanoseconds.
  var number: Double? {
    switch self {
    case .int(let value), .duration(let value): Double(value)
    case .uint(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
  var integer: Int128? {
    switch self {
    case .int(let value), .duration(let value): Int128(value)
    case .uint(let value): Int128(value)
    default: nil
    }
  }
  var isNaN: Bool { if case .double(let value) = self { value.isNaN } else { false } }

  /// Values of different kinds in a fixed order, numbers as one kind.
  var rank: Int {
    switch self {
    case .null, .absent, .object, .list, .counts: 0
    case .bool: 1
    case .int, .uint, .double: 2
    case .time: 3
    case .duration: 4
    case .string: 5
    }
  }

  /// True when `self` comes before `other`: by the mathematical value of numbers, by bytes of texts.
  func isLess(_ other: ModelValue) -> Bool {
    if rank != other.rank { return rank < other.rank }
    switch (self, other) {
    case (.bool(let a), .bool(let b)): return !a && b
    case (.string(let a), .string(let b)): return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    case (.time(let a), .time(let b)): return a < b
    case (.duration(let a), .duration(let b)): return a < b
    default: break
    }
    if let a = integer, let b = other.integer { return a < b }
    if case .double(let a) = self, case .double(let b) = other { return a < b }
    // An integer and a double. Swift compares numbers of different types exactly.
    if case .double(let a) = self { return Self.isLess(a, than: other.integer!) }
    guard case .double(let b) = other else { return false }
    return Self.isGreater(b, than: integer!)
  }

  private static func isLess(_ double: Double, than integer: Int128) -> Bool {
    double.isInfinite
      ? double < 0
      : double.magnitude > 0x1p70
        ? double < 0 : Int128(double.rounded(.up)) <= integer && !(double.rounded() == double && Int128(double) == integer)
  }
  private static func isGreater(_ double: Double, than integer: Int128) -> Bool {
    double.isInfinite
      ? double > 0
      : double.magnitude > 0x1p70
        ? double > 0 : Int128(double.rounded(.down)) >= integer && !(double.rounded() == double && Int128(double) == integer)
  }

  /// What stands for all values that are equal.
  var canonical: ModelValue {
    switch self {
    case .double(let value) where value.isNaN: .string("\u{0}NaN")
    case .double(let value) where value.rounded() == value && value.magnitude < 0x1p65:
      Int64(exactly: Int128(value)).map { .int($0) } ?? UInt64(exactly: Int128(value)).map { .uint($0) } ?? self
    case .uint(let value): Int64(exactly: value).map { .int($0) } ?? self
    default: self
    }
  }

  var name: String {
    switch canonical {
    case .bool(let value): "\(value)"
    case .int(let value), .time(let value), .duration(let value): "\(value)"
    case .uint(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value == "\u{0}NaN" ? "NaN" : value
    default: ""
    }
  }

  var description: String {
    switch self {
    case .null: "null"
    case .absent: "absent"
    case .object: "{…}"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)u"
    case .double(let value): "\(value)"
    case .time(let value): "t\(value)"
    case .duration(let value): "d\(value)"
    case .string(let value): "'\(value)'"
    case .list(let values): "\(values)"
    case .counts(let counts): "\(counts.sorted { $0.key < $1.key })"
    }
  }
}
