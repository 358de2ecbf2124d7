import CTidemill
import Engine
import EngineBench
import Rings
import Synchronization
import Testing

@Suite struct TimerTests {
  /// Lines that calls write, from any thread.
  private final class Story: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  private func times(_ values: [Int64]) -> [Event] { values.enumerated().map { Event(time: $1, value: Int64($0)) } }

  /// An operator that sets a timer of event time at each row's time + 10 and forwards the row.
  private func alarms(_ story: Story) -> ScriptedComponent {
    let component = ScriptedComponent("alarms")
    component.process = { me, batch, out in
      for event in Event.read(batch) { me.timer(UInt64(event.value), at: event.time + 10, TIDE_DOMAIN_EVENT) }
      return me.forward(batch, out)
    }
    component.onTimer = { me, id, at, out in
      story.add("timer \(id) at \(at)")
      return me.commit([Event(time: at, value: 100 + Int64(id))], out)
    }
    component.onWatermark = { _, port, time, _ in
      if port == TIDE_PORT_ALL { story.add(time == .max ? "W end" : "W \(time)") }
      return TIDE_OK
    }
    component.flush = { _, _ in
      story.add("flush")
      return TIDE_OK
    }
    return component
  }

  @Test func `a timer of event time runs once the watermark has reached it, before the watermark is announced`() throws {
    let story = Story()
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", times([0, 9, 10, 11, 50]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let middle = bench.add(.operator, alarms(story), from: first)
    bench.add(.sink, collector.component(), from: middle)
    #expect(try bench.run().outcome == .completed)
    #expect(
      story.all == [
        "W 0", "W 9", "timer 0 at 10", "W 10", "W 11", "timer 1 at 19", "timer 2 at 20", "timer 3 at 21", "W 50",
        "timer 4 at 60", "W end", "flush",
      ])
    #expect(
      collector.story.filter { $0.hasPrefix("row") } == [
        "row 0", "row 1", "row 2", "row 100", "row 3", "row 4", "row 101", "row 102", "row 103", "row 104",
      ])
  }

  @Test func `timers run by time, then group, then id, whatever the order in which they were set`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var state = seed
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    // The last time that each name was set to holds; INT64_MAX cancels.
    var expected: [[Int64]: Int64] = [:]
    let steps = (0..<500).map { _ -> (group: UInt32, id: UInt64, at: Int64?) in
      let step = (group: UInt32(next(4)), id: next(30), at: next(5) == 0 ? nil : Int64(next(40)))
      expected[[Int64(step.group), Int64(step.id)]] = step.at
      return step
    }
    let story = Story()
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", times([0])))
    let component = ScriptedComponent("timers")
    component.process = { me, _, _ in
      for step in steps { me.timer(step.id | UInt64(step.group) << 32, at: step.at, TIDE_DOMAIN_EVENT, group: step.group) }
      return TIDE_OK
    }
    component.onTimer = { _, id, at, _ in
      story.add("\(at) \(id >> 32) \(id & 0xFFFF_FFFF)")
      return TIDE_OK
    }
    bench.add(.sink, component, from: first)
    #expect(try bench.run().outcome == .completed)
    let order = expected.map { [$0.value, $0.key[0], $0.key[1]] }.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(story.all == order.map { $0.map(String.init).joined(separator: " ") }, "seed \(seed)")
  }

  @Test func `what timers of event time do is the same for every frame size`() throws {
    let rows = times((0..<200).map { Int64($0 * 7 % 50 + $0) })
    func run(frame: Int) throws -> [Int64] {
      var bench = PipelineBench()
      let collector = Collector()
      let first = bench.add(.source, source("source", rows, frame: frame)) { $0.watermarkDelayNanoseconds = 20 }
      let counts = ScriptedComponent("counts")
      // One row per tumbling window of 25 ns, emitted by a timer at its end: the count so far stands in the instance.
      let open = Mutex<[UInt64: Int64]>([:])
      counts.process = { me, batch, _ in
        for event in Event.read(batch) {
          let window = UInt64(event.time / 25)
          open.withLock { $0[window, default: 0] += 1 }
          me.timer(window, at: Int64(window + 1) * 25 + 1000, TIDE_DOMAIN_EVENT)
        }
        return TIDE_OK
      }
      counts.onTimer = { me, id, at, out in
        me.commit([Event(time: at, value: open.withLock { $0.removeValue(forKey: id) } ?? -1)], out)
      }
      let middle = bench.add(.operator, counts, from: first)
      bench.add(.sink, collector.component(), from: middle)
      #expect(try bench.run().outcome == .completed)
      return collector.events.map(\.value)
    }
    let expected = try run(frame: 1)
    #expect(expected.reduce(0, +) == 200)
    for frame in [2, 7, 64, 200] { #expect(try run(frame: frame) == expected) }
  }

  @Test func `a timer that sets itself again ends with the input`() throws {
    let story = Story()
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", times([5, 100]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let ticking = ScriptedComponent("ticking")
    ticking.open = { me in me.timer(1, at: 10, TIDE_DOMAIN_EVENT) }
    ticking.process = { _, _, _ in TIDE_OK }
    ticking.onTimer = { me, id, at, _ in
      story.add("\(at)")
      return me.timer(id, at: at + 40, TIDE_DOMAIN_EVENT)
    }
    bench.add(.sink, ticking, from: first)
    #expect(try bench.run().outcome == .completed)
    #expect(story.all == ["10", "50", "90", "130"])
  }

  @Test func `a timer that stands still is stopped with its name and the books hold`() throws {
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", times([5, 100]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let stuck = ScriptedComponent("stuck")
    stuck.open = { me in me.timer(42, at: 10, TIDE_DOMAIN_EVENT) }
    stuck.process = { _, _, _ in TIDE_OK }
    stuck.onTimer = { me, id, _, _ in me.timer(id, at: 10, TIDE_DOMAIN_EVENT) }
    bench.add(.sink, stuck, from: first)
    let (outcome, books) = try bench.run()
    guard case .failed(let errors) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(errors.first?.message == "on_timer: timer 42 set itself 10000 times in a row for a time that was past already")
    #expect(books.discrepancies() == [])
  }

  @Test func `a timer of the clock runs when its time has come, between the calls of a sink that waits for rows`() throws {
    let clock = VirtualClock(at: 1000)
    let story = Story()
    var bench = PipelineBench()
    bench.clock = clock
    let quiet = ScriptedComponent("quiet")
    quiet.poll = { me, _, _ in me.now < 9000 ? TIDE_IDLE : TIDE_END }
    let first = bench.add(.source, quiet) { $0.pollEveryNanoseconds = 1000 }
    let waiting = ScriptedComponent("waiting")
    waiting.process = { _, _, _ in TIDE_OK }
    waiting.open = { me in
      me.timer(1, at: 3000, TIDE_DOMAIN_PROCESSING)
      me.timer(2, at: 2000, TIDE_DOMAIN_PROCESSING)
      me.timer(3, at: 500, TIDE_DOMAIN_PROCESSING)
      me.timer(4, at: 2500, TIDE_DOMAIN_PROCESSING)
      return me.timer(4, at: nil, TIDE_DOMAIN_PROCESSING)
    }
    waiting.onTimer = { me, id, at, _ in
      story.add("\(id) set for \(at)\(me.now < at ? ", too early" : "")")
      return id == 1 && me.now < 6000 ? me.timer(1, at: at + 2000, TIDE_DOMAIN_PROCESSING) : TIDE_OK
    }
    waiting.flush = { _, _ in
      story.add("flush")
      return TIDE_OK
    }
    bench.add(.sink, waiting, from: first) { $0.blocking = true }
    #expect(try bench.run { _ in clock.advance(by: 500) }.outcome == .completed)
    #expect(Array(story.all.prefix(4)) == ["3 set for 500", "2 set for 2000", "1 set for 3000", "1 set for 5000"])
    #expect(story.all.last == "flush")
  }

  @Test func `a timer makes the host poll a source that was idle`() throws {
    let clock = VirtualClock(at: 0)
    var bench = PipelineBench()
    bench.clock = clock
    let collector = Collector()
    let pulse = ScriptedComponent("pulse")
    pulse.open = { me in me.timer(0, at: 100, TIDE_DOMAIN_PROCESSING) }
    pulse.poll = { me, _, out in
      guard me.now >= 100 * Int64(me.step + 1) else { return TIDE_IDLE }
      guard me.step < 3 else { return TIDE_END }
      me.step += 1
      me.timer(0, at: 100 * Int64(me.step + 1), TIDE_DOMAIN_PROCESSING)
      let status = me.commit([Event(time: me.now, value: Int64(me.step))], out)
      return status == TIDE_OK ? TIDE_IDLE : status
    }
    let first = bench.add(.source, pulse)
    bench.add(.sink, collector.component(), from: first)
    #expect(try bench.run { _ in clock.advance(by: 50) }.outcome == .completed)
    #expect(collector.events.map(\.value) == [1, 2, 3])
  }

  @Test func `a timer without on_timer, of another domain, or from create is refused with the reason`() throws {
    let story = Story()
    var bench = PipelineBench()
    let careless = ScriptedComponent("careless")
    careless.create = { me in
      story.add("create \(me.timer(1, at: 1, TIDE_DOMAIN_PROCESSING))")
      return TIDE_OK
    }
    careless.open = { me in
      story.add("event \(me.timer(1, at: 1, TIDE_DOMAIN_EVENT))")
      story.add("domain \(me.timer(1, at: 1, 7))")
      return TIDE_OK
    }
    careless.poll = { _, _, _ in TIDE_END }
    let first = bench.add(.source, careless)
    let deaf = ScriptedComponent("deaf")
    deaf.open = { me in me.timer(1, at: 1, TIDE_DOMAIN_PROCESSING) }
    deaf.process = { _, _, _ in TIDE_OK }
    bench.add(.sink, deaf, from: first)
    #expect {
      try bench.run()
    } throws: { error in
      (error as? PipelineError)?.message == "a timer is set, but the component has no on_timer"
    }
    #expect(story.all == ["create \(TIDE_E_FATAL)"])
    bench = PipelineBench()
    let alone = bench.add(.source, careless)
    bench.add(.sink, Collector().component(), from: alone)
    #expect(try bench.run().outcome == .completed)
    #expect(story.all.suffix(2) == ["event \(TIDE_E_UNSUPPORTED)", "domain \(TIDE_E_FATAL)"])
  }

  @Test func `a restarted instance begins without the timers of the one before it`() throws {
    let story = Story()
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", times([1, 2, 3]), frame: 1)) { $0.watermarkDelayNanoseconds = 0 }
    let frail = ScriptedComponent("frail")
    frail.process = { me, batch, _ in
      let value = Event.read(batch)[0].value
      if value == 1 { return me.fail(TIDE_E_FATAL, "broken") }
      return me.timer(UInt64(value), at: 50 + value, TIDE_DOMAIN_EVENT)
    }
    frail.onTimer = { me, id, at, _ in
      story.add("\(id) at \(at) in attempt \(me.info.attempt)")
      return TIDE_OK
    }
    bench.add(.sink, frail, from: first)
    let (_, books) = try bench.run()
    #expect(story.all == ["2 at 52 in attempt 1"])
    #expect(books.nodes[1].restarts == 1)
    #expect(books.discrepancies() == [])
  }
}
