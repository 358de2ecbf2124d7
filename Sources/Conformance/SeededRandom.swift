import CTidemill

/// A generator whose whole run follows from its seed: SplitMix64 (Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// A run of its own for each purpose that shares a seed.
  init(seed: UInt64, _ purpose: String) {
    var purpose = purpose
    state = seed ^ purpose.withUTF8 { tide_xxh64($0.baseAddress, UInt64($0.count), 0) }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
}
