/// How one number stands to another; `unordered` when one of them is NaN.
enum NumericOrder {
  case less, equal, greater, unordered

  init<Number: Comparable>(_ one: Number, _ other: Number) {
    self = one < other ? .less : one == other ? .equal : one > other ? .greater : .unordered
  }
}

extension Value {
  /// The order of two numbers of whatever types; nil when one of them is no number.
  ///
  /// Beside a double, an int or a uint counts as the double nearest to it, so that far from 0 some that differ are equal: this
  /// is what the specification's conformance suite asks for.
  func numericOrder(to other: Value) -> NumericOrder? {
    switch (self, other) {
    case (.int(let one), .int(let two)): NumericOrder(one, two)
    case (.uint(let one), .uint(let two)): NumericOrder(one, two)
    case (.double(let one), .double(let two)): NumericOrder(one, two)
    case (.int(let one), .double(let two)): NumericOrder(Double(one), two)
    case (.double(let one), .int(let two)): NumericOrder(one, Double(two))
    case (.uint(let one), .double(let two)): NumericOrder(Double(one), two)
    case (.double(let one), .uint(let two)): NumericOrder(one, Double(two))
    case (.int(let one), .uint(let two)): one < 0 ? .less : NumericOrder(UInt64(one), two)
    case (.uint(let one), .int(let two)): two < 0 ? .greater : NumericOrder(one, UInt64(two))
    case (.exact, _), (_, .exact): NumericOrder(exactly: self, other)
    default: nil
    }
  }

  /// The order of two values that `<` compares: two numbers, or two of one type of bool, string, bytes, timestamp and duration.
  func order(to other: Value) -> NumericOrder? {
    switch (self, other) {
    case (.string(let one), .string(let two)): byteOrder(one.utf8, two.utf8)
    case (.bytes(let one), .bytes(let two)): byteOrder(one, two)
    case (.bool(let one), .bool(let two)): NumericOrder(one ? 1 : 0, two ? 1 : 0)
    case (.timestamp(let one), .timestamp(let two)): NumericOrder(one, two)
    case (.duration(let one), .duration(let two)): NumericOrder(one, two)
    default: numericOrder(to: other)
    }
  }
}

private func byteOrder(_ one: [UInt8], _ other: [UInt8]) -> NumericOrder {
  if one == other { return .equal }
  return one.lexicographicallyPrecedes(other) ? .less : .greater
}

extension Timestamp: Comparable {
  public static func < (one: Timestamp, other: Timestamp) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }
}

extension Duration: Comparable {
  public static func < (one: Duration, other: Duration) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }
}
