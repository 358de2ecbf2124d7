import PluginKit

/// A number from key bytes.
enum Number {
  case int(Int64)
  case double(Double)

  /// Nil for what is no number.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 9 else { return nil }
    let word = bytes.loadUnaligned(fromByteOffset: 1, as: Int64.self)
    switch Int32(bytes[0]) {
    case TIDE_KEY_INTEGER, TIDE_KEY_TIME: self = .int(word)
    case TIDE_KEY_DOUBLE: self = .double(Double(bitPattern: UInt64(bitPattern: word)))
    default: return nil
    }
  }

  var double: Double {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    }
  }

  /// The nearest whole number, of two the one further from zero.
  var rounded: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value.rounded())
    }
  }

  /// What lies on the line between two numbers; nil without one of them.
  ///
  /// - Parameter isWhole: of whole numbers the exact value, rounded: doubles would lose the last digits of times.
  static func between(_ one: Number?, _ other: Number?, at time: Int64, _ ends: MadeRows.Ends, isWhole: Bool) -> Number? {
    guard let one, let other else { return nil }
    let whole = Int128(ends.behind) - Int128(ends.before)
    let part = Int128(time) - Int128(ends.before)
    guard whole > 0 else { return one }
    if isWhole, case .int(let a) = one, case .int(let b) = other {
      return between(Int128(a), Int128(b), part, of: whole)
    }
    let share = Double(part) / Double(whole)
    return .double(one.double * (1 - share) + other.double * share)
  }

  private static func between(_ a: Int128, _ b: Int128, _ part: Int128, of whole: Int128) -> Number? {
    // Only of the ends of both ranges together the product may need more than 128 bits.
    let (product, isTooLarge) = (b - a).multipliedReportingOverflow(by: part)
    guard !isTooLarge else { return nil }
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: whole)
    let isUp = rest.magnitude * 2 >= whole.magnitude
    return Int64(exactly: a + quotient + (isUp ? (rest < 0 ? -1 : 1) : 0)).map { .int($0) }
  }
}
