import CTidemill
import Engine
import EngineBench

/// Two sources whose rows are dealt to lanes, twice in a row, run to the end, stopped or forced.
enum LaneStress {
  static func run(round: Int, events count: Int) {
    var bench = PipelineBench()
    let all = Collector()
    let names = (0..<7).map { "key \($0)" }
    let rows = (0..<count).map { Event(time: Int64($0), value: Int64($0), name: names[$0 % 7]) }
    let a = bench.add(.source, source("a", rows, frame: 1 + round % 50)) { $0.watermarkDelayNanoseconds = 3 }
    let b = bench.add(.source, source("b", rows, frame: 9)) { $0.watermarkDelayNanoseconds = 3 }
    let first = bench.add(.operator, pass("first"), from: [(a, 0), (b, 0)]) {
      $0.forwardsOnly = true
      $0.lanes = 1 + round % 4
      $0.laneKeys = [.fields(["name"])]
      $0.buffer = .init(frames: 4, bytes: 64 << 10)
    }
    let second = bench.add(.operator, pass("second"), from: first) {
      $0.forwardsOnly = true
      $0.lanes = 1 + round / 4 % 3
      $0.laneKeys = [.fields(["value"])]
    }
    bench.add(.sink, all.component("all"), from: second)
    PipelineStress.run(bench, round: round, all: all, sources: [a, b])
  }
}
