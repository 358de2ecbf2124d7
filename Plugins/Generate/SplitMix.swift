/// The SplitMix64 generator: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014;
/// constants as in S. Vigna's https://prng.di.unimi.it/splitmix64.c.
///
/// Its state is a counter, so that every event has numbers of its own, found from the seed and the event's number alone: a
/// checkpoint needs nothing but that number.
struct SplitMix {
  private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var state: UInt64

  /// The numbers of event `index` under a seed.
  init(seed: UInt64, index: UInt64) {
    // Mixed, so that the sequences of neighbouring events do not overlap.
    state = Self.mix(seed &+ Self.gamma) ^ Self.mix(index &* 0xD1B5_4A32_D192_ED03 &+ Self.gamma)
  }

  mutating func next() -> UInt64 {
    state &+= Self.gamma
    return Self.mix(state)
  }

  /// Evenly spread over 0 ..< 1, in steps of 2^-53.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Evenly spread over 0 ..< bound, by the high half of a product (D. Lemire, "Fast Random Integer Generation in an Interval",
  /// 2019, without its rejection step: the bias is below bound / 2^64).
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// Close to a normal distribution with mean 0 and deviation 1, never beyond 6: the sum of twelve even numbers.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<3 {
      // Four 16-bit numbers a draw.
      let bits = next()
      let low: UInt64 = (bits & 0xFFFF) &+ ((bits >> 16) & 0xFFFF)
      let high: UInt64 = ((bits >> 32) & 0xFFFF) &+ (bits >> 48)
      sum += Double(low &+ high) * 0x1p-16
    }
    return sum
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
