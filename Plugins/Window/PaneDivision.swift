/// Division by the length of a pane as a multiplication and a shift (Granlund and Montgomery 1994).
struct PaneDivision {
  /// 2^(64 + shift) / length, rounded up.
  private let factor: UInt64
  private let shift: UInt64

  /// A length is two nanoseconds or more: one has no factor of 64 bits.
  init(by length: Int64) {
    precondition(length > 1, "panes are longer than a nanosecond")
    let length = UInt64(length)
    // Of powers of two one less than their exponent: the factor then is 2^63.
    let isPower = length & (length - 1) == 0
    shift = UInt64(63 - length.leadingZeroBitCount) - (isPower ? 1 : 0)
    factor = isPower ? 1 << 63 : length.dividingFullWidth((1 << shift, 0)).quotient + 1
  }

  /// How often the length goes into a number from 0 to 2^63 - 1.
  @inline(__always)
  func callAsFunction(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: number.multipliedFullWidth(by: factor).high &>> shift)
  }
}
