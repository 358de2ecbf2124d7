import Glibc

/// The share of its rows that a sampling edge takes, from how full it is.
///
/// All of them up to half full; from there on the share falls by the same factor with every frame more, to one in 4096 for the
/// last frame that has room. It settles where the share is what the reader can take, whatever that is.
package enum SampleShare {
  package static let beginsAt = 0.5
  /// Share of a full edge, as a power of two.
  package static let leastExponent = -12.0

  /// Threshold of 2^32 that a row's hash has to be below; nil = all rows.
  package static func threshold(fill: Double) -> UInt32? {
    guard fill > beginsAt else { return nil }
    let exponent = leastExponent * (min(fill, 1) - beginsAt) / (1 - beginsAt)
    return UInt32(min(exp2(32 + exponent), Double(UInt32.max)))
  }

  /// A threshold as a share of all rows.
  package static func share(threshold: UInt64) -> Double { Double(threshold) / 4_294_967_296 }
}
