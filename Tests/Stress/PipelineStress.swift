import Engine
import EngineBench

/// Runs a pipeline to its end, drains it or forces it, by the number of the round, and holds its books and what arrived against it.
enum PipelineStress {
  /// - Parameters:
  ///   - all: a collector of all rows of all sources.
  ///   - sources: their nodes.
  static func run(_ bench: PipelineBench, round: Int, all: Collector, sources: [Int]) {
    do {
      var ticks = 0
      let (outcome, books) = try bench.run { pipeline in
        ticks += 1
        if round % 4 == 2, ticks == 3 { pipeline.stop() }
        if round % 4 == 3, ticks == 3 { pipeline.force() }
      }
      guard books.discrepancies().isEmpty else { Stress.fatal("the books are off: \(books.discrepancies())") }
      if case .failed(let errors) = outcome { Stress.fatal("a pipeline failed: \(errors)") }
      let sent = sources.reduce(0) { $0 + books.nodes[$1].out[0].rows }
      if outcome == .completed, UInt64(all.events.count) != sent {
        Stress.fatal("rows were lost: \(all.events.count) of \(sent)")
      }
    } catch {
      Stress.fatal("\(error)")
    }
  }
}
