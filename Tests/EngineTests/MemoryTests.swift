import CTidemill
import Engine
import EngineBench
import PluginManifest
import Rings
import Synchronization
import TestSupport
import Testing

private func plan(_ bench: PipelineBench, memory: Int? = nil) -> ChainPlan {
  ChainPlan(GraphSpec(name: "test", nodes: bench.nodes, edges: bench.edges, maxMemoryBytes: memory))
}

@Suite struct MemoryPlanTests {
  /// Two sources into one sink: three threads, two queues.
  private func merge() -> PipelineBench {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    let b = bench.add(.source, source("b", []))
    bench.add(.sink, Collector().component("c"), from: [(a, 0), (b, 0)])
    return bench
  }

  @Test func `without a bound everything is as asked for, and adds up`() {
    let memory = plan(merge()).memory
    #expect(memory.credits == [4 << 20, 4 << 20])
    #expect(memory.largestFrameBytes == 16 << 20)
    #expect(memory.overdraftBytes == 4 << 20)
    #expect(memory.pools == [8 << 20, 8 << 20, 0])
    #expect(memory.boundBytes == (memory.edges + memory.pools + memory.calls).reduce(memory.retained, +))
  }

  @Test func `a bound shrinks credits, overdrafts and pools first, and the largest frame only when it must`() {
    let asked = plan(merge()).memory
    let less = plan(merge(), memory: asked.boundBytes - (10 << 20)).memory
    #expect(less.boundBytes <= asked.boundBytes - (10 << 20))
    #expect(less.boundBytes > asked.boundBytes - (11 << 20))
    #expect(less.largestFrameBytes == 16 << 20)
    #expect(less.credits[0]! < 4 << 20)
    let small = plan(merge(), memory: 32 << 20).memory
    #expect(small.boundBytes <= 32 << 20)
    #expect(small.largestFrameBytes < 16 << 20)
    #expect(small.largestFrameBytes >= 1 << 20)
  }

  @Test func `what does not fit even so stays too much`() {
    let least = plan(merge(), memory: 1 << 20)
    #expect(least.boundBytes > 1 << 20)
    #expect(least.memory.credits == [MemoryPlan.leastBufferBytes, MemoryPlan.leastBufferBytes])
    #expect(least.buffers.map { $0!.bytes } == [MemoryPlan.leastBufferBytes, MemoryPlan.leastBufferBytes])
    #expect(least.memory.largestFrameBytes == MemoryPlan.leastFrameBytes)
    #expect(plan(merge(), memory: least.boundBytes).boundBytes == least.boundBytes)
  }

  @Test func `what a bound leaves over is for batches that components retain`() {
    let asked = plan(merge()).memory
    let more = plan(merge(), memory: asked.boundBytes + (100 << 20)).memory
    #expect(more.retained == asked.retained + (100 << 20))
    #expect(more.boundBytes == asked.boundBytes + (100 << 20))
  }

  @Test func `an edge that drops has no overdraft`() {
    var bench = PipelineBench()
    let a = bench.add(.source, source("a", []))
    bench.add(.sink, Collector().component("b"), from: a) { $0.buffer = .init(bytes: 64 << 20) }
    bench.add(.sink, Collector().component("c"), from: a) { $0.buffer = .init(bytes: 64 << 20, whenFull: .dropNewest) }
    let edges = plan(bench).memory.edges
    #expect(edges[0] - edges[1] > 3 << 20)
    #expect(edges[1] >= 64 << 20)
  }
}

/// Rows with a name of so many bytes each, all different, so that a frame is as large as they are.
private func wide(_ count: Int, bytes: Int) -> [Event] {
  (0..<Int64(count)).map { Event(time: $0, value: $0, name: "\($0) " + String(repeating: "x", count: bytes)) }
}

@Suite struct MemoryTests {
  /// A reader of 1,000 events a second behind a source of as many as it can make, which is above 1,000,000 a second.
  @Test(arguments: [
    EdgeBuffer(), .init(whenFull: .dropOldest), .init(whenFull: .dropNewest), .init(whenFull: .sample),
    .init(whenFull: .dropOldest, targetNanoseconds: 1_000_000_000), .init(targetNanoseconds: 1_000_000_000),
  ])
  func `a slow reader behind a fast source stays inside the bound under each policy`(buffer: EdgeBuffer) throws {
    var bench = PipelineBench()
    let clock = VirtualClock()
    bench.clock = clock
    bench.maxMemoryBytes = 48 << 20
    bench.validates = false
    let rows = wide(1000, bytes: 40)
    let isOver = Atomic<Bool>(false)
    let fast = ScriptedComponent("fast")
    let template = PreparedFrame(rows)
    fast.poll = { me, _, out in isOver.load(ordering: .relaxed) ? TIDE_END : me.commit(template, out) }
    let slow = ScriptedComponent("slow")
    slow.process = { me, batch, out in
      // A thousandth of a second for each row, in one go; over when the pipeline is.
      let until = me.now + Int64(batch.pointee.count) * 1_000_000
      _ = repeats({}, until: { me.now >= until || isOver.load(ordering: .relaxed) })
      return TIDE_OK
    }
    let first = bench.add(.source, fast)
    bench.add(.sink, slow, from: first) { $0.buffer = buffer }
    let pipeline = try bench.pipeline()
    #expect(pipeline.create().isEmpty)
    try pipeline.open()
    let bound = pipeline.bufferBoundBytes
    #expect(bound <= 48 << 20)
    var most = 0, ticks = 0
    let outcome = pipeline.run(tickNanoseconds: 1_000_000) {
      most = max(most, pipeline.heldBytes)
      ticks += 1
      clock.advance(by: 1_000_000)
      if ticks == 400 {
        isOver.store(true, ordering: .relaxed)
        pipeline.force()
      }
    }
    pipeline.close()
    #expect(outcome == .forced)
    #expect(most <= bound)
    let books = pipeline.books
    #expect(books.discrepancies().isEmpty)
    let edge = books.edges[0]
    if buffer.drops {
      // The source was not held up: it made a hundred times what the reader took.
      #expect(edge.pushed > 100 * max(edge.popped, 1000), "\(buffer.policy): \(edge.pushed)")
    } else {
      #expect(edge.pushed < 1_000_000, "\(edge.pushed)")
    }
    #expect(most > 1 << 20)
  }

  @Test func `frames larger than credit and overdraft pass one at a time`() throws {
    var bench = PipelineBench()
    let rows = wide(20_000, bytes: 500)
    let first = bench.add(.source, source("large", rows + rows + rows, frame: 20_000))
    let collector = Collector()
    bench.add(.sink, collector.component(), from: first) { $0.buffer = .init(bytes: 64 << 10) }
    let pipeline = try bench.pipeline()
    #expect(pipeline.create().isEmpty)
    try pipeline.open()
    var most = 0
    #expect(pipeline.run(tickNanoseconds: 100_000) { most = max(most, pipeline.heldBytes) } == .completed)
    pipeline.close()
    #expect(collector.events.count == 60_000)
    #expect(most <= pipeline.bufferBoundBytes)
    #expect(pipeline.books.discrepancies().isEmpty)
  }

  @Test func `a frame beyond what memory allows is refused with the way out`() throws {
    var bench = PipelineBench()
    bench.maxMemoryBytes = 20 << 20
    let first = bench.add(.source, source("large", wide(20_000, bytes: 500), frame: 20_000))
    bench.add(.sink, Collector().component(), from: first) { $0.blocking = true }
    let (outcome, _) = try bench.run()
    guard case .failed(let problems) = outcome else {
      Issue.record("the run did not fail: \(outcome)")
      return
    }
    #expect(problems[0].message.hasSuffix("make several, or allow more max_memory"), "\(problems[0].message)")
  }

  @Test func `a component that retains without end is refused at its bound`() throws {
    var bench = PipelineBench()
    let kept = Atomic<Int>(0), refused = Atomic<Int>(0)
    let keeper = ScriptedComponent("keeper")
    keeper.process = { me, batch, _ in
      if me.host.pointee.retain(me.host.pointee.context, batch) != nil {
        kept.add(1, ordering: .relaxed)
      } else {
        refused.add(1, ordering: .relaxed)
      }
      return TIDE_OK
    }
    let first = bench.add(.source, source("source", events(6000), frame: 1))
    bench.add(.sink, keeper, from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(kept.load(ordering: .relaxed) == (16 << 20) / (64 + 4096))
    #expect(refused.load(ordering: .relaxed) == 6000 - (16 << 20) / (64 + 4096))
    #expect(books.discrepancies().isEmpty)
  }
}
