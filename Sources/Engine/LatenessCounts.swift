/// How late the late rows of a source were: their number, the greatest lateness and a rough distribution.
///
/// Buckets are a quarter of an octave wide, so a percentile is at most 25 % above the true one. One thread counts, any thread reads.
struct LatenessCounts: Sendable {
  /// Four buckets for each power of two.
  private static let buckets = 64 * 4
  private static let greatest = buckets, total = buckets + 1

  private let words = Counters(count: buckets + 2)

  func deallocate() { words.deallocate() }

  /// Counts a row that came `nanoseconds`, more than 0, after the watermark had passed it.
  func add(_ nanoseconds: Int64) {
    words.add(Self.bucket(of: nanoseconds), 1)
    words.add(Self.total, 1)
    if UInt64(nanoseconds) > words.read(Self.greatest) { words.set(Self.greatest, Int(nanoseconds)) }
  }

  private static func bucket(of nanoseconds: Int64) -> Int {
    let octave = 63 - max(nanoseconds, 1).leadingZeroBitCount
    let quarter = octave < 2 ? 0 : Int(nanoseconds >> Int64(octave - 2)) & 3
    return octave * 4 + quarter
  }

  /// The least lateness that is above those of a bucket, minus one.
  private static func top(of bucket: Int) -> UInt64 {
    let (octave, quarter) = bucket.quotientAndRemainder(dividingBy: 4)
    guard octave >= 2 else { return (2 << UInt64(octave)) - 1 }
    return (1 << UInt64(octave)) + UInt64(quarter + 1) << UInt64(octave - 2) - 1
  }

  /// Any thread.
  var summary: EventTimes.Lateness {
    let rows = words.read(Self.total), greatest = words.read(Self.greatest)
    func percentile(_ share: Double) -> Int64 {
      let rank = UInt64((Double(rows) * share).rounded(.up))
      var seen: UInt64 = 0
      for bucket in 0..<Self.buckets {
        seen += words.read(bucket)
        if seen >= rank { return Int64(clamping: min(Self.top(of: bucket), greatest)) }
      }
      return Int64(clamping: greatest)
    }
    guard rows > 0 else { return EventTimes.Lateness() }
    return EventTimes.Lateness(rows: rows, p50: percentile(0.5), p99: percentile(0.99), greatest: Int64(clamping: greatest))
  }
}
