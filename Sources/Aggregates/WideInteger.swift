/// A sum of integers of 64 bits, in 128: exact for as many as can be counted.
struct WideInteger: Equatable {
  var low: UInt64 = 0
  var high: Int64 = 0

  @inline(__always) mutating func add(_ value: Int64) { add(UInt64(bitPattern: value), value >> 63) }
  @inline(__always) mutating func add(unsigned value: UInt64) { add(value, 0) }
  @inline(__always) mutating func add(_ other: WideInteger) { add(other.low, other.high) }

  @inline(__always) private mutating func add(_ low: UInt64, _ high: Int64) {
    let (sum, carry) = self.low.addingReportingOverflow(low)
    self.low = sum
    self.high = self.high &+ high &+ (carry ? 1 : 0)
  }

  /// Nil when it does not fit.
  var int: Int64? {
    let value = Int64(bitPattern: low)
    return high == value >> 63 ? value : nil
  }

  /// The nearest double, of two equally near ones the even one.
  var double: Double {
    if let int { return Double(int) }
    var (low, high) = (low, UInt64(bitPattern: high))
    let isNegative = self.high < 0
    if isNegative {
      low = ~low &+ 1
      high = ~high &+ (low == 0 ? 1 : 0)
    }
    // The 64 highest bits, the last of them set when a lower one is: rounding to 53 bits sees all it needs.
    let shift = high.leadingZeroBitCount
    var top = shift == 64 ? low : high << UInt64(shift)
    var exponent = 64 - shift
    if shift < 64 {
      if shift > 0 { top |= low >> UInt64(64 - shift) }
      if low << UInt64(shift) != 0 { top |= 1 }
    } else {
      exponent = 0
    }
    let magnitude = Double(sign: .plus, exponent: exponent, significand: Double(top))
    return isNegative ? -magnitude : magnitude
  }
}
