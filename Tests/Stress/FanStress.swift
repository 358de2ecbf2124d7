import Engine
import EngineBench
import PluginManifest

/// Three sources of different speed into five readers of different speed, directly or through a merge, with an edge of every
/// policy; run to the end, stopped in the middle, or forced.
enum FanStress {
  static func run(round: Int, events count: Int) {
    var random = Numbers(state: UInt64(round))
    let sources = [(frames: count / 10, most: 19), (count / 40, 5), (count / 200, 2)].enumerated().map { index, shape in
      FanSource(
        index: index, frames: max(shape.frames, 4), most: shape.most, partitions: 1 + (round + index) % 3,
        pauseNanoseconds: index == 0 ? nil : Int64(index) * 100_000, using: &random)
    }
    let readers = [0, 10, 50, 200, 1000].map { FanOut.Reader(pauseMicroseconds: $0, batches: 4) }
    var fan = FanOut(sources, readers, [])
    fan.middle = FanOut.Middle.allCases[round % 3]
    let feeders = fan.middle == .nothing ? sources.count : 1
    fan.buffers = (0..<feeders).map { feeder in readers.indices.map { buffer(feeder + $0 + round) } }
    fan.mergeBuffers = sources.indices.map { buffer($0 * 2 + round) }
    do {
      var ticks = 0
      let result = try fan.run { pipeline in
        ticks += 1
        if round % 4 == 2, ticks == 20 { pipeline.stop() }
        if round % 4 == 3, ticks == 20 { pipeline.force() }
      }
      if let problem = result.problems.first { Stress.fatal("a fan-out: \(problem)") }
    } catch {
      Stress.fatal("\(error)")
    }
  }

  /// One policy after the other, every other time adaptive.
  private static func buffer(_ number: Int) -> EdgeBuffer {
    EdgeBuffer(
      frames: 2 + number % 5, whenFull: EdgeBuffer.WhenFull.allCases[number % 4], sampleBy: number % 8 < 4 ? .id : .key,
      targetNanoseconds: number % 3 == 0 ? 2_000_000 : nil)
  }

  /// Numbers that follow from a state: Knuth's linear congruential generator, its high bits mixed into the low ones.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 32)
    }
  }
}
