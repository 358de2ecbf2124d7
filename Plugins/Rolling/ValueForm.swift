/// How the values of an argument are kept, 8 bytes each.
enum ValueForm: UInt8 {
  case int = 1
  case double = 2
  /// Of a field without a type: each value has a kind of its own, which is kept beside it.
  case mixed = 3

  /// What one of mixed values is; 0 is a double.
  enum Kind: UInt8 {
    case double, int
    /// An integer above the greatest with a sign.
    case uint
  }
}

/// A number that a window tells: an integer as long as all it is made of are integers.
enum ExactNumber {
  case whole(Int128)
  case double(Double)

  @inline(__always)
  init(_ bits: UInt64, _ kind: UInt8) {
    switch kind {
    case ValueForm.Kind.int.rawValue: self = .whole(Int128(Int64(bitPattern: bits)))
    case ValueForm.Kind.uint.rawValue: self = .whole(Int128(bits))
    default: self = .double(Double(bitPattern: bits))
    }
  }

  /// True when an integer is below a double, which is no NaN; exact.
  static func isBelow(_ whole: Int128, _ double: Double) -> Bool {
    if double >= 0x1p100 { return true }
    if double <= -0x1p100 { return false }
    let down = double.rounded(.down)
    return whole < Int128(down) || (whole == Int128(down) && down < double)
  }
}
