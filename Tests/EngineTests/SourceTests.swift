import CTidemill
import Engine
import EngineBench
import PluginManifest
import Rings
import Synchronization
import Testing

@Suite struct SourceTests {
  @Test func `an idle source is asked again when its interval has passed`() throws {
    var bench = PipelineBench()
    let clock = VirtualClock()
    bench.clock = clock
    let polled = Mutex<[Int64]>([])
    let slow = ScriptedComponent("slow")
    slow.poll = { me, _, _ in
      polled.withLock { $0.append(me.host.pointee.now(me.host.pointee.context)) }
      me.step += 1
      return me.step < 4 ? TIDE_IDLE : TIDE_END
    }
    bench.add(.source, slow) { $0.pollEveryNanoseconds = 1_000 }
    _ = try bench.run { _ in clock.advance(by: 500) }
    let times = polled.withLock { $0 }
    #expect(times.count == 4)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 1_000 })
  }

  @Test func `wake makes the host poll an idle source`() throws {
    var bench = PipelineBench()
    let waiting = Mutex<ScriptedInstance?>(nil)
    let sleeper = ScriptedComponent("sleeper")
    sleeper.poll = { me, _, _ in
      me.step += 1
      waiting.withLock { $0 = me }
      return me.step < 10 ? TIDE_IDLE : TIDE_END
    }
    bench.add(.source, sleeper)
    let (outcome, _) = try bench.run { _ in waiting.withLock { $0 }?.wake() }
    #expect(outcome == .completed)
  }

  @Test func `wake before the run is not forgotten`() throws {
    var bench = PipelineBench()
    let sink = ScriptedComponent("sink")
    let polls = Mutex(0)
    sink.create = { me in
      me.wake()
      return TIDE_OK
    }
    sink.process = { _, _, _ in TIDE_OK }
    sink.poll = { _, _, _ in
      polls.withLock { $0 += 1 }
      return TIDE_OK
    }
    let first = bench.add(.source, source("source", events(3), frame: 1))
    bench.add(.sink, sink, from: first)
    _ = try bench.run()
    #expect(polls.withLock { $0 } == 1)
  }

  @Test func `an instance reads its configuration by path`() throws {
    var bench = PipelineBench()
    let reader = ScriptedComponent("reader")
    reader.poll = { _, _, _ in TIDE_END }
    let found = Mutex<[String]>([])
    reader.create = { me in
      let host = me.host.pointee
      var int: Int64 = 0, double = 0.0, bool: UInt32 = 0, size: UInt64 = 0, text = tide_string()
      found.withLock { found in
        found.append("\(host.config_int(host.context, "limit", &int)) \(int)")
        found.append("\(host.config_double(host.context, "rules[1].at", &double)) \(double)")
        found.append("\(host.config_bool(host.context, "on", &bool)) \(bool)")
        found.append("\(host.config_size(host.context, "rules", &size)) \(size)")
        found.append("\(host.config_string(host.context, "rules[0].name", &text)) \(Event.text(text))")
        found.append("\(host.config_string(host.context, "", &text)) \(Event.text(text))")
        found.append("\(host.config_int(host.context, "absent", &int))")
        found.append("\(host.config_int(host.context, "rules[7]", &int))")
      }
      return TIDE_OK
    }
    bench.add(.source, reader) {
      $0.config = .map([
        .init("limit", .int(.min)), .init("on", .bool(true)),
        .init("rules", .list([.map([.init("name", .string("a\"b"))]), .map([.init("at", .double(2.5))])])),
      ])
    }
    _ = try bench.run()
    #expect(
      found.withLock { $0 } == [
        "0 -9223372036854775808", "0 2.5", "0 1", "0 2", "0 a\"b",
        "0 {\"limit\":-9223372036854775808,\"on\":true,\"rules\":[{\"name\":\"a\\\"b\"},{\"at\":2.5}]}", "-1", "-1",
      ])
  }

  @Test func `ports are found by name, and say whether somebody reads them`() throws {
    var bench = PipelineBench()
    let found = Mutex<[String]>([])
    let router = ScriptedComponent("router")
    router.poll = { _, _, _ in TIDE_END }
    router.open = { me in
      let host = me.host.pointee
      for name in ["even", "odd", "none"] {
        var index: UInt32 = 99, connected: UInt32 = 99
        var copy = name
        let status = copy.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) {
            host.port(host.context, 0, tide_string(data: $0.baseAddress, length: UInt64($0.count)), &index, &connected)
          }
        }
        found.withLock { $0.append("\(name) \(status) \(index) \(connected)") }
      }
      return TIDE_OK
    }
    let first = bench.add(.source, router) { $0.outputs = ["even", "odd"] }
    bench.add(.sink, Collector().component(), from: [(first, 1)])
    _ = try bench.run()
    #expect(found.withLock { $0 } == ["even 0 0 0", "odd 0 1 1", "none -1 99 99"])
  }
}

@Suite struct ChainPlanTests {
  private func plan(_ bench: PipelineBench, memory: Int? = nil) -> ChainPlan {
    ChainPlan(GraphSpec(name: "test", nodes: bench.nodes, edges: bench.edges, maxMemoryBytes: memory))
  }

  @Test func `a line of nodes is one chain without queues`() {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    let b = bench.add(.operator, pass("b"), from: a)
    bench.add(.sink, Collector().component("c"), from: b)
    #expect(plan(bench).chains == [[0, 1, 2]])
    #expect(plan(bench).buffers == [nil, nil])
  }

  @Test func `branches of one source meet again on its thread`() {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    let b = bench.add(.operator, pass("b"), from: a)
    let c = bench.add(.operator, pass("c"), from: a)
    bench.add(.sink, Collector().component("d"), from: [(b, 0), (c, 0)])
    #expect(plan(bench).chains == [[0, 1, 2, 3]])
  }

  @Test func `queues stand at a merge of threads, before what may block, and where they are asked for`() {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    let b = bench.add(.source, source("b", []))
    let merge = bench.add(.operator, pass("merge"), from: [(a, 0), (b, 0)])
    bench.add(.sink, Collector().component("slow"), from: merge) { $0.blocking = true }
    bench.add(.sink, Collector().component("queued"), from: a) { $0.buffer = .init(frames: 8, bytes: 1 << 16) }
    let plan = plan(bench)
    #expect(plan.chains == [[0], [1], [2], [3], [4]])
    #expect(plan.buffers.map { $0?.frames } == [64, 64, 64, 8])
    #expect(plan.reasons == ["source", "source", "inputs from several threads", "may block", "buffer asked for"])
  }

  @Test func `an edge may have a queue other than its node's`() {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    let b = bench.add(.source, source("b", []))
    bench.add(.sink, Collector().component("c"), from: [(a, 0), (b, 0)]) { $0.buffer = .init(frames: 8) }
    bench.buffer(ofEdge: 1, .init(frames: 2, whenFull: .dropOldest))
    #expect(plan(bench).buffers == [.init(frames: 8), .init(frames: 2, whenFull: .dropOldest)])
  }
}
