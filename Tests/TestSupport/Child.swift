import Glibc
import Synchronization

/// A program that a test runs as a child process, in a process group of its own, with a time limit on every wait.
///
/// One thread uses it. What is still running when the value goes away is killed with everything that it started.
public final class Child {
  /// How the program ended.
  public enum End: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
  }

  /// Where standard input comes from.
  public enum Input {
    case nothing
    /// A pipe that `send` writes to and `closeInput` ends.
    case pipe
    case file(String)
  }

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Seconds that a wait may take unless it says otherwise.
  public static let limitSeconds = 60

  /// No program starts while another's pipe is still inheritable, or it would hold that pipe open.
  private static let spawning = Mutex<Void>(())

  public let process: pid_t
  private let name: String
  private var input: Int32 = -1
  /// Standard output and standard error; -1 once ended.
  private var streams: [Int32] = [-1, -1]
  private var collected: [[UInt8]] = [[], []]
  private var end: End?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - environment: variables set on top of the test's own; nil removes one.
  ///   - terminal: takes the place of standard error (and of standard output when `outputToTerminal`).
  public init(
    _ program: String, _ arguments: [String] = [], in directory: String? = nil, environment: [String: String?] = [:],
    input: Input = .nothing, terminal: Terminal? = nil, outputToTerminal: Bool = false
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var childEnds: [Int32] = []
    func pipeEnds() throws -> (read: Int32, write: Int32) {
      let ends = Self.spawning.withLock { _ in
        var ends: [Int32] = [-1, -1]
        if Glibc.pipe(&ends) == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
        return ends
      }
      guard ends[0] >= 0 else { throw Failure(description: "no pipe: \(String(cString: strerror(errno)))") }
      return (ends[0], ends[1])
    }
    switch input {
    case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    case .pipe:
      let ends = try pipeEnds()
      posix_spawn_file_actions_adddup2(&actions, ends.read, 0)
      childEnds.append(ends.read)
      self.input = ends.write
    }
    for stream in [1, 2] as [Int32] {
      if let terminal, stream == 2 || outputToTerminal {
        posix_spawn_file_actions_adddup2(&actions, terminal.childEnd, stream)
      } else {
        let ends = try pipeEnds()
        posix_spawn_file_actions_adddup2(&actions, ends.write, stream)
        childEnds.append(ends.write)
        streams[Int(stream) - 1] = ends.read
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The test program's own mask must not keep signals from the child.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    name = ([program] + arguments).joined(separator: " ")
    // A shell changes the directory and becomes the program: posix_spawn cannot change it everywhere.
    let command =
      directory.map { ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", $0, program] + arguments }
      ?? (program.contains("/") ? [program] : ["/usr/bin/env", program]) + arguments
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = Self.environment(changed: environment).map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    let failure = Self.spawning.withLock { _ in
      posix_spawn(&process, command[0], &actions, &attributes, &words, &variables)
    }
    self.process = process
    for end in childEnds { close(end) }
    guard failure == 0 else {
      end = .exit(127)
      throw Failure(description: "cannot run \(name): \(String(cString: strerror(failure)))")
    }
  }

  deinit {
    if end == nil {
      kill(-process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    for file in [input] + streams where file >= 0 { close(file) }
  }

  private static func environment(changed: [String: String?]) -> [String] {
    var variables: [String] = []
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if !changed.keys.contains(String(text.prefix { $0 != "=" })) { variables.append(text) }
      entry += 1
    }
    return variables + changed.compactMap { name, value in value.map { "\(name)=\($0)" } }
  }

  /// Everything that was read from standard output so far.
  public var output: [UInt8] { collected[0] }
  public var outputText: String { String(decoding: collected[0], as: UTF8.self) }
  /// Everything that was read from standard error so far.
  public var errorText: String { String(decoding: collected[1], as: UTF8.self) }

  /// Writes to the program's standard input; false when it does not read any more.
  @discardableResult
  public func send(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    Glibc.signal(SIGPIPE, SIG_IGN)
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count < 0 { return false }
      bytes = bytes.dropFirst(count)
    }
    return true
  }

  /// Ends the program's standard input.
  public func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Stops reading standard output: the program's next write to it fails.
  public func closeOutput() {
    if streams[0] >= 0 { close(streams[0]) }
    streams[0] = -1
  }

  /// Sends a signal to the program alone.
  public func signal(_ number: Int32) { kill(process, number) }

  /// Reads until the condition holds; fails when the streams end, or the time is up, before it does.
  public func wait(limitSeconds: Int = Child.limitSeconds, until condition: (Child) -> Bool) throws {
    let deadline = Clock.milliseconds + limitSeconds * 1000
    while !condition(self) {
      guard try read(until: deadline) else {
        throw Failure(description: "\(name) ended before what was awaited; \(report)")
      }
    }
  }

  /// Reads standard error alone until the condition holds: a program whose output nobody reads stays stuck.
  public func waitForErrors(limitSeconds: Int = Child.limitSeconds, until condition: (String) -> Bool) throws {
    let deadline = Clock.milliseconds + limitSeconds * 1000
    while !condition(errorText) {
      guard try read(until: deadline, only: 1) else {
        throw Failure(description: "\(name) ended before what was awaited; \(report)")
      }
    }
  }

  /// Waits for the end without reading standard output.
  public func waitForEnd(limitSeconds: Int = Child.limitSeconds) throws -> End {
    let deadline = Clock.milliseconds + limitSeconds * 1000
    while try read(until: deadline, only: 1) {}
    closeOutput()
    return try finish(limitSeconds: limitSeconds)
  }

  /// Gathers what the program shows on a terminal until the condition holds, and gives it.
  public func awaitTerminal(
    _ terminal: Terminal, limitSeconds: Int = Child.limitSeconds, until condition: (String) -> Bool
  ) throws -> String {
    let deadline = Clock.milliseconds + limitSeconds * 1000
    var seen = ""
    while true {
      seen += terminal.read()
      if condition(seen) { return seen }
      guard Clock.milliseconds < deadline else { throw Failure(description: "\(name) did not show what was awaited: \(seen)") }
      terminal.waitForOutput(milliseconds: 100)
    }
  }

  /// Reads both streams to their ends, and gives how the program ended. Kills it and fails when the time is up.
  @discardableResult
  public func finish(limitSeconds: Int = Child.limitSeconds) throws -> End {
    if let end { return end }
    let deadline = Clock.milliseconds + limitSeconds * 1000
    while try read(until: deadline) {}
    var status: Int32 = 0
    while true {
      let done = waitpid(process, &status, WNOHANG)
      if done == process { break }
      if Clock.milliseconds > deadline { throw late() }
      usleep(1000)
    }
    let ended: End = status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal(status & 0x7F)
    end = ended
    return ended
  }

  /// One read of what is there; false when the streams, or the one asked for, have ended.
  private func read(until deadline: Int, only: Int? = nil) throws -> Bool {
    let open = streams.indices.filter { streams[$0] >= 0 && (only == nil || only == $0) }
    guard !open.isEmpty else { return false }
    var waits = open.map { pollfd(fd: streams[$0], events: Int16(POLLIN), revents: 0) }
    let left = deadline - Clock.milliseconds
    if left <= 0 { throw late() }
    if poll(&waits, nfds_t(waits.count), Int32(clamping: left)) < 0 { return true }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    for (wait, stream) in zip(waits, open) where wait.revents != 0 {
      let count = Glibc.read(wait.fd, &chunk, chunk.count)
      if count > 0 {
        collected[stream] += chunk[..<count]
      } else if count == 0 || errno != EINTR {
        close(wait.fd)
        streams[stream] = -1
      }
    }
    return true
  }

  private func late() -> Failure {
    kill(-process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    end = .signal(SIGKILL)
    return Failure(description: "\(name) did not finish in time; \(report)")
  }

  private var report: String { "standard output: \(outputText.suffix(2000))\nstandard error: \(errorText.suffix(4000))" }
}

/// The machine's steady clock.
public enum Clock {
  public static var milliseconds: Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }
}
