extension Library {
  static let conversions: [Definition] = [
    .function("type") { value, _ throws(EvaluationError) in .type(value.typeName) },
    .function("dyn") { value, _ throws(EvaluationError) in value },
    .function("bool", bool),
    .function("int", int),
    .function("uint", uint),
    .function("double", double),
    .function("string", string),
    .function("bytes") { value, frame throws(EvaluationError) in
      switch value {
      case .bytes: return value
      case .string(let text): return .bytes(text.utf8)
      default: throw .noSuchOverload
      }
    },
    .function("timestamp") { value, _ throws(EvaluationError) in
      switch value {
      case .timestamp: return value
      case .int(let seconds):
        let timestamp = Timestamp(seconds: seconds)
        guard timestamp.isInRange else { throw .range }
        return .timestamp(timestamp)
      case .string(let text):
        guard let timestamp = Timestamp(text) else {
          throw EvaluationError("range error, or no timestamp: '\(text.excerpt)'; 2009-02-13T23:31:30Z is one (RFC 3339)")
        }
        return .timestamp(timestamp)
      default: throw .noSuchOverload
      }
    },
    .function("duration") { value, _ throws(EvaluationError) in
      switch value {
      case .duration: return value
      case .string(let text):
        guard let duration = Duration(text) else {
          throw EvaluationError("range error, or no duration: '\(text.excerpt)'; 1h30m and -0.5s are some")
        }
        return .duration(duration)
      default: throw .noSuchOverload
      }
    },
  ]

  private static let bool: Function.Unary = { value, _ throws(EvaluationError) in
    switch value {
    case .bool: return value
    case .string(let text):
      switch text {
      case "1", "t", "true", "TRUE", "True": return .bool(true)
      case "0", "f", "false", "FALSE", "False": return .bool(false)
      default: throw EvaluationError("Type conversion error: '\(text.excerpt)' is neither true nor false")
      }
    default: throw .noSuchOverload
    }
  }

  private static let int: Function.Unary = { value, _ throws(EvaluationError) in
    switch value {
    case .int: return value
    case .uint(let value):
      guard let value = Int64(exactly: value) else { throw .range }
      return .int(value)
    case .double(let value):
      // The least int is out of range as well: it is what larger numbers may have been rounded to.
      guard value > -0x1p63, value < 0x1p63 else { throw .range }
      return .int(Int64(value))
    case .exact(let number) where number.double == nil: throw .range
    case .string(let text):
      guard let value = Int64(text.string) else { throw EvaluationError("'\(text.excerpt)' is no int") }
      return .int(value)
    case .timestamp(let timestamp): return .int(timestamp.seconds)
    default: throw .noSuchOverload
    }
  }

  private static let uint: Function.Unary = { value, _ throws(EvaluationError) in
    switch value {
    case .uint: return value
    case .int(let value):
      guard let value = UInt64(exactly: value) else { throw .range }
      return .uint(value)
    case .double(let value):
      guard value >= 0, value < 0x1p64 else { throw .range }
      return .uint(UInt64(value))
    case .exact(let number) where number.double == nil: throw .range
    case .string(let text):
      guard text.utf8.first != UInt8(ascii: "-"), let value = UInt64(text.string) else {
        throw EvaluationError("'\(text.excerpt)' is no uint")
      }
      return .uint(value)
    default: throw .noSuchOverload
    }
  }

  private static let double: Function.Unary = { value, _ throws(EvaluationError) in
    switch value {
    case .double: return value
    case .int(let value): return .double(Double(value))
    case .uint(let value): return .double(Double(value))
    case .exact(let number): return .double(number.nearest)
    case .string(let text):
      guard let value = DoubleText.parse(text.utf8) else { throw EvaluationError("'\(text.excerpt)' is no double") }
      return .double(value)
    default: throw .noSuchOverload
    }
  }

  private static let string: Function.Unary = { value, frame throws(EvaluationError) in
    switch value {
    case .string: return value
    case .bool(let value): return .string(value ? "true" : "false")
    case .int(let value): return .string(Text(String(value)))
    case .uint(let value): return .string(Text(String(value)))
    case .double(let value): return .string(Text(utf8: DoubleText.shortest(value)))
    case .exact(let number): return .string(number.text)
    case .bytes(let bytes):
      try frame.spend(reading: bytes.count)
      guard let text = Text(validating: bytes) else { throw EvaluationError("invalid UTF-8 in bytes that string() takes") }
      return .string(text)
    case .timestamp(let value): return .string(value.text)
    case .duration(let value): return .string(value.text)
    case .network(let value): return .string(value.text)
    default: throw .noSuchOverload
    }
  }
}
