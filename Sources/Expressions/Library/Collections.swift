extension Library {
  static let collections: [Definition] = [
    .function("size", size),
    .method("size", size),
    .function("@in") { value, container, frame throws(EvaluationError) in
      switch container {
      case .list(let values):
        for element in values {
          try frame.spend()
          try frame.spend(comparing: value, element)
          if value.equals(element) { return .bool(true) }
        }
        return .bool(false)
      case .map(let map):
        switch value {
        case .bool, .int, .uint, .double, .exact, .string: return .bool(map[value] != nil)
        default: throw .noSuchOverload
        }
      default: throw .noSuchOverload
      }
    },
    .function("-_") { value, _ throws(EvaluationError) in
      switch value {
      case .int(let value):
        guard value != .min else { throw .overflow }
        return .int(-value)
      case .double(let value): return .double(-value)
      default: throw .noSuchOverload
      }
    },
    .function("!_") { value, _ throws(EvaluationError) in
      guard case .bool(let value) = value else { throw .noSuchOverload }
      return .bool(!value)
    },
  ]

  private static let size: Function.Unary = { value, frame throws(EvaluationError) in
    switch value {
    case .string(let text):
      try frame.spend(reading: text.utf8.count)
      return .int(Int64(text.scalarCount))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let values): return .int(Int64(values.count))
    case .map(let map): return .int(Int64(map.count))
    default: throw .noSuchOverload
    }
  }
}
