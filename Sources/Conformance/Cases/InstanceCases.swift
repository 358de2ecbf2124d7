import CTidemill
import CWorker
import PluginManifest

/// Several instances, and what is left of many.
enum InstanceCases {
  /// Bytes that memory may grow by over a thousand lives: less than 16 for each.
  static let growthBytes = 8 << 10

  /// The rows of one instance that runs alone.
  private static func alone(_ bench: Bench, _ number: Int, sizes: [Int]? = nil) throws -> RowLog {
    let instance = try bench.created(number) { $0.keepsRows = true }
    var workout = try Workout(bench)
    if let sizes { workout.sizes = sizes }
    workout.first = number * 10_000
    try workout.live(instance)
    return instance.proxy.rows
  }

  /// Of a source that gives something else each time nothing can be said.
  private static func needsRepeatable(_ bench: Bench) throws {
    guard bench.kind == .source else { return }
    let (one, two) = (try alone(bench, 0), try alone(bench, 0))
    if one.difference(to: two, "", "") != nil { throw CaseEnd.skipped("the source gives other rows each time") }
  }

  static func interleaved(_ bench: Bench) throws {
    try needsRepeatable(bench)
    let expected = [try alone(bench, 0), try alone(bench, 1)]
    let instances = try (0..<2).map { number in try bench.opened(number) { $0.keepsRows = true } }
    try WorkerThread.run {
      let workouts = [try Workout(bench), try Workout(bench)]
      if bench.kind == .source {
        for number in 0..<2 { try workouts[number].run(instances[number]) }
      } else {
        // A frame of one, a frame of the other.
        let sizes = workouts[0].sizes
        var rows = [0, 10_000]
        for step in sizes.indices {
          for number in 0..<2 {
            try feed(bench, workouts[number], instances[number], step, sizes[step], row: rows[number])
            rows[number] += sizes[step]
          }
        }
        for number in 0..<2 {
          try workouts[number].finish(instances[number])
          try workouts[number].answered(try instances[number].flush(), "flush", instances[number])
        }
      }
    }
    for number in 0..<2 {
      instances[number].close()
      instances[number].destroy()
      let difference = expected[number].difference(to: instances[number].proxy.rows, "alone", "beside another instance")
      if let difference { throw CaseEnd.failed("of instance \(number), \(difference)") }
    }
  }

  /// One step of a workout: the frame of that number, with its selection and its watermark.
  private static func feed(
    _ bench: Bench, _ workout: Workout, _ instance: ProxyInstance, _ number: Int, _ size: Int, row: Int
  ) throws {
    let frame = try bench.frames.frame(size, first: row)
    let half = size > 8 && size % 2 == 0 ? (0..<size / 2).map { UInt16($0 * 2) } : nil
    let port = UInt32(number % max(bench.subject.inputCount, 1))
    try workout.give(InputBatch(frame, selection: half, port: port), to: instance)
    try workout.pass(time: InputFrames.time(ofRow: row + size - 1), instance)
  }

  static func sideBySide(_ bench: Bench) throws {
    try needsRepeatable(bench)
    let expected = [try alone(bench, 0), try alone(bench, 1)]
    for _ in 0..<3 {
      let instances = try (0..<2).map { number in try bench.opened(number) { $0.keepsRows = true } }
      try WorkerThread.run(
        (0..<2).map { number in
          {
            var workout = try Workout(bench)
            workout.first = number * 10_000
            try workout.run(instances[number])
          }
        })
      for number in 0..<2 {
        instances[number].close()
        instances[number].destroy()
        let difference = expected[number].difference(to: instances[number].proxy.rows, "alone", "beside another thread")
        if let difference { throw CaseEnd.failed("of instance \(number), \(difference)") }
      }
    }
  }

  static func anyThread(_ bench: Bench) throws {
    try needsRepeatable(bench)
    guard bench.kind != .source else {
      let instance = try bench.opened()
      for _ in 0..<5 {
        let status = try WorkerThread.run { instance.poll() }
        if status < 0 || status == TIDE_END { break }
      }
      instance.close()
      return instance.destroy()
    }
    let expected = try alone(bench, 0)
    let instance = try bench.opened { $0.keepsRows = true }
    let workout = try Workout(bench)
    var row = 0
    for (number, size) in workout.sizes.enumerated() {
      try WorkerThread.run { try feed(bench, workout, instance, number, size, row: row) }
      row += size
    }
    try WorkerThread.run {
      try workout.finish(instance)
      try workout.answered(try instance.flush(), "flush", instance)
    }
    instance.close()
    instance.destroy()
    if let difference = expected.difference(to: instance.proxy.rows, "on one thread", "on several") {
      throw CaseEnd.failed(difference)
    }
  }

  static func batchSizeFree(_ bench: Bench) throws {
    guard bench.kind == .operator, bench.isStateless else {
      throw CaseEnd.skipped("the manifest does not call it a stateless operator")
    }
    func rows(_ sizes: [Int]) throws -> RowLog {
      let frames = try bench.frames
      let workout = try Workout(bench)
      let instance = try bench.opened { $0.keepsRows = true }
      try WorkerThread.run {
        var row = 0
        for size in sizes {
          try workout.give(InputBatch(try frames.frame(size, first: row)), to: instance)
          row += size
        }
        try workout.finish(instance)
        try workout.answered(try instance.flush(), "flush", instance)
      }
      instance.close()
      instance.destroy()
      return instance.proxy.rows
    }
    let one = try rows([600])
    for sizes in [Array(repeating: 1, count: 600), [7, 93, 500], [300, 300]] {
      if let difference = one.difference(to: try rows(sizes), "in one batch", "in \(sizes.count) batches") {
        throw CaseEnd.failed(difference)
      }
    }
  }

  static func replays(_ bench: Bench) throws {
    let (one, two) = (try alone(bench, 0), try alone(bench, 0))
    if let difference = one.difference(to: two, "at first", "the second time") { throw CaseEnd.failed(difference) }
  }

  // MARK: Leaks

  /// Milliseconds that a round of what is done often may take: what is slow is done less often, but this many times.
  private static let roundMilliseconds = 4000
  private static let leastTimes = 5

  /// Does something often, and fails when memory has grown each time.
  private static func grows(_ times: Int, _ name: String, warmUp: Int, _ body: () throws -> Void) throws {
    _ = try repeated(warmUp, body)
    var least = Int.max
    var done = 0
    for _ in 0..<2 {
      let before = tide_worker_heap_bytes()
      done = try repeated(times, body)
      least = min(least, Int(tide_worker_heap_bytes()) - Int(before))
      if least < growthBytes { return }
    }
    throw CaseEnd.failed("\(done) times \(name) leave \(least) bytes of memory behind, \(least / done) each time")
  }

  private static func repeated(_ times: Int, _ body: () throws -> Void) throws -> Int {
    let watch = Stopwatch()
    for done in 0..<times {
      if done >= leastTimes, watch.milliseconds > roundMilliseconds { return done }
      try body()
    }
    return times
  }

  static func livesLeakNothing(_ bench: Bench) throws {
    let proxy = try bench.proxy()
    let instance = ProxyInstance(proxy, bench.page, reusesOutput: true)
    var status = instance.create()
    guard status == TIDE_OK else { throw CaseEnd.skipped(instance.sentence("create", status)) }
    instance.destroy()
    try grows(1000, "create and destroy", warmUp: 100) {
      proxy.isDestroyed = false
      status = instance.create()
      instance.destroy()
    }
    let opened = try bench.opened()
    opened.close()
    opened.destroy()
    let before = ProcessState.now()
    try grows(100, "create, open, close and destroy", warmUp: 10) {
      (proxy.isDestroyed, proxy.isClosed) = (false, false)
      status = instance.create()
      if instance.open() == TIDE_OK { instance.close() }
      instance.destroy()
    }
    let now = ProcessState.now().descriptors.count
    let more = now - before.descriptors.count
    try expect(more < 10, "100 lives leave \(more) descriptors open")
  }

  static func batchesLeakNothing(_ bench: Bench) throws {
    guard bench.isStateless else { throw CaseEnd.skipped("the manifest does not call it stateless") }
    let proxy = try bench.proxy()
    let instance = ProxyInstance(proxy, bench.page, reusesOutput: true)
    guard instance.create() == TIDE_OK else { throw CaseEnd.skipped("create failed") }
    _ = try bench.open(instance)
    let memory = try bench.memory()
    let input = InputBatch(try bench.frames.frame(20))
    try WorkerThread.run {
      try grows(2000, "a batch", warmUp: 300) {
        let status = try memory.with(input) { try instance.process($0) }
        if status != TIDE_OK { throw CaseEnd.skipped(instance.sentence("process", status)) }
      }
    }
    instance.close()
    instance.destroy()
  }
}
