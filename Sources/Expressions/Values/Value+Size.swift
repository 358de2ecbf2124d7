extension Value {
  /// The bytes of the value written out in full: what it holds twice counts twice. Stops counting at the limit.
  public func size(limit: Int) -> Int {
    switch self {
    case .string(let text): return 16 + text.utf8.count
    case .bytes(let bytes): return 16 + bytes.count
    case .list(let values): return Self.size(values, limit: limit)
    case .map(let map):
      let keys = Self.size(map.keys, limit: limit)
      return keys >= limit ? keys : keys + Self.size(map.values, limit: limit - keys)
    case .optional(let optional): return 16 + (optional.value?.size(limit: limit - 16) ?? 0)
    default: return 16
    }
  }

  private static func size(_ values: [Value], limit: Int) -> Int {
    var sum = 16
    for value in values {
      guard sum < limit else { return sum }
      sum += value.size(limit: limit - sum)
    }
    return sum
  }
}
