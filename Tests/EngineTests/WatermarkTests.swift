import CTidemill
import Engine
import EngineBench
import Rings
import Synchronization
import Testing

@Suite struct WatermarkTests {
  private func times(_ values: [Int64]) -> [Event] { values.enumerated().map { Event(time: $1, value: Int64($0)) } }

  private func run(_ events: [Event], delay: Int64, frame: Int) throws -> Collector {
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", events, frame: frame)) { $0.watermarkDelayNanoseconds = delay }
    bench.add(.sink, collector.component(), from: first)
    #expect(try bench.run().outcome == .completed)
    return collector
  }

  @Test func `the watermark follows the greatest time at its delay and ends at the end of time`() throws {
    let collector = try run(times([100, 90, 200]), delay: 30, frame: 1)
    #expect(collector.watermarks == [70, 170, .max])
    #expect(collector.rowWatermarks == [.min, .min, .min])
  }

  @Test func `a row behind the watermark carries the watermark that stood before it`() throws {
    let collector = try run(times([100, 60, 70, 200, 169, 170]), delay: 30, frame: 6)
    #expect(collector.rowWatermarks == [.min, 70, .min, .min, 170, .min])
  }

  @Test func `which rows are late does not depend on the frame size`() throws {
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0 ... .max, using: &generator)
    var state = seed
    let values = (0..<500).map { index -> Int64 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(index) * 10 - Int64(state >> 57)
    }
    let expected = try run(times(values), delay: 20, frame: 1).rowWatermarks
    #expect(expected.contains { $0 != .min }, "seed \(seed)")
    for frame in [2, 7, 64, 500] {
      #expect(try run(times(values), delay: 20, frame: frame).rowWatermarks == expected, "seed \(seed), frames of \(frame)")
    }
  }

  @Test func `several inputs give the least of their watermarks, and it never goes back`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let a = bench.add(.source, source("a", times([100, 300, 500]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let b = bench.add(.source, source("b", times([200, 250]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    bench.add(.sink, collector.component(), from: [(a, 0), (b, 0)])
    _ = try bench.run()
    #expect(collector.watermarks.last == .max)
    #expect(collector.watermarks == collector.watermarks.sorted())
    #expect(Set(collector.watermarks).isSubset(of: [100, 200, 250, 300, 500, .max]))
  }

  @Test func `an idle partition is left out of the minimum until its next row`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let files = ScriptedComponent("files")
    files.poll = { me, _, out in
      me.step += 1
      switch me.step {
      case 1: return me.commit([Event(time: 100, value: 0)], partition: 0, out)
      case 2: return me.commit([Event(time: 500, value: 1)], partition: 1, out)
      case 3: return me.host.pointee.idle(out, 0)
      case 4: return me.commit([Event(time: 200, value: 2)], partition: 0, out)
      case 5: return me.commit([Event(time: 900, value: 3)], partition: 1, out)
      case 6: return me.commit([Event(time: 800, value: 4)], partition: 0, out)
      default: return TIDE_END
      }
    }
    let first = bench.add(.source, files) { $0.watermarkDelayNanoseconds = 0 }
    bench.add(.sink, collector.component(), from: first)
    #expect(try bench.run().outcome == .completed)
    #expect(collector.watermarks == [100, 500, 800, .max])
    #expect(collector.rowWatermarks == [.min, .min, .min, .min, .min])
  }

  @Test func `a watermark of the source's own marks its late rows, and event times do not move it`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let own = ScriptedComponent("own")
    own.poll = { me, _, out in
      me.step += 1
      switch me.step {
      case 1: return me.host.pointee.watermark(out, 0, 50)
      case 2: return me.commit([Event(time: 20, value: 0), Event(time: 500, value: 1)], out)
      case 3: return me.host.pointee.watermark(out, 0, 40)
      default: return TIDE_END
      }
    }
    let first = bench.add(.source, own) { $0.watermarkDelayNanoseconds = 0 }
    bench.add(.sink, collector.component(), from: first)
    #expect(try bench.run().outcome == .completed)
    #expect(collector.watermarks == [50, .max])
    #expect(collector.rowWatermarks == [50, .min])
  }

  @Test func `when only idle inputs are left the node is idle, whichever was first`() throws {
    for endsFirst in [true, false] {
      var bench = PipelineBench()
      let collector = Collector()
      let turn = Atomic<Int>(0)
      /// Takes each step in its turn; one that answers nil is asked again.
      typealias Step = (ScriptedInstance, OpaquePointer) -> tide_status?
      func scripted(_ name: String, _ steps: [Int: Step]) -> ScriptedComponent {
        let component = ScriptedComponent(name)
        component.poll = { me, _, out in
          guard let step = steps[turn.load(ordering: .sequentiallyConsistent)], let status = step(me, out) else {
            return TIDE_OK
          }
          turn.add(1, ordering: .sequentiallyConsistent)
          return status
        }
        return component
      }
      let ends: Step = { _, _ in TIDE_END }
      let idles: Step = { me, out in me.host.pointee.idle(out, 0) }
      let mark: (Int64) -> Step = { time in { me, out in me.host.pointee.watermark(out, 0, time) } }
      let a = bench.add(.source, scripted("a", [endsFirst ? 0 : 1: ends]))
      // The ends wait until the sink has seen what the test is about: they may overtake it on their own thread.
      let clock = SystemClock(), limit = clock.now + 20_000_000_000
      let endsLater: Step = { _, _ in collector.watermarks.contains(20) || clock.now > limit ? TIDE_END : nil }
      let b = bench.add(.source, scripted("b", [endsFirst ? 1 : 0: idles, 4: endsLater]))
      let c = bench.add(.source, scripted("c", [2: mark(10), 3: mark(20), 5: ends]))
      let join = bench.add(.operator, pass("join"), from: [(a, 0), (b, 0)]) { $0.forwardsOnly = true }
      bench.add(.sink, collector.component(), from: [(join, 0), (c, 0)])
      #expect(try bench.run().outcome == .completed)
      #expect(collector.watermarks.contains(20), "\(endsFirst): \(collector.watermarks)")
    }
  }

  @Test func `an operator flushes before anyone below hears of the end`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let holding = ScriptedComponent("holding")
    holding.process = { _, _, _ in TIDE_OK }
    holding.flush = { me, out in me.commit([Event(time: 1, value: 42)], out) }
    let first = bench.add(.source, source("source", times([10]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let held = bench.add(.operator, holding, from: first)
    bench.add(.sink, collector.component(), from: held)
    _ = try bench.run()
    #expect(collector.story == ["W 10", "row 42", "W end", "flush"])
  }

  @Test func `an operator that builds frames gets one row watermark at a time and passes it on`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let rebuilding = ScriptedComponent("rebuilding")
    rebuilding.process = { me, batch, out in
      guard Set(Event.rowWatermarks(batch)).count == 1 else { return me.fail(TIDE_E_FATAL, "mixed row watermarks") }
      return me.commit(Event.read(batch), out)
    }
    let first = bench.add(.source, source("source", times([100, 60, 65, 200, 150, 300]), frame: 6)) {
      $0.watermarkDelayNanoseconds = 30
    }
    let built = bench.add(.operator, rebuilding, from: first)
    bench.add(.sink, collector.component(), from: built)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events.map(\.value) == [0, 1, 2, 3, 4, 5])
    #expect(collector.rowWatermarks == [.min, 70, 70, .min, 170, .min])
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `an operator holds its output back with a watermark of its own`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let slow = pass("slow")
    slow.onWatermark = { me, port, time, out in
      port == TIDE_PORT_ALL && time != .max ? me.host.pointee.watermark(out, 0, time - 50) : TIDE_OK
    }
    let first = bench.add(.source, source("source", times([100, 200]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let held = bench.add(.operator, slow, from: first) { $0.forwardsOnly = true }
    bench.add(.sink, collector.component(), from: held)
    _ = try bench.run()
    #expect(collector.watermarks == [50, 150, .max])
  }
}
