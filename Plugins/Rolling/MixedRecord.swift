import Aggregates

/// What is kept of integers and doubles that come mixed: each for itself, so that integers stay exact and values keep their form.
///
/// Lies in raw memory, zero for no values.
struct MixedRecord {
  var count = 0
  /// Those of them that are integers.
  var integers = 0
  var mean = 0.0
  var squares = 0.0
  var sum = DoubleSum()
  var least = 0.0
  var greatest = 0.0
  private var wide = (low: UInt64(0), high: Int64(0))
  private var leastWhole = (low: UInt64(0), high: Int64(0))
  private var greatestWhole = (low: UInt64(0), high: Int64(0))

  private static func join(_ parts: (low: UInt64, high: Int64)) -> Int128 { Int128(parts.high) << 64 | Int128(parts.low) }
  private static func split(_ value: Int128) -> (low: UInt64, high: Int64) {
    (UInt64(truncatingIfNeeded: value), Int64(truncatingIfNeeded: value >> 64))
  }

  private var doubles: Int { count &- integers }
  private var moments: Moments {
    get { Moments(count: count, mean: mean, squares: squares) }
    set { (mean, squares) = (newValue.mean, newValue.squares) }
  }

  mutating func add(_ number: ExactNumber) {
    var moments = moments
    switch number {
    case .whole(let value):
      moments.add(Double(value))
      wide = Self.split(Self.join(wide) &+ value)
      if integers == 0 || value < Self.join(leastWhole) { leastWhole = Self.split(value) }
      if integers == 0 || value > Self.join(greatestWhole) { greatestWhole = Self.split(value) }
      integers &+= 1
    case .double(let value):
      moments.add(value)
      sum.add(value)
      // A negative zero counts as zero, and NaN changes nothing.
      let value = value + 0
      if doubles == 0 { (least, greatest) = (.infinity, -.infinity) }
      if value < least { least = value }
      if value > greatest { greatest = value }
    }
    count &+= 1
    self.moments = moments
  }

  mutating func add(_ other: MixedRecord) {
    if other.count == 0 { return }
    if count == 0 { return self = other }
    var moments = moments
    moments.add(other.moments)
    sum.add(other.sum)
    if other.doubles > 0 {
      least = doubles == 0 || other.least < least ? other.least : least
      greatest = doubles == 0 || other.greatest > greatest ? other.greatest : greatest
    }
    if other.integers > 0 {
      wide = Self.split(Self.join(wide) &+ Self.join(other.wide))
      if integers == 0 || Self.join(other.leastWhole) < Self.join(leastWhole) { leastWhole = other.leastWhole }
      if integers == 0 || Self.join(other.greatestWhole) > Self.join(greatestWhole) { greatestWhole = other.greatestWhole }
    }
    count &+= other.count
    integers &+= other.integers
    self.moments = moments
  }

  /// The sum: of integers alone as such, 0 of nothing.
  var total: ExactNumber {
    if integers == count { return .whole(Self.join(wide)) }
    var total = sum
    if integers > 0 { total.add(Double(Self.join(wide))) }
    return .double(total.value)
  }

  var variance: Double? { moments.variance }

  /// The least or the greatest; an integer rather than a double that is equal to it. Nil of nothing but NaN.
  func extreme(greatest isGreatest: Bool) -> ExactNumber? {
    let hasDouble = doubles > 0 && least <= greatest
    let double = isGreatest ? greatest : least
    guard integers > 0 else { return hasDouble ? .double(double) : nil }
    let whole = Self.join(isGreatest ? greatestWhole : leastWhole)
    guard hasDouble else { return .whole(whole) }
    let isDouble =
      isGreatest
      ? ExactNumber.isBelow(whole, double)
      : !ExactNumber.isBelow(whole, double) && (double.magnitude >= 0x1p100 || Int128(exactly: double) != whole)
    return isDouble ? .double(double) : .whole(whole)
  }
}
