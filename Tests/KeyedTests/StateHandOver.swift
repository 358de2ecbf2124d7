import CTidemill
import TestSupport

/// One instance that takes all frames, and beside it one that hands its state to another in the middle.
struct StateHandOver {
  let whole: PluginBench
  let first: PluginBench
  let second: PluginBench
  /// What was handed over, and what the one that was given it would hand over.
  let blobs: [UInt32: [UInt8]]
  let again: [UInt32: [UInt8]]

  /// - Parameters:
  ///   - count: frames before the state is handed over, and after.
  ///   - watermarks: that come behind either.
  ///   - chunk: the most bytes of a state that one read gives.
  ///   - frame: one whose ids begin at a number; it has a hundred rows at most.
  init(
    seed: UInt64, frames count: Int, watermarks: (Int64, Int64), chunk: Int, bench: () throws -> PluginBench,
    create: (PluginBench) throws -> PluginBenchInstance, frame: (_ first: Int64, inout SplitMix) throws -> OwnedFrame
  ) throws {
    var random = SplitMix(seed: seed)
    (whole, first, second) = (try bench(), try bench(), try bench())
    let (one, two, three) = (try create(whole), try create(first), try create(second))
    var next: Int64 = 0
    func feed(_ instances: [PluginBenchInstance], watermark: Int64) throws {
      for _ in 0..<count {
        let made = try frame(next, &random)
        next += 100
        for instance in instances { _ = try instance.process(made.pointer) }
      }
      for instance in instances { while try instance.watermark(watermark) == TIDE_MORE {} }
    }
    try feed([one, two], watermark: watermarks.0)
    blobs = try two.snapshot()
    try three.restore(blobs, chunk: chunk)
    again = try three.snapshot()
    try feed([one, three], watermark: watermarks.1)
    for instance in [one, three] { while try instance.flush() == TIDE_MORE {} }
  }
}
