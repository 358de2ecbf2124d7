/// Buckets of positive doubles whose bounds are at most `ratio` apart: the scale of a DDSketch (Masson, Rim, Lee, VLDB 2019).
///
/// In place of a logarithm a cubic of the mantissa stands between powers of two. Its slope against the true logarithm is
/// between 10/7 and 1.486, so that the buckets are exact, need 1 % more of them than a logarithm, and are the same on every
/// host.
enum LogScale {
  static let accuracy = 0.01
  static let ratio = (1 + accuracy) / (1 - accuracy)
  /// 0.7 / ln(ratio): buckets between two powers of two.
  static let perOctave = 34.998833302220746

  /// No value has a bucket further from 0.
  static let greatestIndex = 38_000

  /// Number of the bucket of a positive, finite value.
  @inline(__always) static func index(_ value: Double) -> Int {
    var bits = value.bitPattern
    var shift = 1023
    if bits < 0x10_0000_0000_0000 {
      bits = (value * 0x1p54).bitPattern
      shift += 54
    }
    let exponent = Int(bits >> 52) - shift
    let part = Double(bitPattern: bits & 0xF_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000) - 1
    return Int(((Double(exponent) + cubic(part)) * perOctave).rounded(.down))
  }

  /// From 0 at 0 to 1 at 1.
  @inline(__always) private static func cubic(_ part: Double) -> Double {
    ((6.0 / 35 * part - 3.0 / 5) * part + 10.0 / 7) * part
  }

  /// The value that stands for a bucket: no value in it is further away than by `accuracy` of itself.
  static func value(_ index: Int) -> Double {
    // A quarter of large ones: the upper bound of the greatest bucket is no double.
    let shift = index > 0 ? 2 : 0
    let (low, high) = (bound(index, shift), bound(index + 1, shift))
    let sum = low + high
    return sum > 0 ? Double(sign: .plus, exponent: shift, significand: 2 * low * (high / sum)) : 0
  }

  /// Least value of a bucket, divided by 2^shift.
  private static func bound(_ index: Int, _ shift: Int) -> Double {
    let place = Double(index) / perOctave
    let exponent = place.rounded(.down)
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if cubic(middle) <= place - exponent { low = middle } else { high = middle }
    }
    return Double(sign: .plus, exponent: Int(exponent) - shift, significand: 1 + low)
  }
}
