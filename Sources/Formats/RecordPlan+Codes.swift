import CRecords
import CTidemill

// The numbers that stand for the plan's words in frames and in CRecords.

extension RecordPlan.Format {
  /// Nil for frames, which are no text.
  var code: UInt8? {
    switch self {
    case .json: UInt8(RECORD_FORMAT_JSON)
    case .csv: UInt8(RECORD_FORMAT_CSV)
    case .text: UInt8(RECORD_FORMAT_TEXT)
    case .frame: nil
    }
  }
}

extension RecordPlan.TimeUnit {
  /// The form of a number of this unit, as a TIME column's `param` has it.
  var code: UInt32 {
    switch self {
    case .s: RECORD_TIME_S
    case .ms: RECORD_TIME_MS
    case .us: RECORD_TIME_US
    case .ns: RECORD_TIME_NS
    }
  }
}

extension RecordPlan.ColumnType {
  /// TIDE_BOOL, TIDE_I64, ...
  public var code: UInt8 {
    switch self {
    case .bool: UInt8(TIDE_BOOL)
    case .int: UInt8(TIDE_I64)
    case .double: UInt8(TIDE_F64)
    case .time: UInt8(TIDE_TIME)
    case .string: UInt8(TIDE_UTF8)
    case .binary: UInt8(TIDE_BINARY)
    case .variant: UInt8(TIDE_VARIANT)
    }
  }
}

extension RecordPlan.Role {
  /// TIDE_ROLE_ID, TIDE_ROLE_EVENT_TIME, ...
  public var code: UInt8 {
    switch self {
    case .id: UInt8(TIDE_ROLE_ID)
    case .eventTime: UInt8(TIDE_ROLE_EVENT_TIME)
    case .source: UInt8(TIDE_ROLE_SOURCE)
    case .type: UInt8(TIDE_ROLE_TYPE)
    case .key: UInt8(TIDE_ROLE_KEY)
    }
  }
}

/// Calls `body` with the texts as borrowed strings that live for the call.
func withStrings<R>(_ texts: [String], _ body: (UnsafeBufferPointer<tide_string>) throws -> R) rethrows -> R {
  // One run of bytes for all of them, so that one pointer stays valid for the call; never empty, so that there is one.
  var bytes: [UInt8] = []
  for text in texts { bytes += text.utf8 }
  bytes.append(0)
  return try bytes.withUnsafeBufferPointer { bytes in
    var at = 0
    let strings = texts.map { text in
      defer { at += text.utf8.count }
      return tide_string(
        data: bytes.baseAddress.map { UnsafeRawPointer($0 + at).assumingMemoryBound(to: CChar.self) },
        length: UInt64(text.utf8.count))
    }
    return try strings.withUnsafeBufferPointer(body)
  }
}
