import PluginKit

/// A number from what `KeyReader.value` gives: of a column without a type the value as it stands, which tells 4 from 4.0.
enum Number {
  case whole(Int128)
  case double(Double)

  /// Nil for what is no number.
  ///
  /// - Parameter type: of the field that is made.
  init?(_ bytes: UnsafeRawBufferPointer, of type: ColumnType) {
    guard let tag = bytes.first.map(Int32.init) else { return nil }
    if tag == TIDE_KEY_NESTED, type == .variant {
      self.init(variant: UnsafeRawBufferPointer(rebasing: bytes[1...]))
      return
    }
    if tag == TIDE_KEY_DECIMAL, bytes.count == 18 {
      let high = bytes.loadUnaligned(fromByteOffset: 10, as: Int64.self)
      let significand = Int128(high) << 64 | Int128(bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
      guard let double = Double("\(significand)e-\(bytes[1])") else { return nil }
      self = .double(double)
      return
    }
    guard bytes.count == 9 else { return nil }
    let word = bytes.loadUnaligned(fromByteOffset: 1, as: Int64.self)
    switch tag {
    case TIDE_KEY_INTEGER, TIDE_KEY_TIME: self = .whole(Int128(word))
    case TIDE_KEY_UNSIGNED: self = .whole(Int128(UInt64(bitPattern: word)))
    case TIDE_KEY_DOUBLE:
      let double = Double(bitPattern: UInt64(bitPattern: word))
      // Integers beyond 64 bits with a sign may have the bytes of the double that is equal to them.
      self = type == .uint64 ? Int128(exactly: double).map { .whole($0) } ?? .double(double) : .double(double)
    default: return nil
    }
  }

  private init?(variant bytes: UnsafeRawBufferPointer) {
    let reader = VariantReader(value: bytes, keys: UnsafeRawBufferPointer(start: nil, count: 0))
    switch reader.kind {
    case .int:
      guard let int = reader.int else { return nil }
      self = .whole(Int128(int))
    case .double, .decimal:
      if let decimal = reader.decimal, decimal.scale == 0 {
        self = .whole(decimal.significand)
      } else {
        guard let double = reader.nearestDouble else { return nil }
        self = .double(double)
      }
    default: return nil
    }
  }

  /// A number from the manifest: whole when it can be.
  init(constant: Double) { self = Int128(exactly: constant).map { .whole($0) } ?? .double(constant) }

  var double: Double {
    switch self {
    case .whole(let value): Double(value)
    case .double(let value): value
    }
  }

  /// The nearest whole number, of two the one further from zero.
  var rounded: Int128? {
    switch self {
    case .whole(let value): value
    case .double(let value): Int128(exactly: value.rounded())
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
    if isWhole, case .whole(let a) = one, case .whole(let b) = other {
      return between(a, b, part, of: whole)
    }
    let share = Double(part) / Double(whole)
    return .double(one.double * (1 - share) + other.double * share)
  }

  private static func between(_ a: Int128, _ b: Int128, _ part: Int128, of whole: Int128) -> Number? {
    // Only of the ends of both ranges together more than 128 bits may be needed.
    let (difference, isTooFar) = b.subtractingReportingOverflow(a)
    let (product, isTooLarge) = difference.multipliedReportingOverflow(by: part)
    guard !isTooFar, !isTooLarge else { return nil }
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: whole)
    let isUp = rest.magnitude * 2 >= whole.magnitude
    return .whole(a + quotient + (isUp ? (rest < 0 ? -1 : 1) : 0))
  }
}
