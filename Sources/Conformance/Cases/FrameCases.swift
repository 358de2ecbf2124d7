import CTidemill
import Frames

/// Batches of every size.
enum FrameCases {
  private static func give(_ bench: Bench, _ input: InputBatch) throws {
    let instance = try bench.opened()
    let workout = try Workout(bench)
    try WorkerThread.run {
      try workout.give(input, to: instance)
      try workout.answered(try instance.flush(), "flush", instance)
    }
    instance.close()
    instance.destroy()
  }

  static func oneRow(_ bench: Bench) throws { try give(bench, InputBatch(try bench.frames.frame(1))) }

  static func noRows(_ bench: Bench) throws { try give(bench, InputBatch(try bench.frames.frame(10), selection: [])) }

  static func manyRows(_ bench: Bench) throws { try give(bench, InputBatch(try bench.frames.frame(FrameLimits.maxRows))) }

  static func pollWorks(_ bench: Bench) throws { try Workout(bench).live(try bench.created()) }

  /// A component does all it can; whether it kept the promise at hand is looked up afterwards.
  static func promise(_ bench: Bench) throws {
    do {
      try Workout(bench).live(try bench.created())
    } catch CaseEnd.failed(let why) {
      if bench.breach(of: bench.caseID) == nil { throw CaseEnd.skipped("it did not get far: \(why)") }
    }
    // And once more with options that are wrong and a host that is in need.
    if bench.caseID == "failure-explained" {
      let instance = ProxyInstance(try bench.proxy(config: .map([])), bench.page)
      _ = instance.create()
      instance.destroy()
    }
  }
}
