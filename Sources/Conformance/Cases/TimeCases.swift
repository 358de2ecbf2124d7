import CTidemill
import CWorker
import Glibc
import PluginManifest

/// Time, and how things end.
enum TimeCases {
  static let cancelMilliseconds = 1000
  static let lateMilliseconds = 100

  /// The pipeline stops at the n-th output call, for several n.
  static func cancelledAtOnce(_ bench: Bench) throws {
    for from in [0, 1, 2, 5] {
      bench.step("the output is cancelled from call \(from) on")
      let instance = try bench.opened { $0.refusals.output = (from, TIDE_E_CANCELLED) }
      let workout = try Workout(bench)
      try WorkerThread.run {
        let watch = Stopwatch()
        var isTold = false
        func isStopped(_ status: tide_status) -> Bool {
          isTold = instance.proxy.outputCalls > from
          return isTold || status == TIDE_E_CANCELLED || status == TIDE_END
        }
        if bench.kind == .source {
          for _ in 0..<50 where !isTold { if isStopped(instance.poll()) { break } }
        } else {
          let frames = try bench.frames
          for number in 0..<6 where !isTold {
            let input = InputBatch(try frames.frame(200, first: number * 200))
            if isStopped(try workout.memory.with(input) { try instance.process($0) }) { break }
          }
        }
        let taken = watch.milliseconds
        if isTold { try expect(taken < cancelMilliseconds, "it took \(taken) ms to return") }
      }
      instance.close()
      instance.destroy()
    }
  }

  static func moreEnds(_ bench: Bench) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source is polled again and again") }
    try Workout(bench).live(try bench.created())
  }

  static func pollByDeadline(_ bench: Bench) throws {
    let instance = try bench.opened { $0.usesRealClock = true }
    let late = try WorkerThread.run {
      var worst = 0
      for _ in 0..<20 {
        let watch = Stopwatch()
        let status = instance.poll(deadline: instance.proxy.readClock() + 10_000_000)
        worst = max(worst, watch.milliseconds - 10)
        if status == TIDE_END || status < 0 { break }
      }
      return worst
    }
    try expect(late <= lateMilliseconds, "poll returned \(late) ms after its deadline")
    instance.close()
    instance.destroy()
  }

  static func endStaysEnd(_ bench: Bench) throws {
    let instance = try bench.opened()
    let workout = try Workout(bench)
    try WorkerThread.run {
      guard try workout.poll(instance, limit: 20_000) else { throw CaseEnd.skipped("the source does not come to an end here") }
      instance.proxy.lock.withLock { _ in instance.proxy.wakes = 0 }
      let before = instance.proxy.committed
      try workout.answered(try instance.flush(), "flush", instance)
      let more = instance.proxy.committed - before
      try expect(more == 0, "flush emitted \(more) frames after TIDE_END")
    }
    usleep(20_000)
    let wakes = instance.proxy.lock.withLock { _ in instance.proxy.wakes }
    try expect(wakes == 0, "wake was called \(wakes) times after TIDE_END")
    instance.close()
    instance.destroy()
  }

  static func flushThenClose(_ bench: Bench) throws {
    let instance = try bench.opened()
    let workout = try Workout(bench)
    try WorkerThread.run {
      for _ in 0..<3 {
        let status = instance.poll()
        if status == TIDE_END || status < 0 { break }
      }
      try workout.answered(try instance.flush(), "flush", instance)
    }
    instance.close()
    instance.destroy()
  }

  static func watermarksTaken(_ bench: Bench) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source is told no watermarks") }
    guard tide_has_on_watermark(try bench.table) != 0 else { throw CaseEnd.skipped("the component has no on_watermark") }
    let instance = try bench.opened()
    let workout = try Workout(bench)
    try WorkerThread.run {
      for time in [Int64.min + 1, -1, 0, 1, InputFrames.firstTime, InputFrames.firstTime + 1, .max - 1, .max] {
        bench.step("watermark \(time)")
        try workout.tell(watermark: time, instance)
      }
      try workout.answered(try instance.flush(), "flush", instance)
    }
    instance.close()
    instance.destroy()
  }

  static func timersEnd(_ bench: Bench) throws {
    guard tide_has_on_timer(try bench.table) != 0 else { throw CaseEnd.skipped("the component has no on_timer") }
    let instance = try bench.opened()
    let workout = try Workout(bench)
    do {
      try WorkerThread.run {
        try workout.run(instance)
        if instance.isSource { try workout.finish(instance) }
        instance.proxy.now += 3_600_000_000_000
        try workout.runTimers(TIDE_DOMAIN_PROCESSING, upTo: instance.proxy.now, instance)
      }
    } catch let breach as Breach {
      throw CaseEnd.failed(breach.text)
    }
    instance.close()
    instance.destroy()
  }

  static func quietAfterDestroy(_ bench: Bench) throws {
    // The first life may load what stays for good.
    try Workout(bench).live(try bench.created())
    let before = ProcessState.now()
    try Workout(bench).live(try bench.created())
    var left: String?
    for _ in 0..<20 {
      usleep(5000)
      let now = ProcessState.now()
      left = nil
      if now.threads.count > before.threads.count { left = before.started(in: now) }
      if left == nil, now.descriptors.count > before.descriptors.count || !now.children.subtracting(before.children).isEmpty {
        left = before.started(in: now)
      }
      if left == nil { return }
    }
    throw CaseEnd.failed("after destroy \(left ?? "something is left")")
  }
}
