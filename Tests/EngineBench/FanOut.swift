import CTidemill
import Engine
import PluginManifest

/// Sources of different speed into readers of different speed, with a policy of its own for each edge: from every source to
/// every reader, or all through an operator that merges them.
///
/// A run tells what does not hold, to the row: against the books, and against what the sources have made.
package struct FanOut {
  /// What stands between the sources and the readers.
  package enum Middle: CaseIterable {
    case nothing
    /// An operator that passes rows on as they are.
    case forwards
    /// An operator that makes frames of its own.
    case copies
  }

  package struct Reader {
    /// It sleeps so long behind every so many batches.
    package var pauseMicroseconds: UInt32
    package var batches: Int

    package init(pauseMicroseconds: UInt32, batches: Int = 1) {
      self.pauseMicroseconds = pauseMicroseconds
      self.batches = batches
    }
  }

  package struct Result {
    package var outcome: Outcome
    package var books: Books
    /// What does not hold, a sentence each.
    package var problems: [String]

    /// Rows that edges of each policy dropped, by what the books call it.
    package var dropped: [String: UInt64] {
      Dictionary(books.edges.map { ($0.policy ?? "call", $0.dropped) }, uniquingKeysWith: +)
    }
  }

  package var middle = Middle.nothing
  package let sources: [FanSource]
  package let readers: [Reader]
  /// For each feeder and reader; through a merge the feeders are the merge alone. nil = a call where that is possible.
  package var buffers: [[EdgeBuffer?]]
  /// Of the edges into the merge.
  package var mergeBuffers: [EdgeBuffer] = []
  package var maxMemoryBytes: Int?

  package init(_ sources: [FanSource], _ readers: [Reader], _ buffers: [[EdgeBuffer?]]) {
    self.sources = sources
    self.readers = readers
    self.buffers = buffers
  }

  /// Runs it on threads of the machine; `during` as in `PipelineBench.run`.
  package func run(during: (Pipeline) -> Void = { _ in }) throws -> Result {
    var bench = PipelineBench()
    bench.maxMemoryBytes = maxMemoryBytes
    var feeders = sources.map { source in
      bench.add(.source, source.component()) {
        $0.watermarkDelayNanoseconds = FanSource.delay
        $0.pollEveryNanoseconds = source.pauseNanoseconds
      }
    }
    var merge: FanReader?
    if middle != .nothing {
      let passes = FanReader(sources, pause: Reader(pauseMicroseconds: 0))
      feeders = [add(passes, "merge", .operator, from: feeders, mergeBuffers, to: &bench)]
      merge = passes
    }
    let ends = readers.map { FanReader(sources, pause: $0) }
    for (number, end) in ends.enumerated() {
      _ = add(end, "reader \(number)", .sink, from: feeders, buffers.map { $0[number] }, to: &bench)
    }
    let (outcome, books) = try bench.run(during: during)
    // What a forced stop cuts off is told, and is no problem.
    let said = bench.log.lines.filter { outcome != .forced || !$0.contains("stopped by force") }
    var problems = books.discrepancies() + said
    if case .failed(let errors) = outcome { problems.append("it failed: \(errors)") }
    if let merge { problems += Self.check(merge, at: sources.count, books, outcome) }
    for (number, end) in ends.enumerated() {
      problems += Self.check(end, at: books.nodes.count - ends.count + number, books, outcome, behind: merge)
    }
    return Result(outcome: outcome, books: books, problems: problems)
  }

  private func add(
    _ reader: FanReader, _ name: String, _ kind: ComponentManifest.Kind, from feeders: [Int], _ buffers: [EdgeBuffer?],
    to bench: inout PipelineBench
  ) -> Int {
    let first = bench.edges.count
    let place = bench.add(
      kind, reader.component(name, as: kind == .operator ? middle : .nothing), from: feeders.map { ($0, 0) }
    ) {
      $0.buffer = buffers[0]
      $0.forwardsOnly = kind == .operator && middle == .forwards
    }
    for (number, buffer) in buffers.enumerated() {
      if let buffer { bench.buffer(ofEdge: first + number, buffer) }
    }
    return place
  }

  /// What does not hold of one reader: what it got against the books of the edges that lead to it.
  private static func check(
    _ reader: FanReader, at place: Int, _ books: Books, _ outcome: Outcome, behind merge: FanReader? = nil
  ) -> [String] {
    let got = reader.content
    let name = books.nodes[place].name
    var problems = got.problems.map { "\(name): \($0)" }
    func expect(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { problems.append("\(name): \(what())") } }

    let isForced = outcome == .forced
    expect(isForced || got.watermarks.last == .max, "the last watermark is \(got.watermarks.last ?? .min)")
    expect(isForced || got.flushes == 1, "it was flushed \(got.flushes) times")
    for edge in books.edges where edge.to == place {
      let sent = books.nodes[edge.from].out[0].rows
      let rows = merge == nil ? got.values.filter { FanSource.source(of: $0) == edge.from } : got.values
      expect(edge.pushed == sent, "\(edge.name) has \(edge.pushed) of \(sent) rows")
      // The call that a forced stop cut off is booked as taken off the edge.
      expect(isForced || UInt64(rows.count) == edge.popped, "\(edge.name) says \(edge.popped) of \(rows.count) rows")
      let blocks = edge.policy.map { $0.hasSuffix(EdgeBuffer.WhenFull.block.rawValue) } ?? true
      if let merge {
        expect(isSubsequence(rows, of: merge.content.values), "\(edge.name) has changed the order of rows")
        expect(!blocks || isForced || rows == merge.content.values, "\(edge.name) blocks, and has lost or changed rows")
      } else {
        expect(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }, "\(edge.name) repeats rows or changes their order")
        let all = (0..<Int(sent)).lazy.map { FanSource.value($0, of: edge.from) }
        expect(!blocks || isForced || rows.elementsEqual(all), "\(edge.name) blocks, and has lost or changed rows")
      }
    }
    return problems
  }

  private static func isSubsequence(_ some: [Int64], of all: [Int64]) -> Bool {
    var rest = all[...]
    for value in some {
      guard let place = rest.firstIndex(of: value) else { return false }
      rest = rest[(place + 1)...]
    }
    return true
  }
}
