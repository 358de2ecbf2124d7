/// What a bucket holds: the right to pass, earned by the passing of time.
struct TokenBucket: Equatable {
  /// In parts of a token, of which `TokenRate` says how many make one.
  var credit: Int128
  /// The latest time seen, ns since the epoch. It never goes back: a row that is older counts at this time.
  var time: Int64
}

/// How fast buckets fill and how much they hold, in whole numbers, so that nothing is lost to rounding.
///
/// A nanosecond earns `limit` parts, and `every` parts are a token: so `every` nanoseconds earn `limit` tokens.
struct TokenRate: Equatable {
  static let maxLimit = 1_000_000_000
  static let maxEvery: Int64 = 366 * 86_400_000_000_000

  let limit: Int64
  let every: Int64
  /// Credit of a full bucket.
  let full: Int128

  /// - Parameters:
  ///   - limit: tokens in the time `every`, 1 to `maxLimit`.
  ///   - every: nanoseconds, 1 to `maxEvery`.
  ///   - burst: tokens that a bucket holds, 1 to `maxLimit`.
  init(limit: Int64, every: Int64, burst: Int64) {
    self.limit = limit
    self.every = every
    full = Int128(burst) * Int128(every)
  }

  /// A bucket that nobody has taken from.
  var fresh: TokenBucket { TokenBucket(credit: full, time: .min) }

  /// Takes a token at a time; false when there is none.
  @inline(__always)
  func take(from bucket: inout TokenBucket, at time: Int64) -> Bool {
    if time > bucket.time {
      let earned = (Int128(time) - Int128(bucket.time)) * Int128(limit)
      bucket.credit = min(full, bucket.credit + earned)
      bucket.time = time
    }
    guard bucket.credit >= Int128(every) else { return false }
    bucket.credit -= Int128(every)
    return true
  }

  /// Nanoseconds from the bucket's time until it has a token.
  func wait(_ bucket: TokenBucket) -> Int64 {
    let missing = Int128(every) - bucket.credit
    return missing <= 0 ? 0 : Int64((missing + Int128(limit) - 1) / Int128(limit))
  }

  /// A bucket of another rate with the same tokens, as far as it holds them.
  func adopt(_ bucket: TokenBucket, of other: TokenRate) -> TokenBucket {
    let (whole, part) = bucket.credit.quotientAndRemainder(dividingBy: Int128(other.every))
    let credit = whole * Int128(every) + part * Int128(every) / Int128(other.every)
    return TokenBucket(credit: min(full, max(credit, 0)), time: bucket.time)
  }
}
