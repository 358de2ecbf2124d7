import CTidemill
import Engine
import EngineBench
import PluginManifest
import Synchronization
import Testing

/// A source that sends all its frames while the reader holds on to the first one, so that what an edge keeps is certain.
private struct Jam {
  let collector = Collector()

  /// The first row opens the jam: the source waits until the reader has it, the reader until the source has sent the rest.
  func run(
    _ frames: [[Event]], _ buffer: EdgeBuffer, delay: Int64? = nil, between: Bool = false
  ) throws -> (outcome: Outcome, books: Books) {
    final class Gate: Sendable {
      let reading = Atomic<Bool>(false)
      let sent = Atomic<Bool>(false)
    }
    let gate = Gate()
    var bench = PipelineBench()
    let component = ScriptedComponent("source")
    component.poll = { me, _, out in
      if me.step == 1, !gate.reading.load(ordering: .acquiring) { return TIDE_OK }
      guard me.step < frames.count else {
        gate.sent.store(true, ordering: .releasing)
        return TIDE_END
      }
      me.step += 1
      return me.commit(frames[me.step - 1], out)
    }
    let sink = collector.component()
    let collect = sink.process!
    sink.process = { me, batch, out in
      gate.reading.store(true, ordering: .releasing)
      while !gate.sent.load(ordering: .acquiring) {}
      return collect(me, batch, out)
    }
    let first = bench.add(.source, component) { $0.watermarkDelayNanoseconds = delay }
    var feeder = first
    if between { feeder = bench.add(.operator, pass(), from: first) { $0.forwardsOnly = true } }
    bench.add(.sink, sink, from: feeder) { $0.buffer = buffer }
    return try bench.run()
  }
}

private func single(_ values: some Sequence<Int64>) -> [[Event]] { values.map { [Event(time: $0, value: $0)] } }

@Suite struct PolicyTests {
  @Test func `drop_newest keeps what came first`() throws {
    let jam = Jam()
    let (outcome, books) = try jam.run(single(0..<100), .init(frames: 4, whenFull: .dropNewest))
    #expect(outcome == .completed)
    #expect(jam.collector.events.map(\.value) == [0, 1, 2, 3, 4])
    #expect(books.discrepancies().isEmpty)
    let edge = books.edges[0]
    #expect((edge.pushed, edge.popped, edge.dropped, edge.queued, edge.droppedFrames) == (100, 5, 95, 0, 95))
    #expect(edge.droppedPercent == 95)
    #expect(edge.policy == "drop_newest")
  }

  @Test(arguments: [false, true]) func `drop_oldest keeps what came last, in order`(between: Bool) throws {
    let jam = Jam()
    let (outcome, books) = try jam.run(single(0..<100), .init(frames: 4, whenFull: .dropOldest), between: between)
    #expect(outcome == .completed)
    #expect(jam.collector.events.map(\.value) == [0, 96, 97, 98, 99])
    #expect(books.discrepancies().isEmpty)
    let edge = books.edges[between ? 1 : 0]
    #expect((edge.pushed, edge.popped, edge.dropped, edge.droppedFrames) == (100, 5, 95, 95))
  }

  @Test func `bytes are a limit too: large frames make several small ones go`() throws {
    let wide = (0..<2000).map { Event(time: $0, value: $0, name: String(repeating: "x", count: 20)) }
    let jam = Jam()
    let frames = single(-20..<0) + [wide]
    let (_, books) = try jam.run(frames, .init(frames: 64, bytes: 82_300, whenFull: .dropOldest))
    let values = jam.collector.events.map(\.value)
    #expect(values.first == -20)
    #expect(values.suffix(2000).elementsEqual(0..<2000))
    // 2000 rows take a block of 64 KiB, beside which four blocks of 4 KiB fit.
    #expect(values.dropFirst().dropLast(2000).elementsEqual(-4..<0))
    #expect(books.discrepancies().isEmpty)
  }

  @Test(arguments: [EdgeBuffer.WhenFull.dropOldest, .dropNewest, .sample])
  func `watermarks go up and none is lost with what is dropped`(policy: EdgeBuffer.WhenFull) throws {
    // The rows at 1000 move the watermark once, all later ones none: it is only in what an edge may take back.
    let rows = [Event(time: 0, value: 0), Event(time: 1000, value: 1)]
    let frames = rows.map { [$0] } + (2..<200).map { [Event(time: 1000, value: $0)] }
    let jam = Jam()
    let (outcome, books) = try jam.run(frames, .init(frames: 3, whenFull: policy), delay: 0)
    #expect(outcome == .completed)
    // Of watermarks that are taken back the last one stands for all.
    #expect(jam.collector.watermarks == (policy == .dropOldest ? [1000, .max] : [0, 1000, .max]))
    #expect(jam.collector.story.suffix(2) == ["W end", "flush"])
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `a sample thins out as the edge fills, and books every row`() throws {
    let frames = (0..<400).map { frame in (0..<64).map { Event(time: Int64(frame), value: Int64(frame * 64 + $0)) } }
    let jam = Jam()
    let (outcome, books) = try jam.run(frames, .init(frames: 16, whenFull: .sample))
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty)
    let edge = books.edges[0]
    let values = jam.collector.events.map(\.value)
    #expect(edge.pushed == 400 * 64)
    #expect(UInt64(values.count) == edge.popped)
    // Up to half full nothing is left out, and the share falls from there.
    #expect(values.prefix(8 * 64).elementsEqual(0..<Int64(8 * 64)))
    #expect(values == values.sorted())
    let share = try #require(edge.leastShare)
    #expect(share < 0.002)
    // Frames that were thinned out to nothing leave their place to later ones.
    #expect((values.last ?? 0) > 17 * 64)
  }

  @Test func `adaptive falls back to what it is told`() throws {
    let jam = Jam()
    let (outcome, books) = try jam.run(
      single(0..<100), .init(frames: 4, whenFull: .dropNewest, targetNanoseconds: 1_000_000_000))
    #expect(outcome == .completed)
    #expect(jam.collector.events.map(\.value) == [0, 1, 2, 3, 4])
    #expect(books.edges[0].policy == "adaptive, then drop_newest")
    #expect(books.edges[0].creditBytes == 4 << 20)
  }

  @Test func `adaptive that falls back to blocking loses nothing`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", events(4000), frame: 3))
    bench.add(.sink, collector.component(), from: first) { $0.buffer = .init(frames: 4, targetNanoseconds: 1_000_000) }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events == events(4000))
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `a reader that stands still does not hold up the others`() throws {
    // The stuck edge drops, so the source and the other reader go on to the end.
    var bench = PipelineBench()
    let collector = Collector()
    let rest = Atomic<Bool>(false)
    let stuck = ScriptedComponent("stuck")
    stuck.process = { _, _, _ in
      while !rest.load(ordering: .acquiring) {}
      return TIDE_OK
    }
    let other = collector.component("other")
    let flush = other.flush!
    other.flush = { me, out in
      rest.store(true, ordering: .releasing)
      return flush(me, out)
    }
    let first = bench.add(.source, source("source", events(5000), frame: 1))
    bench.add(.sink, stuck, from: first) { $0.buffer = .init(frames: 2, whenFull: .dropOldest) }
    bench.add(.sink, other, from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events == events(5000))
    #expect(books.discrepancies().isEmpty)
    #expect(books.edges[0].dropped > 0)
  }

  @Test func `edges into one node keep a policy each`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let a = bench.add(.source, source("a", events(3000), frame: 1))
    let b = bench.add(.source, source("b", events(3000), frame: 1))
    bench.add(.sink, collector.component(), from: [(a, 0), (b, 0)]) { $0.buffer = .init(frames: 2) }
    bench.buffer(ofEdge: 1, .init(frames: 2, whenFull: .dropNewest))
    let (_, books) = try bench.run()
    #expect(books.discrepancies().isEmpty)
    #expect(books.edges.map(\.policy) == ["block", "drop_newest"])
    #expect(books.edges[0].dropped == 0)
    #expect(books.edges[1].popped + books.edges[1].dropped == 3000)
  }

  @Test func `a forced stop counts what waits on every kind of edge`() throws {
    for policy in EdgeBuffer.WhenFull.allCases {
      var bench = PipelineBench()
      let isReading = Atomic<Bool>(false)
      let stuck = ScriptedComponent("stuck")
      stuck.process = { me, batch, out in
        isReading.store(true, ordering: .releasing)
        while me.forward(batch, rows: [0], out) != TIDE_E_CANCELLED {}
        return TIDE_E_CANCELLED
      }
      let endless = ScriptedComponent("endless")
      endless.poll = { me, _, out in me.commit([Event(time: 0, value: 0)], out) }
      let first = bench.add(.source, endless)
      bench.add(.operator, stuck, from: first) { $0.buffer = .init(frames: 3, whenFull: policy) }
      let (outcome, books) = try bench.run {
        if isReading.load(ordering: .acquiring), $0.books.edges[0].queuedFrames > 2 { $0.force() }
      }
      #expect(outcome == .forced)
      #expect(books.discrepancies().isEmpty, "\(policy): \(books.discrepancies())")
      #expect(books.edges[0].dropped >= 3)
    }
  }

  @Test func `1024 inputs of one node are read to the end`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    var readers: [(node: Int, port: Int)] = []
    for thread in 0..<8 {
      let rows = (0..<40).map { Event(time: Int64($0), value: Int64(thread * 1000 + $0)) }
      let from = bench.add(.source, source("s\(thread)", rows, frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
      for number in 0..<128 {
        readers.append((bench.add(.operator, pass("p\(thread)-\(number)"), from: from) { $0.forwardsOnly = true }, 0))
      }
    }
    bench.add(.sink, collector.component(), from: readers)
    for input in stride(from: 3, to: 1024, by: 8) {
      bench.buffer(ofEdge: input * 2 + 1, .init(frames: 64, whenFull: .dropOldest))
    }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty)
    let into = books.edges.filter { $0.to == books.nodes.count - 1 }
    #expect(into.count == 1024)
    #expect(into.allSatisfy { $0.popped + $0.dropped == 40 })
    #expect(UInt64(collector.events.count) == into.reduce(0) { $0 + $1.popped })
    #expect(collector.story.suffix(2) == ["W end", "flush"])
  }
}

@Suite struct SampleShareTests {
  @Test func `a full edge takes one row in 4096, a half full one all`() {
    #expect(SampleShare.threshold(fill: 0) == nil)
    #expect(SampleShare.threshold(fill: 0.5) == nil)
    #expect(SampleShare.threshold(fill: 0.75) == 1 << 26)
    #expect(SampleShare.threshold(fill: 1) == 1 << 20)
    #expect(SampleShare.threshold(fill: 7) == 1 << 20)
    #expect(SampleShare.threshold(fill: 0.500001)! > 4_290_000_000)
  }
}

@Suite struct AdaptiveCreditTests {
  private static let second: Int64 = 1_000_000_000

  /// Steps of 100 ms with a reader of so many bytes a second and an edge that holds so much.
  private func run(
    _ credit: inout AdaptiveCredit, steps: Range<Int>, bytesPerSecond: UInt64, queued: (AdaptiveCredit) -> Int
  ) -> [Int] {
    steps.map { step in
      let time = Int64(step) * 100_000_000
      _ = credit.observe(
        .init(
          now: time, poppedBytes: bytesPerSecond / 10 * UInt64(step), queuedBytes: queued(credit),
          pushedRows: UInt64(step) * 100,
          pushedFrames: UInt64(step)))
      return credit.creditBytes
    }
  }

  @Test func `the credit becomes what the reader takes in the target time, by half a step at most`() {
    var credit = AdaptiveCredit(targetNanoseconds: Self.second, mostBytes: 16 << 20)
    let credits = run(&credit, steps: 0..<30, bytesPerSecond: 1 << 20) { $0.creditBytes }
    #expect(Array(credits.prefix(5)) == [16 << 20, 8 << 20, 4 << 20, 2 << 20, 1 << 20].map { $0 })
    #expect(abs(credits.last! - 1 << 20) < 1 << 18)
  }

  @Test func `within a quarter of the right one it stays as it is`() {
    var credit = AdaptiveCredit(targetNanoseconds: Self.second, mostBytes: 1 << 20)
    let credits = run(&credit, steps: 0..<30, bytesPerSecond: 900_000) { $0.creditBytes }
    #expect(Set(credits) == [1 << 20])
  }

  @Test func `nothing happens before a step is due`() {
    var credit = AdaptiveCredit(targetNanoseconds: Self.second, mostBytes: 1 << 20)
    for time in 0..<99 as Range<Int64> {
      let reading = AdaptiveCredit.Reading(
        now: time * 1_000_000, poppedBytes: 0, queuedBytes: 1 << 20, pushedRows: 0, pushedFrames: 0)
      let changed = credit.observe(reading)
      #expect(!changed)
    }
    #expect(credit.rate == nil)
  }

  @Test func `it never goes below its least, and grows again on an edge that runs dry`() {
    var credit = AdaptiveCredit(targetNanoseconds: Self.second, mostBytes: 4 << 20)
    let down = run(&credit, steps: 0..<20, bytesPerSecond: 10) { $0.creditBytes }
    #expect(down.last! == AdaptiveCredit.leastBytes)
    let up = run(&credit, steps: 20..<40, bytesPerSecond: 10) { _ in 0 }
    #expect(up.last! == 4 << 20)
  }

  @Test func `a full edge of small frames gets larger ones, then the producer lingers, and an emptier one goes back`() {
    var credit = AdaptiveCredit(targetNanoseconds: Self.second, mostBytes: 1 << 20)
    #expect(credit.frameRows == AdaptiveCredit.usualFrameRows)
    _ = run(&credit, steps: 0..<3, bytesPerSecond: 1 << 20) { $0.creditBytes }
    #expect(credit.frameRows == AdaptiveCredit.mostFrameRows && credit.lingerNanoseconds == 0)
    _ = run(&credit, steps: 3..<5, bytesPerSecond: 1 << 20) { $0.creditBytes }
    #expect(credit.lingerNanoseconds > 0)
    _ = run(&credit, steps: 5..<20, bytesPerSecond: 1 << 20) { $0.creditBytes }
    #expect(credit.lingerNanoseconds == AdaptiveCredit.mostLingerNanoseconds)
    _ = run(&credit, steps: 20..<40, bytesPerSecond: 1 << 20) { _ in 1 }
    #expect(credit.frameRows == AdaptiveCredit.leastFrameRows && credit.lingerNanoseconds == 0)
  }
}
