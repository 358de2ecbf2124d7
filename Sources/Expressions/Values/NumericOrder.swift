/// How one number stands to another; `unordered` when one of them is NaN.
enum NumericOrder {
  case less, equal, greater, unordered

  init<Number: Comparable>(_ one: Number, _ other: Number) {
    self = one < other ? .less : one == other ? .equal : one > other ? .greater : .unordered
  }

  var reversed: NumericOrder {
    switch self {
    case .less: .greater
    case .greater: .less
    case .equal, .unordered: self
    }
  }
}

extension Int64 {
  /// Exact, also where neighbouring doubles are further than 1 apart.
  func order(to other: Double) -> NumericOrder {
    if other.isNaN { return .unordered }
    if other >= 0x1p63 { return .less }
    if other < -0x1p63 { return .greater }
    // In range, so cut off towards zero without loss; what was cut off decides between equals.
    let whole = Int64(other)
    return self == whole ? NumericOrder(0, other - Double(whole)) : NumericOrder(self, whole)
  }
}

extension UInt64 {
  /// Exact, also where neighbouring doubles are further than 1 apart.
  func order(to other: Double) -> NumericOrder {
    if other.isNaN { return .unordered }
    if other >= 0x1p64 { return .less }
    if other < 0 { return .greater }
    let whole = UInt64(other)
    return self == whole ? NumericOrder(0, other - Double(whole)) : NumericOrder(self, whole)
  }
}

extension Value {
  /// The order of two numbers of whatever types; nil when one of them is no number.
  func numericOrder(to other: Value) -> NumericOrder? {
    switch (self, other) {
    case (.int(let one), .int(let two)): NumericOrder(one, two)
    case (.uint(let one), .uint(let two)): NumericOrder(one, two)
    case (.double(let one), .double(let two)): NumericOrder(one, two)
    case (.int(let one), .double(let two)): one.order(to: two)
    case (.double(let one), .int(let two)): two.order(to: one).reversed
    case (.uint(let one), .double(let two)): one.order(to: two)
    case (.double(let one), .uint(let two)): two.order(to: one).reversed
    case (.int(let one), .uint(let two)): one < 0 ? .less : NumericOrder(UInt64(one), two)
    case (.uint(let one), .int(let two)): two < 0 ? .greater : NumericOrder(one, UInt64(two))
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
