import CWorker
import Glibc
import PluginHost

/// The worker processes of one check, at most two at work: one pair for most cases, another for those that count what is called.
final class WorkerCrew {
  private let check: Check
  private let directory: String
  private var workers: [Worker] = []

  private struct Worker {
    var socket: Int32
    var process: Int32
    var isAudit: Bool
    /// What it is at work on.
    var job: (number: Int, job: Job, begin: Int, attempt: Int)?
  }

  static let directoryPrefix = "/tmp/tidemill-check."

  private static let allocator =
    "glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824"
    + ":glibc.malloc.top_pad=268435456"

  init(_ check: Check) throws(PluginError) {
    self.check = check
    let template = strdup(Self.directoryPrefix + "XXXXXX")!
    defer { free(template) }
    guard let made = mkdtemp(template) else {
      throw PluginError("cannot make a directory in /tmp: \(FilePaths.systemMessage(errno))")
    }
    directory = String(cString: made)
  }

  /// Ends the workers, which end what they have started, and removes what they wrote.
  func end() {
    for worker in workers { stop(worker) }
    workers = []
    PluginCopies.removeTree(directory)
  }

  private func stop(_ worker: Worker) {
    close(worker.socket)
    var status: Int32 = 0
    while waitpid(worker.process, &status, 0) < 0 && errno == EINTR {}
  }

  /// Runs jobs in order, `width` at a time, and tells each result.
  func run(_ jobs: [(Int, Job)], _ told: (Int, CaseResult) -> Void) throws(PluginError) {
    var waiting = jobs[...]
    var retries: [(Int, Job, Int)] = []
    while true {
      while workers.count(where: { $0.job != nil }) < check.width {
        if let (number, job, attempt) = retries.popLast() {
          try give(number, job, attempt: attempt)
        } else if let (number, job) = waiting.popFirst() {
          try give(number, job, attempt: 1)
        } else {
          break
        }
      }
      guard workers.contains(where: { $0.job != nil }) else { return }
      guard let index = awaitAnswer() else { continue }
      let job = workers[index].job!
      workers[index].job = nil
      let verdict: Verdict
      if let line = ControlSocket.readLine(workers[index].socket) {
        let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        verdict = Verdict(word: parts[0], reason: parts.count > 1 ? parts[1] : "")
      } else {
        stop(workers.remove(at: index))
        verdict = .crash("the plugin ended the process that watches over the case")
      }
      if verdict.isBad, job.attempt < job.job.test.attempts {
        retries.append((job.number, job.job, job.attempt + 1))
        continue
      }
      told(job.number, job.job.result(verdict, Self.milliseconds() - job.begin))
    }
  }

  private func give(_ number: Int, _ job: Job, attempt: Int) throws(PluginError) {
    let isAudit = job.test.isAudit
    let index: Int
    if let free = workers.firstIndex(where: { $0.job == nil && $0.isAudit == isAudit }) {
      index = free
    } else {
      workers.append(try start(isAudit: isAudit))
      index = workers.count - 1
    }
    workers[index].job = (number, job, Self.milliseconds(), attempt)
    // When it is gone already, its answer is the end of the stream.
    _ = ControlSocket.write("\(job.test.id) \(job.component) \(check.limitMilliseconds)\n", to: workers[index].socket)
  }

  private func start(isAudit: Bool) throws(PluginError) -> Worker {
    let place = FilePaths.join(directory, "worker-\(workers.count)-\(isAudit ? "audit" : "plain")-\(Self.milliseconds())")
    mkdir(place, 0o700)
    let arguments = [check.worker, "check", check.file, String(check.seed)]
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment(isAudit).map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var process: Int32 = 0
    let socket = tide_worker_start(check.worker, &words, &variables, place, &process)
    guard socket >= 0 else { throw PluginError("cannot run \(check.worker): \(FilePaths.systemMessage(errno))") }
    return Worker(socket: socket, process: process, isAudit: isAudit, job: nil)
  }

  /// The caller's variables, but for what would make a run depend on them.
  private func environment(_ isAudit: Bool) -> [String] {
    var lines: [String] = []
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if !text.hasPrefix("SWIFT_BACKTRACE="), !text.hasPrefix("LD_PRELOAD=") { lines.append(text) }
      entry += 1
    }
    lines.append("SWIFT_BACKTRACE=enable=no")
    guard isAudit, let audit = check.audit else { return lines }
    lines.append("LD_PRELOAD=\(audit)")
    // Memory that the allocator has at hand, so that it asks the system for none on behalf of a plugin.
    lines.append("GLIBC_TUNABLES=" + Self.allocator)
    return lines
  }

  /// The worker that has something to say.
  private func awaitAnswer() -> Int? {
    let busy = workers.indices.filter { workers[$0].job != nil }
    var watched = busy.map { pollfd(fd: workers[$0].socket, events: Int16(POLLIN), revents: 0) }
    guard poll(&watched, nfds_t(watched.count), -1) > 0 else { return nil }
    return watched.firstIndex { $0.revents != 0 }.map { busy[$0] }
  }

  static func milliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
