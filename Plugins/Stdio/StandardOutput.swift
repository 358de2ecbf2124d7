import Glibc
import PluginKit

/// Standard output, written without ever waiting for long.
final class StandardOutput {
  private let descriptor: Int32
  private let isOwn: Bool
  /// Bytes that one write may take without blocking once `poll` says that the descriptor is writable.
  private let writeBytes: Int

  /// A pipe or a terminal is opened once more, non-blocking: the mode of the inherited descriptor is shared with the processes
  /// beside us and is not ours to change. Where that fails, writes stay so small that they fit (PIPE_BUF, pipe(7)).
  init() throws {
    var status = stat()
    guard fstat(STDOUT_FILENO, &status) == 0 else { throw Self.failure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFIFO, S_IFCHR:
      let own = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
      descriptor = own >= 0 ? own : STDOUT_FILENO
      isOwn = own >= 0
      writeBytes = own >= 0 ? .max : 4096
    case S_IFSOCK: (descriptor, isOwn, writeBytes) = (STDOUT_FILENO, false, 4096)
    default: (descriptor, isOwn, writeBytes) = (STDOUT_FILENO, false, .max)
    }
  }

  deinit { if isOwn { _ = Glibc.close(descriptor) } }

  /// Writes from the front as long as the reader keeps up, and tells how much.
  func write(_ bytes: UnsafeRawBufferPointer, _ host: Host) throws -> Int {
    var done = 0
    while done < bytes.count {
      guard try Readiness.wait(descriptor, for: POLLOUT, until: .max, host) else { break }
      let put = Glibc.write(descriptor, bytes.baseAddress! + done, min(bytes.count - done, writeBytes))
      if put >= 0 {
        done += put
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        throw Self.failure(errno)
      }
    }
    return done
  }

  private static func failure(_ code: Int32) -> PluginError {
    switch code {
    case EPIPE: PluginError(.unsupported, "stdout: the reader is gone")
    case ENOSPC, EDQUOT: .fatal("stdout: the disk is full (\(errnoText(code)))")
    case EBADF: PluginError(.unsupported, "stdout: is closed")
    default: .fatal("stdout: cannot be written: \(errnoText(code))")
    }
  }
}
