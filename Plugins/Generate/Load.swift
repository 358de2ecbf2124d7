import Glibc
import PluginKit

/// How the number of events per second changes with event time.
struct Load {
  enum Shape: String, CaseIterable, Sendable {
    case steady, ramp, spike, wave
  }

  let shape: Shape
  /// Events per second, before the shape.
  let rate: Double
  let periodSeconds: Double

  /// Events per second so long after the first one; above 0.
  func rate(after seconds: Double) -> Double {
    let phase = seconds / periodSeconds
    switch shape {
    case .steady: return rate
    // From a tenth to all of it over one period.
    case .ramp: return rate * min(0.1 + 0.9 * phase, 1)
    // Ten times as much in the last tenth of every period.
    case .spike: return phase - phase.rounded(.down) >= 0.9 ? rate * 10 : rate
    case .wave: return rate * (1 + 0.8 * sin(2 * .pi * phase))
    }
  }
}

/// The event time of every event: each is due one gap after the one before, the gap being what the load says there.
///
/// A function of the load alone: two runs with the same start give the same times however they were paced.
struct Schedule {
  let start: Int64
  private let load: Load
  /// Nanoseconds from the first event to the next one, and the part of a nanosecond that is carried on.
  private(set) var elapsed: Int64
  private(set) var carry: Double

  init(start: Int64, _ load: Load, elapsed: Int64 = 0, carry: Double = 0) {
    self.start = start
    self.load = load
    self.elapsed = elapsed
    self.carry = carry
  }

  /// Event time of the next event, nil when no 64-bit time holds it.
  var next: Int64? {
    let (time, overflow) = start.addingReportingOverflow(elapsed)
    return overflow ? nil : time
  }

  /// Moves to the event after the next.
  mutating func advance() {
    let gap = min(1e9 / load.rate(after: Double(elapsed) * 1e-9) + carry, 9e18)
    let whole = gap.rounded(.down)
    carry = gap - whole
    let (sum, overflow) = elapsed.addingReportingOverflow(Int64(whole))
    elapsed = overflow ? .max : sum
  }
}
