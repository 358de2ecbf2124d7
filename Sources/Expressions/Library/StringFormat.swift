extension Library {
  static let stringFormat: [Definition] = [
    .method("format") { text, arguments, frame throws(EvaluationError) in
      guard case .string(let text) = text, case .list(let arguments) = arguments else { throw .noSuchOverload }
      var formatter = Formatter(limit: frame.limits.bytes)
      try formatter.format(text, arguments, &frame)
      try frame.spend(writing: formatter.result.count)
      guard let result = Text(validating: formatter.result) else {
        throw EvaluationError("error during formatting: invalid UTF-8 in bytes")
      }
      return .string(result)
    }
  ]
}

/// Writes values into the places that a format has for them, in the same way everywhere.
private struct Formatter {
  private(set) var result: [UInt8] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// `%%`, or `%` with an optional `.` and digits and the letter of a clause.
  mutating func format(_ text: Text, _ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) {
    var scanner = ByteScanner(text.utf8)
    var next = 0
    try frame.spend(reading: text.utf8.count)
    while let byte = scanner.next {
      scanner.skip(1)
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      if scanner.take("%") {
        result.append(byte)
        continue
      }
      var precision = 6
      if scanner.take(".") {
        guard let digits = scanner.digits(1, 4) else { throw fault("a precision has one to four digits") }
        precision = Int(scanner.value(digits))
        guard precision <= DoubleText.maxPrecision else {
          throw fault("a precision of \(precision) is over \(DoubleText.maxPrecision)")
        }
      }
      guard let clause = scanner.next else { throw fault("unexpected end of the format, '%' has no clause") }
      guard "sdfebxXo".utf8.contains(clause) else {
        throw fault("unrecognized formatting clause \"\(UnicodeScalar(clause))\"; %% writes a percent sign")
      }
      scanner.skip(1)
      guard next < arguments.count else { throw EvaluationError("index \(next) out of range: the list has too few values") }
      try frame.spend()
      try write(arguments[next], UnicodeScalar(clause), precision, &frame)
      next += 1
    }
  }

  private func fault(_ reason: String) -> EvaluationError {
    EvaluationError("could not parse formatting clause: \(reason)")
  }

  private mutating func write(
    _ value: Value, _ clause: UnicodeScalar, _ precision: Int, _ frame: inout Frame
  ) throws(EvaluationError) {
    switch clause {
    case "s": try write(value, &frame)
    case "d":
      switch value {
      case .int(let value): result.append(value)
      case .uint(let value): result += String(value).utf8
      case .double(let value): result += DoubleText.plain(value)
      case .exact(let number): result += number.text.utf8
      default: throw unfit(value, "decimal clause can only be used on integers")
      }
    case "f":
      guard let number = value.number else { throw unfit(value, "fixed-point clause can only be used on doubles") }
      result += DoubleText.fixed(number, precision: precision)
    case "e":
      guard let number = value.number else { throw unfit(value, "scientific clause can only be used on doubles") }
      result += DoubleText.scientific(number, precision: precision)
    case "b":
      if case .bool(let value) = value {
        result.append(value ? "1" : "0")
      } else {
        try write(value, radix: 2, "only integers and bools can be formatted as binary")
      }
    case "o": try write(value, radix: 8, "octal clause can only be used on integers")
    default:
      switch value {
      case .string(let text): write(hexadecimal: text.utf8, uppercase: clause == "X")
      case .bytes(let bytes): write(hexadecimal: bytes, uppercase: clause == "X")
      default:
        try write(
          value, radix: 16, uppercase: clause == "X", "only integers, byte buffers, and strings can be formatted as hex")
      }
    }
    guard result.count <= limit else { throw .limit("a formatted string is over the limit of \(limit) bytes") }
  }

  private mutating func write(
    _ value: Value, radix: Int, uppercase: Bool = false, _ reason: String
  ) throws(EvaluationError) {
    switch value {
    case .int(let value): result += String(value, radix: radix, uppercase: uppercase).utf8
    case .uint(let value): result += String(value, radix: radix, uppercase: uppercase).utf8
    default: throw unfit(value, reason)
    }
  }

  private mutating func write(hexadecimal bytes: [UInt8], uppercase: Bool) {
    let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
    for byte in bytes {
      result.append(digits[Int(byte >> 4)])
      result.append(digits[Int(byte & 15)])
    }
  }

  /// What `%s` writes, which it does within lists and maps, too.
  private mutating func write(_ value: Value, _ frame: inout Frame) throws(EvaluationError) {
    switch value {
    case .null: result.append("null")
    case .bool(let value): result.append(value ? "true" : "false")
    case .int(let value): result.append(value)
    case .uint(let value): result += String(value).utf8
    case .double(let value): result += DoubleText.plain(value)
    case .exact(let number): result += number.text.utf8
    case .string(let text): result += text.utf8
    case .bytes(let bytes): result += bytes
    case .timestamp(let value): result += value.text.utf8
    case .duration(let value): result += value.text.utf8
    case .type(let name): result += name.rawValue.utf8
    case .network(let value): result += value.text.utf8
    case .list(let values): try write(values, &frame)
    case .map(let map): try write(map, &frame)
    case .optional:
      throw unfit(
        value,
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps")
    }
    guard result.count <= limit else { throw .limit("a formatted string is over the limit of \(limit) bytes") }
  }

  private mutating func write(_ values: [Value], _ frame: inout Frame) throws(EvaluationError) {
    result.append("[")
    for (index, value) in values.enumerated() {
      try frame.spend()
      if index > 0 { result.append(", ") }
      try write(value, &frame)
    }
    result.append("]")
  }

  /// Sorted by the text of the keys.
  private mutating func write(_ map: ValueMap, _ frame: inout Frame) throws(EvaluationError) {
    var entries: [(key: [UInt8], value: Value)] = []
    for (key, value) in zip(map.keys, map.values) {
      try frame.spend()
      var text = Formatter(limit: limit)
      try text.write(key, &frame)
      entries.append((text.result, value))
    }
    entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
    result.append("{")
    for (index, entry) in entries.enumerated() {
      if index > 0 { result.append(", ") }
      result += entry.key
      result.append(": ")
      try write(entry.value, &frame)
    }
    result.append("}")
  }

  private func unfit(_ value: Value, _ reason: String) -> EvaluationError {
    EvaluationError("error during formatting: \(reason), was given \(value.typeName.rawValue)")
  }
}

extension Value {
  fileprivate var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .uint(let value): Double(value)
    case .double(let value): value
    case .exact(let number): number.double
    default: nil
    }
  }
}
