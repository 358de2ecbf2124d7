import CHost
import Formats
import Rings
import Synchronization

/// Threads that decode records beside the source's own, `lanes` in all with it.
///
/// The source's thread cuts the bytes into jobs and sends on what they give in the order of the bytes, so that ids, watermarks and
/// the order of rows are those of one thread. While it has to wait for the oldest job it decodes the next itself. All but the
/// threads' own loop belongs to the source's thread.
final class DecodeCrew: @unchecked Sendable {
  /// Bytes of a job's records at most, but for a record that is longer: of that the source's thread takes care.
  let jobBytes: Int
  /// Bytes of the budget that jobs leave to the source's own decoder and to others.
  private let spareBytes: Int
  /// Jobs for each thread: one that is decoded, and some that wait, so that nobody has to be woken for the next.
  private static let jobsEach = 4

  private let jobs: [DecodeJob]
  private let source: Parker
  private let clock: any PipelineClock
  private var members: [Member] = []
  /// Jobs begun and sent on so far; the oldest is `jobs[done % count]`.
  private var begun = 0, done = 0
  private let isStopping = Atomic<Bool>(false)
  private let cpu = Atomic<Int64>(0)
  /// Values that did not fit their column, of all jobs that were sent on.
  private(set) var mismatches: UInt64 = 0
  /// Values that the source's own decoder counted while it did a job: they are among those of the jobs.
  private(set) var mismatchesOfSource: UInt64 = 0

  /// A further thread, and what wakes it.
  private final class Member: @unchecked Sendable {
    let parker: Parker
    let decoder: RecordDecoder
    let pool: FramePool
    unowned let crew: DecodeCrew
    var thread: UInt64 = 0
    /// Place of the job that it took last.
    var last = -1

    init(_ crew: DecodeCrew, _ decoder: RecordDecoder, _ pool: FramePool) {
      self.crew = crew
      self.decoder = decoder
      self.pool = pool
      parker = Parker(clock: crew.clock)
    }
  }

  /// Records of formats whose records end with a line, wherever they stand, can be decoded out of order.
  static func takes(_ plan: RecordPlan) -> Bool { plan.format == .json || plan.format == .text }

  /// Length of a job's records where the largest frame has so many bytes.
  static func jobBytes(largestFrame: Int) -> Int { min(256 << 10, largestFrame / 16) }

  /// What a job's frames may take, which is more than usual records do; of others the source decodes what is left over.
  private static func frameBytes(ofJob jobBytes: Int) -> Int { 4 * jobBytes }

  /// What the frames of all jobs may take, of a source with so many threads beside its own.
  static func frameBytes(helpers: Int, largestFrame: Int) -> Int {
    helpers == 0 ? 0 : (1 + helpers) * jobsEach * frameBytes(ofJob: jobBytes(largestFrame: largestFrame))
  }

  init(
    lanes: Int, plan: RecordPlan, source: Parker, clock: any PipelineClock, budget: FrameBudget, keepBytes: Int, jobBytes: Int,
    spareBytes: Int
  ) throws {
    self.source = source
    self.clock = clock
    self.jobBytes = jobBytes
    self.spareBytes = spareBytes
    jobs = (0..<lanes * Self.jobsEach).map { _ in DecodeJob(capacity: jobBytes) }
    for _ in 1..<lanes {
      let pool = FramePool(crossing: true, keepBytes: keepBytes, budget: budget)
      members.append(Member(self, try RecordDecoder(plan), pool))
    }
  }

  // MARK: Threads

  /// Starts the threads; the number of those that could not be.
  func start(name: String) -> Int {
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      let member = Unmanaged<Member>.fromOpaque(context!).takeRetainedValue()
      member.crew.work(member)
      member.crew.cpu.add(tide_thread_cpu_ns(), ordering: .relaxed)
    }
    members.removeAll { member in
      let context = Unmanaged.passRetained(member)
      guard tide_thread_start(body, context.toOpaque(), Chain.stackBytes, "tm-\(name.prefix(10))+", &member.thread) != 0 else {
        return false
      }
      context.release()
      return true
    }
    return jobs.count / Self.jobsEach - 1 - members.count
  }

  /// Ends the threads, and gives back what was not sent on. The CPU time that they took, in ns.
  func stop() -> Int64 {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    for member in members { member.parker.signal() }
    for member in members { tide_thread_join(member.thread) }
    members.removeAll()
    for job in jobs { job.discard() }
    return cpu.load(ordering: .relaxed)
  }

  private func work(_ member: Member) {
    while !isStopping.load(ordering: .acquiring) {
      if let job = take(after: &member.last) {
        run(job, member.decoder, member.pool)
        source.signal()
      } else {
        member.parker.park {
          isStopping.load(ordering: .acquiring)
            || jobs.contains { $0.state.load(ordering: .acquiring) == DecodeJob.State.ready }
        }
      }
    }
  }

  /// Takes a job that nobody has taken: the next that was begun after the one before, for older ones are waited for.
  private func take(after last: inout Int) -> DecodeJob? {
    for step in 1...jobs.count {
      let place = (last + step) % jobs.count
      guard jobs[place].state.load(ordering: .relaxed) == DecodeJob.State.ready, take(jobs[place]) else { continue }
      last = place
      return jobs[place]
    }
    return nil
  }

  private func take(_ job: DecodeJob) -> Bool {
    job.state.compareExchange(
      expected: DecodeJob.State.ready, desired: DecodeJob.State.taken, ordering: .acquiringAndReleasing
    ).exchanged
  }

  private func run(_ job: DecodeJob, _ decoder: RecordDecoder, _ pool: FramePool) {
    job.run(decoder, pool, most: Self.frameBytes(ofJob: jobBytes), leaving: spareBytes)
    job.state.store(DecodeJob.State.done, ordering: .releasing)
  }

  // MARK: The source's thread

  var isEmpty: Bool { begun == done }
  var isFull: Bool { begun - done == jobs.count }

  /// Begins a job with whole records; a record longer than `jobBytes` is left to the source's thread.
  func begin(
    _ records: UnsafeRawBufferPointer, partition: UInt32, offset: UInt64, final: Bool, ingestTime: Int64, frameRows: Int?
  ) {
    let job = jobs[begun % jobs.count]
    job.fill(
      records, partition: partition, offset: offset, final: final, ingestTime: ingestTime, frameRows: frameRows)
    job.state.store(records.count > jobBytes ? DecodeJob.State.kept : DecodeJob.State.ready, ordering: .releasing)
    begun += 1
    // The source decodes one itself; others are woken for more than that.
    if begun - done > 1 { for member in members { member.parker.signal() } }
  }

  /// The oldest job, if it is decoded.
  var finished: DecodeJob? {
    guard !isEmpty else { return nil }
    let job = jobs[done % jobs.count]
    return job.state.load(ordering: .acquiring) == DecodeJob.State.done ? job : nil
  }

  /// Takes leave of the oldest job, of which everything was sent on.
  func close(_ job: DecodeJob) {
    mismatches += job.mismatches
    job.discard()
    job.state.store(DecodeJob.State.free, ordering: .releasing)
    done += 1
  }

  /// Decodes a job that nobody has begun; else waits until the oldest is decoded, or until `gives` up.
  func help(_ decoder: RecordDecoder, _ pool: FramePool, unless gives: () -> Bool) {
    // Oldest first: it is waited for.
    for number in done..<begun {
      let job = jobs[number % jobs.count]
      guard take(job) || job.state.load(ordering: .relaxed) == DecodeJob.State.kept else { continue }
      let before = decoder.mismatches
      run(job, decoder, pool)
      mismatchesOfSource += decoder.mismatches - before
      return
    }
    source.park { finished != nil || isEmpty || gives() }
  }
}
