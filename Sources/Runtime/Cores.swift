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

  /// Whole CPUs that the control group and those around it have the time of, the least of them.
  private static var quota: Int? {
    let root = "/sys/fs/cgroup"
    let path = text("/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3)
    var folders = (path ?? "").split(separator: "/").map(String.init)
    var least: Int?
    while true {
      let file = ([root] + folders + ["cpu.max"]).joined(separator: "/")
      if let found = text(file).flatMap(quota) { least = min(least ?? found, found) }
      if folders.popLast() == nil { return least }
    }
  }

  private static func text(_ path: String) -> String? {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What cgroup v2 says: "200000 100000" is two of them, "max 100000" all.
  package static func quota(of text: String) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), period > 0 else { return nil }
    return max(time / period, 1)
  }
}
