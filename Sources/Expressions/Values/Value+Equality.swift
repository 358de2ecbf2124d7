extension Value {
  /// What `==` says: numbers by what they count, whatever their types; values of other types that differ are unequal.
  ///
  /// NaN equals nothing, so neither does a list that holds it.
  public func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.int(let one), .int(let two)): return one == two
    case (.double(let one), .double(let two)): return one == two
    case (.string(let one), .string(let two)): return one.utf8 == two.utf8
    case (.bool(let one), .bool(let two)): return one == two
    case (.null, .null): return true
    case (.bytes(let one), .bytes(let two)): return one == two
    case (.timestamp(let one), .timestamp(let two)): return one == two
    case (.duration(let one), .duration(let two)): return one == two
    case (.type(let one), .type(let two)): return one == two
    case (.list(let one), .list(let two)): return Self.equal(one, two)
    case (.map(let one), .map(let two)): return Self.equal(one, two)
    case (.network(let one), .network(let two)): return one.unmapped == two.unmapped
    case (.optional(let one), .optional(let two)):
      guard let one = one.value, let two = two.value else { return one.value == nil && two.value == nil }
      return one.equals(two)
    default: return numericOrder(to: other) == .equal
    }
  }

  private static func equal(_ one: [Value], _ other: [Value]) -> Bool {
    guard one.count == other.count else { return false }
    for index in one.indices where !one[index].equals(other[index]) { return false }
    return true
  }

  private static func equal(_ one: ValueMap, _ other: ValueMap) -> Bool {
    guard one.count == other.count else { return false }
    let keys = one.keys
    let values = one.values
    for index in keys.indices {
      guard let value = other[keys[index]], values[index].equals(value) else { return false }
    }
    return true
  }

  /// How many values a comparison may have to look at, itself included; stops counting at the limit.
  func weight(limit: Int) -> Int {
    switch self {
    case .list(let values): return Self.weight(values, limit: limit)
    case .map(let map): return Self.weight(map.values, limit: limit)
    case .optional(let optional): return 1 + (optional.value?.weight(limit: limit - 1) ?? 0)
    case .string(let text): return 1 + text.utf8.count / 64
    case .bytes(let bytes): return 1 + bytes.count / 64
    default: return 1
    }
  }

  private static func weight(_ values: [Value], limit: Int) -> Int {
    var sum = 1
    for value in values {
      guard sum < limit else { return sum }
      sum += value.weight(limit: limit - sum)
    }
    return sum
  }
}
