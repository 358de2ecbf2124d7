import Glibc
import PluginKit

/// Waits for a descriptor without ever passing a deadline by much.
enum Readiness {
  /// Longest single wait: the host serves stops and barriers between calls.
  static let longestWaitMilliseconds: Int32 = 10

  /// True when `events` can be done at once, an end or an error seen included; false when they could not by the deadline.
  static func wait(_ descriptor: Int32, for events: Int32, until deadline: Int64, _ host: Host) throws -> Bool {
    let left = deadline.subtractingReportingOverflow(host.now)
    let milliseconds = left.overflow ? Int64(longestWaitMilliseconds) : left.partialValue / 1_000_000
    var watched = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    let count = Glibc.poll(&watched, 1, Int32(min(max(milliseconds, 0), Int64(longestWaitMilliseconds))))
    guard count >= 0 else {
      if errno == EINTR { return false }
      throw PluginError.fatal("poll: \(errnoText(errno))")
    }
    return count > 0
  }
}
