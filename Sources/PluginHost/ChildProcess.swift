import Glibc

/// Runs a program to its end or its time limit, and gives what it wrote.
package struct ChildProcess {
  /// What became of the program.
  package struct Result {
    /// Exit code; 128 and the signal's number when a signal ended it.
    package var status: Int32
    package var output: String
    package var errors: String
    package var isLate: Bool
  }

  /// Bytes kept of each stream; what comes after is read and dropped.
  package static let outputLimit = 4 << 20

  /// Searches `PATH` for a program; a name with a slash stands for itself.
  package static func find(_ name: String, in environment: HostEnvironment) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    let path = environment.variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { FilePaths.join(String($0), name) }
      .first { access($0, X_OK) == 0 && FilePaths.isFile($0) }
  }

  /// Runs a program with its arguments; it gets no input, and a process group of its own, so that what it started ends with it.
  package static func run(_ program: String, _ arguments: [String], limitSeconds: Int) throws(PluginError) -> Result {
    let (output, errors) = (try pipe(), try pipe())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, program, &actions, &attributes, &words, environ)
    close(output.write)
    close(errors.write)
    defer {
      close(output.read)
      close(errors.read)
    }
    guard failure == 0 else { throw PluginError("cannot run \(program): \(FilePaths.systemMessage(failure))") }
    var texts: [[UInt8]] = [[], []]
    let isLate = !collect([output.read, errors.read], into: &texts, limitSeconds: limitSeconds)
    if isLate { kill(-process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    return Result(
      status: code, output: String(decoding: texts[0], as: UTF8.self), errors: String(decoding: texts[1], as: UTF8.self),
      isLate: isLate)
  }

  private static func pipe() throws(PluginError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw PluginError("cannot make a pipe: \(FilePaths.systemMessage(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Reads both streams to their ends; false when the time was up before.
  private static func collect(_ streams: [Int32], into texts: inout [[UInt8]], limitSeconds: Int) -> Bool {
    var open = streams.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let end = milliseconds() + limitSeconds * 1000
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while open.contains(where: { $0.fd >= 0 }) {
      let left = end - milliseconds()
      if left <= 0 { return false }
      if poll(&open, nfds_t(open.count), Int32(clamping: left)) < 0 && errno != EINTR { return false }
      for index in open.indices where open[index].fd >= 0 && open[index].revents != 0 {
        let got = read(open[index].fd, &piece, piece.count)
        if got > 0 {
          texts[index] += piece[..<min(got, max(0, outputLimit - texts[index].count))]
        } else if got == 0 || errno != EINTR {
          open[index].fd = -1
        }
        if open[index].fd >= 0 { open[index].revents = 0 }
      }
    }
    return true
  }

  private static func milliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }
}
