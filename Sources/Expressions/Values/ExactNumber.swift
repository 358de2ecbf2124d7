/// A number of an event with more digits than an int, a uint or the text of a double has: `significand / 10^scale`.
///
/// To expressions it is a double. It goes on with all of its digits where nothing is done to it; to calculate, a number with a
/// fraction is the nearest double, and a whole one the double that equals it. A whole number that no double equals can only be
/// compared, which is exact.
public struct ExactNumber: Sendable {
  public let significand: Int128
  /// Digits behind the point.
  public let scale: Int
  /// The double that stands for it; nil for a whole number that none equals.
  public let double: Double?

  init(significand: Int128, scale: Int) {
    (self.significand, self.scale) = (significand, scale)
    double = scale > 0 ? DoubleText.parse(Array("\(significand)e\(-scale)".utf8)) : Double(exactly: significand)
  }

  public var text: Text {
    var digits = String(significand.magnitude)
    if scale > 0 {
      digits = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    }
    return Text((significand < 0 ? "-" : "") + digits)
  }

  /// The nearest double.
  var nearest: Double { double ?? Double(significand) }
}

extension Value {
  /// A number of an event, as the first of int, uint and double that is exactly it.
  ///
  /// - Parameter scale: digits behind the point; a number with some is no integer, whatever they are.
  public init(significand: Int128, scale: Int) {
    if scale == 0, let int = Int64(exactly: significand) {
      self = .int(int)
    } else if scale == 0, let uint = UInt64(exactly: significand) {
      self = .uint(uint)
    } else {
      self = .exact(ExactNumber(significand: significand, scale: scale))
    }
  }

  /// The value with which one calculates; nil where that is the value itself, or there is none.
  var calculable: Value? {
    if case .exact(let number) = self { number.double.map { .double($0) } } else { nil }
  }
}

extension EvaluationError {
  /// Arguments that no overload takes as values with which one calculates; nil when they are those already.
  static func calculable(_ arguments: [Value], at span: Span) throws(EvaluationError) -> [Value]? {
    var isChanged = false
    var values = arguments
    for (index, value) in arguments.enumerated() {
      guard case .exact(let number) = value else { continue }
      guard let double = number.double else {
        throw EvaluationError("no double equals \(number.text); double() takes the nearest one", at: span)
      }
      values[index] = .double(double)
      isChanged = true
    }
    return isChanged ? values : nil
  }
}

extension NumericOrder {
  /// How a number stands to another, where at least one of them is exact: as doubles, but a whole number that no double equals
  /// is compared as it is.
  init?(exactly one: Value, _ other: Value) {
    if case .exact(let number) = one, number.double == nil {
      guard let order = Self(number.significand, other) else { return nil }
      self = order
    } else if case .exact(let number) = other, number.double == nil {
      guard let order = Self(number.significand, one) else { return nil }
      self = order == .less ? .greater : order == .greater ? .less : order
    } else {
      guard let order = (one.calculable ?? one).numericOrder(to: other.calculable ?? other) else { return nil }
      self = order
    }
  }

  private init?(_ whole: Int128, _ other: Value) {
    switch other {
    case .int(let value): self.init(whole, Int128(value))
    case .uint(let value): self.init(whole, Int128(value))
    case .exact(let number) where number.scale == 0: self.init(whole, number.significand)
    case .double(let value): self.init(whole, value)
    case .exact(let number): self.init(whole, number.nearest)
    default: return nil
    }
  }

  /// The whole number lies beyond 64 bits, where doubles have no fractions.
  private init(_ whole: Int128, _ double: Double) {
    if let number = Int128(exactly: double.rounded(.down)) {
      self.init(whole, number)
    } else {
      self = double.isNaN ? .unordered : double < 0 ? .greater : .less
    }
  }
}
