extension Library {
  static let bits: [Definition] = [
    .function("math.bitAnd", both({ $0 & $1 }, { $0 & $1 })),
    .function("math.bitOr", both({ $0 | $1 }, { $0 | $1 })),
    .function("math.bitXor", both({ $0 ^ $1 }, { $0 ^ $1 })),
    .function("math.bitNot") { value, _ throws(EvaluationError) in
      switch value {
      case .int(let value): return .int(~value)
      case .uint(let value): return .uint(~value)
      default: throw .noSuchOverload
      }
    },
    // Bits that are shifted out are gone, and zeros come in, on the right of negative numbers as well.
    .function("math.bitShiftLeft", shift { $0 << $1 }),
    .function("math.bitShiftRight", shift { $0 >> $1 }),
  ]

  private static func both(
    _ signed: @escaping @Sendable (Int64, Int64) -> Int64, _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> Function.Binary {
    { one, other, _ throws(EvaluationError) in
      switch (one, other) {
      case (.int(let one), .int(let other)): return .int(signed(one, other))
      case (.uint(let one), .uint(let other)): return .uint(unsigned(one, other))
      default: throw .noSuchOverload
      }
    }
  }

  private static func shift(_ operation: @escaping @Sendable (UInt64, Int64) -> UInt64) -> Function.Binary {
    { value, offset, _ throws(EvaluationError) in
      guard case .int(let offset) = offset else { throw .noSuchOverload }
      switch value {
      case .int(let value):
        guard offset >= 0 else { throw EvaluationError("negative offset: \(offset)") }
        return .int(Int64(bitPattern: operation(UInt64(bitPattern: value), offset)))
      case .uint(let value):
        guard offset >= 0 else { throw EvaluationError("negative offset: \(offset)") }
        return .uint(operation(value, offset))
      default: throw .noSuchOverload
      }
    }
  }
}
