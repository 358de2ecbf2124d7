import Glibc

/// How large a memory of fingerprints is, for a number of keys and a share of errors.
///
/// A row is looked for among 16 fingerprints of b bits, so a new one is taken for another with a probability of at most 16 /
/// 2^b.
struct FingerprintShape: Equatable {
  /// Fingerprints of a bucket; a key is in one of two.
  static let slots = 8
  /// Share of the room that is taken when there are as many keys as promised: so few that two full buckets are hardly met.
  private static let load = 0.6

  let fingerprintBits: Int
  /// Times are kept modulo so many bits of ticks.
  let tickBits: Int
  let tickNanoseconds: Int64
  /// Buckets of a key group.
  let buckets: Int

  init(keys: Int, error: Double, ttl: Int64) {
    fingerprintBits = min(24, max(8, Int(log2(Double(2 * Self.slots) / error).rounded(.up))))
    tickBits = min(16, 32 - fingerprintBits)
    let window = Int64(1) << Int64(tickBits - 3)
    tickNanoseconds = (ttl - 1) / window + 1
    // Groups have not all the same number of keys: five standard deviations more than the mean.
    let mean = Double(keys) / 128
    buckets = max(2, Int(((mean + 5 * mean.squareRoot() + 8) / (Double(Self.slots) * Self.load)).rounded(.up)))
  }

  /// Ticks of `ttl`.
  var window: Int64 { 1 << Int64(tickBits - 3) }
  /// Bytes of one key group.
  var groupBytes: Int { buckets * Self.slots * 4 }

  func tick(_ time: Int64) -> Int64 {
    let whole = time / tickNanoseconds
    return time % tickNanoseconds < 0 ? whole - 1 : whole
  }
}
