import CTidemill
import Engine
import EngineBench
import PluginManifest
import Rings
import Synchronization
import Testing

/// Partitions and sources that have nothing, by the host's clock.
@Suite struct IdleTests {
  private static let millisecond: Int64 = 1_000_000

  /// A source that takes a step at each poll, for which the clock moves by so much.
  private func scripted(
    _ clock: VirtualClock, every nanoseconds: Int64, _ steps: [(ScriptedInstance, OpaquePointer) -> tide_status]
  ) -> ScriptedComponent {
    let component = ScriptedComponent("source")
    component.poll = { me, _, out in
      clock.advance(by: nanoseconds)
      guard me.step < steps.count else { return TIDE_END }
      me.step += 1
      return steps[me.step - 1](me, out)
    }
    return component
  }

  private func row(_ time: Int64, partition: UInt32) -> (ScriptedInstance, OpaquePointer) -> tide_status {
    { me, out in me.commit([Event(time: time, value: time)], partition: partition, out) }
  }

  /// What a sink is told of a scripted source, with no delay of its watermark unless `change` says otherwise.
  private func collect(
    every nanoseconds: Int64 = 0, _ steps: [(ScriptedInstance, OpaquePointer) -> tide_status],
    _ change: (inout NodeSpec) -> Void = { _ in }
  ) throws -> Collector {
    let clock = VirtualClock()
    var bench = PipelineBench()
    bench.clock = clock
    let collector = Collector()
    let first = bench.add(.source, scripted(clock, every: nanoseconds, steps)) {
      $0.watermarkDelayNanoseconds = 0
      change(&$0)
    }
    bench.add(.sink, collector.component(), from: first)
    #expect(try bench.run().outcome == .completed)
    return collector
  }

  @Test func `a partition without rows for long enough leaves the minimum until its next row`() throws {
    // 5 ms a poll: at the fourth one partition 0 has been asked for 15 ms.
    let collector = try collect(
      every: 5 * Self.millisecond,
      [
        row(100, partition: 0), row(500, partition: 1), row(600, partition: 1), row(700, partition: 1), row(300, partition: 0),
        row(800, partition: 1), row(1000, partition: 0),
      ]
    ) { $0.idleAfterNanoseconds = 12 * Self.millisecond }
    #expect(collector.watermarks == [100, 700, 800, .max])
    #expect(collector.rowWatermarks.allSatisfy { $0 == .min })
  }

  @Test func `a poll that takes long counts only as far as it should take`() throws {
    // An hour a poll counts as 10 ms: what comes behind the source may have taken it.
    let collector = try collect(
      every: 3_600_000 * Self.millisecond,
      [row(100, partition: 0)] + (5..<15).map { row($0 * 100, partition: 1) } + [row(2000, partition: 0)]
    ) { $0.idleAfterNanoseconds = 1000 * Self.millisecond }
    #expect(collector.watermarks == [100, 1400, .max])
  }

  @Test func `a source that has never had a row does not hold others back once it is idle`() throws {
    let clock = VirtualClock()
    var bench = PipelineBench()
    bench.clock = clock
    let collector = Collector()
    let limit = SystemClock().now + 20_000_000_000
    @Sendable func isOver() -> Bool { collector.watermarks.contains(100) || SystemClock().now > limit }
    // It does not wake the host and has no interval: it is asked again only because of `idle`.
    let quiet = ScriptedComponent("quiet")
    quiet.poll = { _, _, _ in isOver() ? TIDE_END : TIDE_IDLE }
    let busy = ScriptedComponent("busy")
    busy.poll = { me, _, out in
      me.step += 1
      if me.step == 1 { return me.commit([Event(time: 100, value: 0)], out) }
      return isOver() ? TIDE_END : TIDE_IDLE
    }
    let a = bench.add(.source, quiet) {
      $0.watermarkDelayNanoseconds = 0
      $0.idleAfterNanoseconds = 5000
      $0.pollEveryNanoseconds = 60_000
    }
    let b = bench.add(.source, busy) {
      $0.watermarkDelayNanoseconds = 0
      $0.pollEveryNanoseconds = 1000
    }
    bench.add(.sink, collector.component(), from: [(a, 0), (b, 0)])
    #expect(try bench.run { _ in clock.advance(by: 500) }.outcome == .completed)
    #expect(collector.watermarks.first == 100)
  }

  @Test func `time behind a full edge makes nobody idle`() throws {
    let clock = VirtualClock()
    var bench = PipelineBench()
    bench.clock = clock
    let collector = Collector()
    let isReleased = Atomic<Bool>(false)
    let limit = SystemClock().now + 20_000_000_000
    let slow = collector.component("slow")
    let collect = slow.process!
    slow.process = { me, batch, out in
      while !isReleased.load(ordering: .acquiring), SystemClock().now < limit { _ = SystemClock().now }
      return collect(me, batch, out)
    }
    let first = bench.add(
      .source,
      scripted(
        clock, every: 0,
        [row(100, partition: 0)] + Array(repeating: row(500, partition: 1), count: 6)
          + [row(600, partition: 1), row(700, partition: 0)])
    ) {
      $0.watermarkDelayNanoseconds = 0
      $0.idleAfterNanoseconds = 1000 * Self.millisecond
    }
    bench.add(.sink, slow, from: first) {
      $0.blocking = true
      $0.buffer = EdgeBuffer(frames: 2)
    }
    let outcome = try bench.run { pipeline in
      guard pipeline.books.edges[0].queuedFrames >= 2, !isReleased.load(ordering: .acquiring) else { return }
      clock.advance(by: 3_600_000 * Self.millisecond)
      isReleased.store(true, ordering: .releasing)
    }.outcome
    #expect(outcome == .completed)
    let wasFull = isReleased.load(ordering: .acquiring)
    #expect(wasFull, "the edge was never full")
    #expect(collector.watermarks == [100, 600, .max])
  }

  @Test func `a partition that has ended leaves the minimum for good, and a new one joins it`() throws {
    let end: (UInt32) -> (ScriptedInstance, OpaquePointer) -> tide_status = { partition in
      { me, out in me.host.pointee.watermark(out, partition, .max) }
    }
    let collector = try collect([
      row(100, partition: 0), row(500, partition: 1), end(0), row(150, partition: 0), end(1), row(200, partition: 2),
      row(900, partition: 2), row(300, partition: 3), row(1000, partition: 2), row(950, partition: 3),
    ])
    #expect(collector.watermarks == [100, 500, 900, 950, .max])
    #expect(collector.rowWatermarks.allSatisfy { $0 == .min })
  }

  @Test func `a periodic watermark moves with the clock, and rows are late by it as it stands`() throws {
    // Polls end at 4, 8, 12, 16 and 20 ms; the watermark moves at 10 ms, seen at 12, and at 20 ms.
    let collector = try collect(
      every: 4 * Self.millisecond,
      [row(200, partition: 0), row(100, partition: 0), row(310, partition: 0), row(250, partition: 0), row(410, partition: 0)]
    ) {
      $0.watermarkDelayNanoseconds = 10
      $0.watermarkEveryNanoseconds = 10 * Self.millisecond
    }
    #expect(collector.watermarks == [300, 400, .max])
    #expect(collector.rowWatermarks == [.min, .min, .min, 300, .min])
  }
}
