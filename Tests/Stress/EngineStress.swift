import CTidemill
import Engine
import EngineBench

/// A pipeline with every kind of edge, run to its end, stopped in the middle, or forced.
enum EngineStress {
  static func run(round: Int, events count: Int) {
    var bench = PipelineBench()
    let all = Collector(), some = Collector()
    let rows = (0..<count).map { Event(time: Int64($0), value: Int64($0)) }
    let a = bench.add(.source, source("a", rows, frame: 1 + round)) { $0.watermarkDelayNanoseconds = 3 }
    let b = bench.add(.source, source("b", rows, frame: 7)) { $0.watermarkDelayNanoseconds = 3 }
    let merge = bench.add(.operator, pass("merge"), from: [(a, 0), (b, 0)]) {
      $0.forwardsOnly = true
      $0.buffer = .init(frames: 2, bytes: 64 << 10)
    }
    let halving = ScriptedComponent("halving")
    halving.process = { me, batch, out in
      let rows = (0..<batch.pointee.count).map { UInt16(tide_row(batch.pointee.selection, $0)) }
      let kept = rows.filter { $0 % 2 == 0 }
      for row in rows where row % 2 == 1 { _ = me.reject(batch, UInt32(row), "odd", out) }
      return me.forward(batch, rows: kept, out)
    }
    let half = bench.add(.operator, halving, from: merge) {
      $0.forwardsOnly = true
      $0.blocking = true
    }
    bench.add(.sink, all.component("all"), from: merge) { $0.blocking = true }
    bench.add(.sink, some.component("some"), from: [(half, 0), (a, 0)])
    bench.add(.sink, Collector().component("dead"), from: [(half, EdgeSpec.dead)]) { $0.blocking = true }
    PipelineStress.run(bench, round: round, all: all, sources: [a, b])
  }
}
