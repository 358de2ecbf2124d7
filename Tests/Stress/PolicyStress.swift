import CTidemill
import Engine
import EngineBench
import PluginManifest

/// One source into six sinks, an edge of every policy each, run to its end, stopped in the middle, or forced: every row is
/// popped or dropped, what is popped reaches its sink or is written off by force, watermarks only grow, and the end arrives.
enum PolicyStress {
  static func run(round: Int, events count: Int) {
    var bench = PipelineBench()
    let rows = (0..<count).map { Event(time: Int64($0), value: Int64($0)) }
    let fast = bench.add(.source, source("fast", rows, frame: 1 + round % 3)) { $0.watermarkDelayNanoseconds = 5 }
    let frames = 2 + round
    let buffers: [EdgeBuffer] = [
      .init(frames: frames), .init(frames: frames, whenFull: .dropOldest), .init(frames: frames, whenFull: .dropNewest),
      .init(frames: frames, whenFull: .sample), .init(frames: frames, whenFull: .sample, sampleBy: .key),
      .init(frames: frames, whenFull: .dropOldest, targetNanoseconds: 1_000_000),
    ]
    let collectors = buffers.map { _ in Collector() }
    for (index, buffer) in buffers.enumerated() {
      bench.add(.sink, collectors[index].component("to \(index)"), from: fast) { $0.buffer = buffer }
    }
    do {
      var ticks = 0
      let (outcome, books) = try bench.run { pipeline in
        ticks += 1
        if round % 3 == 1, ticks == 3 { pipeline.stop() }
        if round % 3 == 2, ticks == 3 { pipeline.force() }
      }
      guard books.discrepancies().isEmpty else { Stress.fatal("the books are off: \(books.discrepancies())") }
      if case .failed(let errors) = outcome { Stress.fatal("a pipeline failed: \(errors)") }
      for (edge, collector) in zip(books.edges, collectors) {
        check(edge, books.nodes[edge.to], collector, outcome, frame: 1 + round % 3)
      }
      if outcome == .completed, books.edges[0].dropped != 0 { Stress.fatal("an edge that blocks dropped rows") }
    } catch {
      Stress.fatal("\(error)")
    }
  }

  private static func check(_ edge: Books.Edge, _ sink: Books.Node, _ collector: Collector, _ outcome: Outcome, frame: Int) {
    let values = collector.events.map(\.value)
    // A forced stop that falls between taking a frame off the ring and the call writes the frame's rows off.
    let cut = outcome == .forced ? sink.rejected : 0
    guard UInt64(values.count) + cut == edge.popped, cut <= frame else {
      Stress.fatal("\(edge.name): \(values.count) rows and \(cut) cut off of \(edge.popped)")
    }
    for (one, next) in zip(values, values.dropFirst()) where one >= next { Stress.fatal("\(edge.name): \(next) after \(one)") }
    let watermarks = collector.watermarks
    for (one, next) in zip(watermarks, watermarks.dropFirst()) where one >= next {
      Stress.fatal("\(edge.name): watermark \(next) after \(one)")
    }
    if outcome == .completed, watermarks.last != .max { Stress.fatal("\(edge.name): no end") }
  }
}
