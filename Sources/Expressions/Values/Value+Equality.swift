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
}
