import CTidemill
import Engine
import EngineBench
import PluginManifest
import ProofBench
import Rings
import Synchronization
import TestSupport
import Testing

/// Three sources of different speed and five readers of different speed, edges of every policy between them, on threads of the
/// machine and by its clock.
@Suite(.serialized) struct FanOutTests {
  /// Every way to treat a full edge.
  private static let policies: [(whenFull: EdgeBuffer.WhenFull, sampleBy: EdgeBuffer.SampleBy, isAdaptive: Bool)] =
    [false, true].flatMap { isAdaptive in
      EdgeBuffer.WhenFull.allCases.map { ($0, .id, isAdaptive) } + [(.sample, .key, isAdaptive)]
    }

  private static func buffer(blocks: Bool?, _ random: inout SplitMix) -> EdgeBuffer {
    let policy = policies.filter { blocks == nil || blocks == ($0.whenFull == .block) }.randomElement(using: &random)!
    return EdgeBuffer(
      frames: 2 + random.below(14), bytes: [64 << 10, 4 << 20].randomElement(using: &random)!, whenFull: policy.whenFull,
      sampleBy: policy.sampleBy,
      targetNanoseconds: policy.isAdaptive ? .random(in: 1_000_000...50_000_000, using: &random) : nil)
  }

  /// A flood, a stream and a trickle of rows, any of which may end early.
  private static func sources(_ random: inout SplitMix) -> [FanSource] {
    let early = random.below(3)
    let shapes: [(frames: Int, most: Int, pause: Int64?)] = [(1200, 60, nil), (400, 12, 200_000), (100, 3, 2_000_000)]
    return shapes.enumerated().map { index, shape in
      FanSource(
        index: index, frames: index == early ? shape.frames / 10 : shape.frames, most: shape.most,
        partitions: 1 + random.below(5), pauseNanoseconds: shape.pause, using: &random)
    }
  }

  private static let readers: [FanOut.Reader] = [
    .init(pauseMicroseconds: 0), .init(pauseMicroseconds: 20), .init(pauseMicroseconds: 100),
    .init(pauseMicroseconds: 2000, batches: 16), .init(pauseMicroseconds: 3000),
  ]

  /// Nothing but the trickle waits for the slowest reader, so that no round takes long.
  private static func fan(seed: UInt64) -> FanOut {
    var random = SplitMix(seed: seed)
    let middle = FanOut.Middle.allCases[Int(seed % 3)]
    let sources = sources(&random)
    let feeders = middle == .nothing ? sources.count : 1
    var fan = FanOut(
      sources, readers,
      (0..<feeders).map { feeder in
        readers.indices.map { reader in
          buffer(blocks: reader == readers.count - 1 && (feeders == 1 || feeder < 2) ? false : nil, &random)
        }
      })
    fan.middle = middle
    if middle != .nothing {
      fan.mergeBuffers = sources.map { _ in buffer(blocks: nil, &random) }
      if random.below(2) == 0 { fan.buffers[0][0] = nil }
    }
    if random.below(3) == 0 { fan.maxMemoryBytes = 100 << 20 }
    return fan
  }

  @Test func `every reader gets what the books say, in order and once, and edges that block lose nothing`() throws {
    var dropped: [String: UInt64] = [:]
    let seeds = Seeds.of(7300, 9)
    for seed in seeds {
      let fan = Self.fan(seed: seed)
      let result = try fan.run()
      #expect(result.outcome == .completed && result.problems.isEmpty, "\(result.problems.prefix(5)); seed \(seed)")
      for (source, node) in zip(fan.sources, result.books.nodes) {
        #expect(node.out[0].rows == UInt64(source.rows.count), "seed \(seed)")
      }
      dropped.merge(result.dropped, uniquingKeysWith: +)
    }
    guard seeds.count > 1 else { return }
    // Every policy had to do something, and only where it may.
    for policy in Self.policies {
      let name = EdgeBuffer(
        whenFull: policy.whenFull, sampleBy: policy.sampleBy, targetNanoseconds: policy.isAdaptive ? 1 : nil
      ).policy
      #expect((dropped[name, default: 0] > 0) == (policy.whenFull != .block), "\(name): \(dropped)")
    }
  }

  @Test(arguments: policies.filter { $0.whenFull != .block }) func `a reader that stands still makes nobody else slower`(
    policy: (whenFull: EdgeBuffer.WhenFull, sampleBy: EdgeBuffer.SampleBy, isAdaptive: Bool)
  ) throws {
    // Adaptive edges take some steps of 100 ms until they are where they stay.
    let clock = SystemClock()
    let settled = clock.now + (policy.isAdaptive ? 800_000_000 : 100_000_000), over = settled + 200_000_000
    let isOver = Atomic<Bool>(false), rows = Atomic<Int>(0), rowsThen = Atomic<Int>(0)
    var bench = PipelineBench()
    let one = ScriptedComponent("one")
    one.poll = { me, _, out in
      let now = clock.now
      guard now < over else {
        isOver.store(true, ordering: .releasing)
        return TIDE_END
      }
      if now >= settled { rowsThen.add(1, ordering: .relaxed) }
      me.step += 1
      return me.commit([Event(time: Int64(me.step), value: Int64(me.step))], out)
    }
    let stuck = ScriptedComponent("stuck")
    stuck.process = { _, _, _ in
      while !isOver.load(ordering: .acquiring) {}
      return TIDE_OK
    }
    let other = ScriptedComponent("other")
    other.process = { _, batch, _ in
      rows.add(Int(batch.pointee.count), ordering: .relaxed)
      return TIDE_OK
    }
    let first = bench.add(.source, one)
    bench.add(.sink, other, from: first) { $0.buffer = .init(frames: 8) }
    bench.add(.sink, stuck, from: first) {
      $0.buffer = .init(
        bytes: 64 << 10, whenFull: policy.whenFull, sampleBy: policy.sampleBy,
        targetNanoseconds: policy.isAdaptive ? 1_000_000 : nil)
    }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(books.edges[0].dropped == 0 && books.edges[1].dropped > 0)
    #expect(UInt64(rows.load(ordering: .relaxed)) == books.nodes[0].out[0].rows)
    let sent = rowsThen.load(ordering: .relaxed)
    #expect(sent > 1000, "\(sent) rows in 200 ms")
  }

  @Test(arguments: FanOut.Middle.allCases) func `a source that has ended holds nobody back, the others go on`(
    middle: FanOut.Middle
  ) throws {
    let ends = (0..<5).map { _ in Collector() }
    let clock = SystemClock(), limit = clock.now + 20_000_000_000
    let last = Mutex<[String: Int64]>([:])
    /// A row every millisecond or so, until the condition holds.
    func steady(_ name: String, until isEnough: @escaping @Sendable () -> Bool) -> ScriptedComponent {
      let component = ScriptedComponent(name)
      component.poll = { me, _, out in
        me.step += 1
        if me.step % 2 == 0 { return TIDE_IDLE }
        if isEnough() || clock.now > limit { return TIDE_END }
        let time = Int64(me.step) * 10
        last.withLock { $0[name] = time }
        return me.commit([Event(time: time, value: time, name: name)], out)
      }
      return component
    }
    var bench = PipelineBench()
    @Sendable func reached(_ time: Int64) -> Bool { ends.allSatisfy { ($0.watermarks.last ?? .min) >= time } }
    let components = [
      source("early", [Event(time: 0, value: 0), Event(time: 5, value: 1)], frame: 1),
      steady("middle") { reached(500) },
      steady("late") { reached((last.withLock { $0["middle"] } ?? 0) + 500) },
    ]
    var feeders = components.map { component in
      bench.add(.source, component) {
        $0.watermarkDelayNanoseconds = 0
        $0.pollEveryNanoseconds = 1_000_000
      }
    }
    if middle != .nothing {
      let merge = middle == .forwards ? pass("merge") : ScriptedComponent("merge")
      if middle == .copies { merge.process = { me, batch, out in me.commit(Event.read(batch), out) } }
      feeders = [
        bench.add(.operator, merge, from: feeders.map { ($0, 0) }) { $0.forwardsOnly = middle == .forwards }
      ]
    }
    for (number, end) in ends.enumerated() {
      bench.add(.sink, end.component("reader \(number)"), from: feeders.map { ($0, 0) }) {
        $0.buffer = EdgeBuffer(frames: 2 + number, whenFull: EdgeBuffer.WhenFull.allCases[number % 4])
      }
    }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(clock.now < limit, "readers came to \(ends.map(\.watermarks.last)), sources to \(last.withLock { $0 })")
    for end in ends {
      #expect(end.watermarks == end.watermarks.sorted() && end.watermarks.last == .max)
      #expect(end.story.suffix(2) == ["W end", "flush"])
    }
  }
}
