import Glibc
import PluginKit
import Synchronization

/// Standard output, written without ever waiting for long.
final class StandardOutput {
  /// The rest of a line of which the reader has a part, whichever sink began it. It goes out before anything else, so that the
  /// lines of several sinks do not mix. The process has one standard output: this stands beside it.
  private static let unfinished = Mutex<[UInt8]>([])

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

  /// Takes whole lines from the front as long as the reader keeps up; the last of them may still be on its way.
  func write(_ lines: UnsafeRawBufferPointer, _ host: Host) throws -> PacedText.Step {
    try Self.unfinished.withLock { rest in
      do {
        rest.removeFirst(try rest.withUnsafeBytes { try put($0, host) })
        guard rest.isEmpty else { return .init(taken: 0, isDone: false) }
        let done = try put(lines, host)
        guard done < lines.count else { return .init(taken: done, isDone: true) }
        guard done > 0, lines[done - 1] != UInt8(ascii: "\n") else { return .init(taken: done, isDone: false) }
        let end = lines[done...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lines.count
        rest.append(contentsOf: lines[done..<end])
        return .init(taken: end, isDone: false)
      } catch {
        rest = []
        throw error
      }
    }
  }

  private func put(_ bytes: UnsafeRawBufferPointer, _ host: Host) throws -> Int {
    try Readiness.write(bytes, to: descriptor, piece: writeBytes, host, failure: Self.failure)
  }

  /// A new instance would fail at the same: no restart is asked for where the reason is known to stay.
  private static func failure(_ code: Int32) -> PluginError {
    switch code {
    case EPIPE: PluginError(.unsupported, "stdout: the reader is gone")
    case ENOSPC, EDQUOT: PluginError(.unsupported, "stdout: the disk is full (\(errnoText(code)))")
    case EBADF: PluginError(.unsupported, "stdout: is closed")
    case EROFS, EACCES, EPERM, EFBIG: PluginError(.unsupported, "stdout: cannot be written: \(errnoText(code))")
    default: .fatal("stdout: cannot be written: \(errnoText(code))")
    }
  }
}
