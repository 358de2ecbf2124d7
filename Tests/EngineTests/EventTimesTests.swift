import CTidemill
import Engine
import EngineBench
import PluginManifest
import Testing

/// Why a watermark is where it is, and who has held it back.
@Suite struct EventTimesTests {
  private typealias Times = EventTimes
  private static let second: Int64 = 1_000_000_000

  private func source(_ name: String, _ partitions: [(Int64?, Times.Standing)]) -> Times.Node {
    var node = Times.Node(name: name)
    node.isSource = true
    node.partitions = partitions.enumerated().map {
      Times.Partition(number: UInt32($0), name: nil, watermark: $1.0, standing: $1.1)
    }
    node.sent = partitions.filter { $0.1 == .busy }.map { $0.0 ?? .min }.min().flatMap { $0 == .min ? nil : $0 }
    return node
  }

  private func node(_ name: String, _ watermark: Int64?, sent: Int64?, from inputs: [(Int, Int64?, Times.Standing)])
    -> Times.Node
  {
    var node = Times.Node(name: name)
    node.watermark = watermark
    node.sent = sent
    node.inputs = inputs.map { Times.Input(from: $0.0, watermark: $0.1, standing: $0.2) }
    return node
  }

  @Test func `the least partition of the least input holds a node back, and what has left the minimum does not`() {
    let times = Times(nodes: [
      source("a", [(500, .busy), (300, .busy), (100, .idle), (50, .ended)]), source("b", [(900, .busy)]),
      node("join", 300, sent: 300, from: [(0, 300, .busy), (1, 900, .busy)]),
      node("out", 300, sent: nil, from: [(2, 300, .busy)]),
    ])
    let why = times.why(node: 3)
    #expect(why == Times.Why(hold: Times.Hold(node: 0, partition: 1), watermark: 300, behind: 600, holdsOthers: true))
  }

  @Test func `an operator that holds its output back is named, and a source that has nothing yet`() {
    let held = Times(nodes: [
      source("a", [(500, .busy)]), node("batch", 500, sent: 200, from: [(0, 500, .busy)]),
      node("out", 200, sent: nil, from: [(1, 200, .busy)]),
    ])
    #expect(held.why(node: 2) == Times.Why(hold: Times.Hold(node: 1), watermark: 200))
    #expect(held.why(node: 1) == Times.Why(hold: Times.Hold(node: 0, partition: 0), watermark: 500))

    let silent = Times(nodes: [
      source("a", []), source("b", [(7, .busy)]), node("out", nil, sent: nil, from: [(0, nil, .busy), (1, 7, .busy)]),
    ])
    #expect(silent.why(node: 2) == Times.Why(hold: Times.Hold(node: 0), holdsOthers: true))
  }

  @Test func `nobody holds a node back whose inputs are idle or have ended`() {
    let times = Times(nodes: [
      source("a", [(1, .idle)]), source("b", [(2, .ended)]),
      node("out", 1, sent: nil, from: [(0, 1, .idle), (1, 2, .ended)]),
    ])
    #expect(times.why(node: 2) == nil)
  }

  @Test func `who holds others back for a minute is named once, until it has moved`() {
    var watch = WatermarkWatch()
    func look(_ seconds: Int64, _ slow: Int64?, _ standing: Times.Standing = .busy) -> [WatermarkWatch.Delay] {
      let times = Times(nodes: [
        source("a", [(1000, .busy), (slow, standing)]),
        node("out", slow, sent: nil, from: [(0, slow, .busy)]),
      ])
      return watch.look(times, now: seconds * Self.second)
    }
    #expect(look(0, nil) == [])
    #expect(look(59, nil) == [])
    #expect(look(60, nil) == [WatermarkWatch.Delay(node: 0, input: 1, nanoseconds: 60 * Self.second)])
    #expect(look(100, nil) == [])
    #expect(look(101, 10) == [])
    #expect(look(160, 10) == [])
    #expect(look(161, 10).count == 1)
    #expect(look(170, 10, .idle) == [])
    #expect(look(200, 10) == [])
    #expect(look(300, 2000) == [])
    #expect(look(301, 2000) == [])
    // Up to when it was idle; a hold counts once it is seen to go on.
    #expect(watch.held(node: 0, input: 1) == 161 * Self.second)
    #expect(watch.held(node: 0, input: 0) == Self.second)
  }

  @Test func `a run shows its partitions by name, their watermarks, and how late rows were`() throws {
    var bench = PipelineBench()
    let files = ScriptedComponent("files")
    files.poll = { me, _, out in
      me.step += 1
      switch me.step {
      case 1: return me.commit([Event(time: 1000, value: 0), Event(time: 900, value: 1)], partition: 4, out)
      case 2: return me.commit((0..<98).map { Event(time: 999, value: $0) }, partition: 4, out)
      case 3: return me.commit([Event(time: 0, value: 2), Event(time: 500, value: 3)], partition: 7, out)
      case 4: return me.host.pointee.watermark(out, 4, .max)
      case 5: return me.commit([Event(time: 100, value: 2)], partition: 7, out)
      default: return TIDE_END
      }
    }
    let first = bench.add(.source, files) { $0.watermarkDelayNanoseconds = 0 }
    bench.add(.sink, Collector().component(), from: first)
    let pipeline = try bench.pipeline()
    #expect(pipeline.create().isEmpty)
    try pipeline.open()
    #expect(pipeline.run() == .completed)
    pipeline.close()
    let source = pipeline.times.nodes[0]
    #expect(
      source.partitions == [
        Times.Partition(number: 4, name: nil, watermark: 1000, standing: .ended, lateRows: 99),
        Times.Partition(number: 7, name: nil, watermark: 500, standing: .busy, lateRows: 1),
      ])
    #expect(source.sent == 1000)
    #expect(source.hasEnded)
    let late = source.lateness
    #expect(late.rows == 100)
    #expect(late.p50 == 1)
    #expect((100...125).contains(late.p99))
    #expect(late.greatest == 400)
    #expect(pipeline.times.nodes[1].inputs == [Times.Input(from: 0, watermark: .max, standing: .ended)])
  }

  @Test func `an instance is told what it may keep`() throws {
    for (limits, expected) in [
      (StateLimits(), [1 << 30, 0, UInt64(TIDE_STATE_STOP)]),
      (StateLimits(bytes: 4096, keys: 10, whenFull: .evictOldest), [4096, 10, UInt64(TIDE_STATE_EVICT_OLDEST)]),
    ] {
      var bench = PipelineBench()
      let first = bench.add(.source, EngineBench.source("source", events(1)))
      let holding = ScriptedComponent("holding")
      holding.process = { _, _, _ in TIDE_OK }
      holding.create = { me in
        #expect([me.info.state_bytes, me.info.state_keys, UInt64(me.info.state_full)] == expected)
        return TIDE_OK
      }
      bench.add(.sink, holding, from: first) { $0.state = limits }
      #expect(try bench.run().outcome == .completed)
    }
  }
}
