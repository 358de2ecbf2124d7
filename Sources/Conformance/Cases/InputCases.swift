import CTidemill
import Frames
import PluginManifest

/// Input of every kind.
enum InputCases {
  /// Frames of one flavour, with and without a selection.
  private static func feed(
    _ bench: Bench, _ flavour: InputFrames.Flavour, sizes: [Int] = [1, 20, 300, 64], _ trap: FrameMemory.Trap = .none
  ) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source has no input") }
    var workout = try Workout(bench, memory: try bench.memory(trap))
    workout.sizes = sizes
    workout.flavour = flavour
    let instance = try bench.opened()
    try WorkerThread.run { try workout.run(instance) }
    instance.close()
    instance.destroy()
  }

  static func readOnly(_ bench: Bench) throws { try feed(bench, .plain, .readOnly) }
  static func notKept(_ bench: Bench) throws { try feed(bench, .plain, .takenAway) }
  static func extremeValues(_ bench: Bench) throws { try feed(bench, .extreme) }
  static func allNulls(_ bench: Bench) throws { try feed(bench, .nulls) }
  static func fieldsMissing(_ bench: Bench) throws { try feed(bench, .missing) }

  /// Rows may be rejected and the call may fail with a reason; it must not crash.
  static func otherTypes(_ bench: Bench) throws {
    for type in ColumnType.allCases {
      bench.step("columns of type \(type)")
      do {
        try feed(bench, .typed(type), sizes: [1, 40])
      } catch CaseEnd.failed(let why) {
        guard why.contains("TIDE_E_"), why.contains(": ") else { throw CaseEnd.failed("with columns of type \(type), \(why)") }
      }
    }
  }

  static func everyEncoding(_ bench: Bench) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source has no input") }
    func rows(_ encoding: ColumnEncoding) throws -> RowLog {
      var workout = try Workout(bench)
      workout.sizes = [1, 64, 300]
      workout.flavour = .encoded(encoding)
      let instance = try bench.created { $0.keepsRows = true }
      try workout.live(instance)
      return instance.proxy.rows
    }
    let flat = try rows(.flat)
    for encoding in [ColumnEncoding.dictionary, .constant, .sequence] {
      if let difference = flat.difference(to: try rows(encoding), "of flat columns", "of \(encoding) columns") {
        throw CaseEnd.failed(difference)
      }
    }
  }

  static func selectedRowsOnly(_ bench: Bench) throws {
    guard bench.kind == .operator, bench.isStateless else { throw CaseEnd.skipped("it is no stateless operator") }
    let chosen = (0..<200).filter { $0 % 3 != 1 }
    let frames = try bench.frames
    func rows(_ inputs: [InputBatch]) throws -> RowLog {
      let workout = try Workout(bench)
      let instance = try bench.opened { $0.keepsRows = true }
      try WorkerThread.run {
        for input in inputs { try workout.give(input, to: instance) }
        try workout.finish(instance)
        try workout.answered(try instance.flush(), "flush", instance)
      }
      instance.close()
      instance.destroy()
      return instance.proxy.rows
    }
    let selected = try rows([InputBatch(try frames.frame(200), selection: chosen.map { UInt16($0) })])
    let alone = try rows(chosen.map { InputBatch(try frames.frame(1, first: $0)) })
    if let difference = selected.difference(to: alone, "of a selection", "of the rows alone") {
      throw CaseEnd.failed(difference)
    }
  }

  static func wideFrames(_ bench: Bench) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source has no input") }
    let columns = try bench.columns
    let long = String(repeating: "n", count: FrameLimits.maxNameBytes - 5)
    let room = 2_000
    let many = (0..<room).map { InputColumn(name: $0 % 2 == 0 ? "\(long)\($0)" : "c\($0)", type: .int) }
    let frames = try bench.frames
    let workout = try Workout(bench)
    let instance = try bench.opened()
    let frame = try frames.frame(columns.all + many, rows: 0..<4)
    try WorkerThread.run {
      try workout.give(InputBatch(frame), to: instance)
      try workout.answered(try instance.flush(), "flush", instance)
    }
    instance.close()
    instance.destroy()
  }
}
