import CTidemill
import Engine
import EngineBench
import Synchronization
import Testing

/// What a row watermark does on its way: it fires what is due where one partition flows, and nothing where several meet.
@Suite struct RowWatermarkTests {
  /// What an operator has seen: its watermark, and the rows that were behind with the watermark that stood then.
  private final class Seen: Sendable {
    private let content = Mutex<(watermark: Int64, behind: [[Int64]], story: [String])>((.min, [], []))
    var behind: [[Int64]] { content.withLock { $0.behind } }
    var story: [String] { content.withLock { $0.story } }

    /// Forwards what comes; `builds`: in frames of its own.
    func component(_ id: String, builds: Bool = false) -> ScriptedComponent {
      let component = ScriptedComponent(id)
      component.process = { [self] me, batch, out in
        let events = Event.read(batch), watermarks = Event.rowWatermarks(batch)
        content.withLock {
          for (event, watermark) in zip(events, watermarks) {
            $0.story.append("row \(event.value)")
            if watermark != .min { $0.behind.append([event.value, watermark, $0.watermark]) }
          }
        }
        return builds ? me.commit(events, out) : me.forward(batch, out)
      }
      component.onWatermark = { [self] _, port, time, _ in
        if port == TIDE_PORT_ALL {
          content.withLock {
            $0.watermark = time
            $0.story.append(time == .max ? "W end" : "W \(time)")
          }
        }
        return TIDE_OK
      }
      return component
    }
  }

  private func random(_ seed: UInt64, _ count: Int) -> [Event] {
    var state = seed
    return (0..<count).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Event(time: Int64(index) * 3 - Int64(state >> 57), value: Int64(index))
    }
  }

  @Test func `behind one partition every row finds the watermark that it is behind, however rows are framed`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    let events = random(seed, 5000)
    func run(frame: Int, ring: Bool) throws -> [[[Int64]]] {
      var bench = PipelineBench()
      let seen = [Seen(), Seen(), Seen()]
      let first = bench.add(.source, source("source", events, frame: frame)) { $0.watermarkDelayNanoseconds = 40 }
      let passing = bench.add(.operator, pass(), from: first) {
        $0.forwardsOnly = true
        $0.blocking = ring
      }
      let near = bench.add(.operator, seen[0].component("near"), from: passing)
      let builds = bench.add(.operator, seen[1].component("builds", builds: true), from: near) { $0.blocking = ring }
      let far = bench.add(.operator, seen[2].component("far"), from: builds) { $0.blocking = ring }
      bench.add(.sink, Collector().component(), from: far)
      let (outcome, books) = try bench.run()
      #expect(outcome == .completed)
      #expect(books.discrepancies() == [])
      return seen.map(\.behind)
    }
    for ring in [false, true] {
      for frame in [1, 2, 3, 7, 64, 1000, 4096] {
        for behind in try run(frame: frame, ring: ring) {
          #expect(behind.count > 100, "seed \(seed)")
          #expect(behind.allSatisfy { $0[1] == $0[2] }, "seed \(seed), frames of \(frame), \(ring ? "rings" : "calls")")
        }
      }
    }
  }

  @Test func `timers run before the rows that are behind them, and what they emit goes on before`() throws {
    var bench = PipelineBench()
    let below = Seen()
    let first = bench.add(
      .source, source("source", [100, 160, 90, 200, 120, 300].enumerated().map { Event(time: $1, value: Int64($0)) }, frame: 6)
    ) { $0.watermarkDelayNanoseconds = 0 }
    let alarms = ScriptedComponent("alarms")
    alarms.process = { me, batch, out in
      for event in Event.read(batch) { me.timer(UInt64(event.value), at: event.time + 50, TIDE_DOMAIN_EVENT) }
      return me.forward(batch, out)
    }
    alarms.onTimer = { me, id, at, out in me.commit([Event(time: at, value: 100 + Int64(id))], out) }
    let middle = bench.add(.operator, alarms, from: first)
    let last = bench.add(.operator, below.component("below"), from: middle)
    bench.add(.sink, Collector().component(), from: last)
    #expect(try bench.run().outcome == .completed)
    #expect(
      below.story == [
        "row 0", "row 1", "row 100", "W 160", "row 2", "row 3", "row 102", "W 200", "row 4", "row 5", "row 104", "row 101",
        "row 103", "W 300", "row 105", "W end",
      ])
  }

  @Test func `where partitions or inputs meet the watermark stays at their least`() throws {
    for isOneSource in [true, false] {
      var bench = PipelineBench()
      let seen = Seen()
      func steps(_ frames: [(UInt32, [Int64])]) -> ScriptedComponent {
        let component = ScriptedComponent("source")
        component.poll = { me, _, out in
          guard me.step < frames.count else { return TIDE_END }
          me.step += 1
          let (partition, times) = frames[me.step - 1]
          return me.commit(times.map { Event(time: $0, value: $0) }, partition: partition, out)
        }
        return component
      }
      let ahead: [Int64] = [300, 200, 400]
      if isOneSource {
        let first = bench.add(.source, steps([(0, [100]), (1, [50]), (0, ahead), (1, [60])])) {
          $0.watermarkDelayNanoseconds = 0
        }
        let last = bench.add(.operator, seen.component("seen"), from: first)
        bench.add(.sink, Collector().component(), from: last)
      } else {
        let first = bench.add(.source, steps([(0, ahead)])) { $0.watermarkDelayNanoseconds = 0 }
        let second = bench.add(.source, steps([(0, [50])])) { $0.watermarkDelayNanoseconds = 0 }
        let last = bench.add(.operator, seen.component("seen"), from: [(first, 0), (second, 0)])
        bench.add(.sink, Collector().component(), from: last)
      }
      #expect(try bench.run().outcome == .completed)
      #expect(seen.behind.map { [$0[0], $0[1]] } == [[200, 300]])
      #expect(seen.behind.allSatisfy { $0[2] != 300 }, "\(seen.story)")
    }
  }

  @Test func `rows that go to the port of late ones count as late, each once`() throws {
    var bench = PipelineBench()
    let late = Collector(), good = Collector()
    let first = bench.add(
      .source,
      source("source", [100, 50, 60, 200, 10, 300, 250].enumerated().map { Event(time: $1, value: Int64($0)) }, frame: 7)
    ) { $0.watermarkDelayNanoseconds = 0 }
    let sorting = ScriptedComponent("sorting")
    sorting.process = { me, batch, out in
      let rows = (0..<batch.pointee.count).map { UInt16(tide_row(batch.pointee.selection, $0)) }
      guard Event.rowWatermarks(batch)[0] != .min else { return me.forward(batch, out) }
      // The last of them is no row at all, the others are sent on twice.
      if Event.read(batch).last?.value == 6 { return me.reject(batch, UInt32(rows[0]), "of no use", out) }
      _ = me.forward(batch, port: 1, out)
      return me.commit(Event.read(batch), port: 1, out)
    }
    sorting.flush = { me, out in me.commit([Event(time: 400, value: 9)], port: 1, out) }
    let middle = bench.add(.operator, sorting, from: first) {
      $0.outputs = ["out", "late"]
      $0.latePort = 1
    }
    bench.add(.sink, good.component("good"), from: middle)
    bench.add(.sink, late.component("late"), from: [(middle, 1)])
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(good.events.map(\.value) == [0, 3, 5])
    #expect(late.events.map(\.value) == [1, 2, 1, 2, 4, 4, 9])
    #expect([books.nodes[1].rowsIn, books.nodes[1].taken, books.nodes[1].late, books.nodes[1].rejected] == [7, 3, 3, 1])
    #expect(books.discrepancies() == [])
  }
}
