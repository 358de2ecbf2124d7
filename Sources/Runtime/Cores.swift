import CHost
import FoundationEssentials

/// What the machine has for the threads of a pipeline.
public struct Cores: Sendable, Equatable {
  /// CPUs that the process may use at a time.
  public var usable: Int
  /// From one core to another and back; nil when a second core did not answer in time, or there is none.
  public var roundTripNanoseconds: Int64?

  public init(usable: Int, roundTripNanoseconds: Int64?) {
    self.usable = usable
    self.roundTripNanoseconds = roundTripNanoseconds
  }

  /// How long the measurement takes at most.
  private static let limitNanoseconds: Int64 = 2_000_000

  /// CPUs that the process may use: those of its affinity, no more than its control group has time for.
  public static var usable: Int { min(Int(tide_cores_usable()), quota ?? .max) }

  /// Measures what one core's word takes to another and back, on this machine as busy as it is: a third of a millisecond, or two.
  public static func measure(usable: Int) -> Cores {
    let time = usable > 1 ? tide_cores_round_trip_ns(limitNanoseconds) : 0
    return Cores(usable: usable, roundTripNanoseconds: time > 0 ? time : nil)
  }

  /// Whole CPUs that the control group has the time of, as cgroup v2 says it: "200000 100000" is two of them, "max 100000" all.
  private static var quota: Int? {
    guard let data = try? Data(contentsOf: URL(filePath: "/sys/fs/cgroup/cpu.max")) else { return nil }
    return quota(of: String(decoding: data, as: UTF8.self))
  }

  package static func quota(of text: String) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), period > 0 else { return nil }
    return max(time / period, 1)
  }
}
