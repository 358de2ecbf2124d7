import Glibc

/// Waits for descriptors, and writes to them, without ever holding a call for long.
public enum Readiness {
  /// Longest single wait: the host serves stops and barriers between calls.
  static let longestWaitMilliseconds: Int32 = 10

  /// True when `events` (POLLIN, POLLOUT) can be done at once, an end or an error seen included; false when they could not by
  /// the deadline, a reading of `Host.now`, or after 10 ms.
  public static func wait(_ descriptor: Int32, for events: Int32, until deadline: Int64, _ host: Host) throws -> Bool {
    var watched = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    let count = Glibc.poll(&watched, 1, milliseconds(until: deadline, host))
    guard count >= 0 else {
      if errno == EINTR { return false }
      throw PluginError.fatal("poll: \(errnoText(errno))")
    }
    return count > 0
  }

  /// The same for several descriptors, or none: waits for the first of them, the deadline, or 10 ms.
  public static func wait(_ interests: [DescriptorWatch.Interest], until deadline: Int64, _ host: Host) throws {
    var watched = interests.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
    guard Glibc.poll(&watched, nfds_t(watched.count), milliseconds(until: deadline, host)) < 0, errno != EINTR else { return }
    throw PluginError.fatal("poll: \(errnoText(errno))")
  }

  private static func milliseconds(until deadline: Int64, _ host: Host) -> Int32 {
    let left = deadline.subtractingReportingOverflow(host.now)
    let milliseconds = left.overflow ? Int64(longestWaitMilliseconds) : left.partialValue / 1_000_000
    return Int32(min(max(milliseconds, 0), Int64(longestWaitMilliseconds)))
  }

  /// Writes from the front as long as the reader keeps up, and tells how many bytes.
  ///
  /// - Parameters:
  ///   - descriptor: non-blocking, unless `piece` bytes always fit once poll(2) says that it is writable.
  ///   - piece: the most bytes of one write.
  ///   - failure: what an error number means here.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, piece: Int = .max, _ host: Host, failure: (Int32) -> PluginError
  ) throws -> Int {
    var done = 0
    while done < bytes.count {
      guard try wait(descriptor, for: POLLOUT, until: .max, host) else { break }
      let put = Glibc.write(descriptor, bytes.baseAddress! + done, min(bytes.count - done, piece))
      if put >= 0 {
        done += put
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        throw failure(errno)
      }
    }
    return done
  }
}
