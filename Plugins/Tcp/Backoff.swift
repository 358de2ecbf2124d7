import PluginKit

/// Waiting times between attempts to connect: doubled each time up to a limit, and each cut by chance, so that many who lost the same
/// server do not come back at the same moment.
struct Backoff {
  let first, longest: Int64
  private var attempts = 0

  init(first: Duration, longest: Duration) {
    self.first = max(first.wholeNanoseconds, 1)
    self.longest = max(longest.wholeNanoseconds, self.first)
  }

  /// Nanoseconds to wait now: between half and all of the time for this attempt.
  mutating func next(random: Double = .random(in: 0..<1)) -> Int64 {
    let (doubled, overflow) = first.multipliedReportingOverflow(by: 1 << min(Int64(attempts), 40))
    attempts += 1
    let time = overflow ? longest : min(doubled, longest)
    return time / 2 + Int64(Double(time / 2) * random)
  }

  mutating func reset() { attempts = 0 }
}
