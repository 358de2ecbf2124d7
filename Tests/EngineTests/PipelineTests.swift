import CTidemill
import Engine
import EngineBench
import Testing

@Suite struct PipelineTests {
  @Test func `every row goes from the source to the sink in order, and the books hold`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", events(1000), frame: 7))
    let middle = bench.add(.operator, pass(), from: first) { $0.forwardsOnly = true }
    bench.add(.sink, collector.component(), from: middle)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events == events(1000))
    #expect(books.discrepancies().isEmpty)
    #expect(books.nodes.map(\.rowsIn) == [0, 1000, 1000])
    #expect(books.nodes.map(\.taken) == [0, 1000, 1000])
    #expect(books.edges.map(\.pushed) == [1000, 1000])
  }

  @Test(arguments: [1, 3, 64]) func `fan-out and fan-in over threads lose nothing and keep the order of each way`(frame: Int)
    throws
  {
    var bench = PipelineBench()
    let collector = Collector(), other = Collector()
    let a = bench.add(.source, source("a", (0..<500).map { Event(time: $0, value: $0, name: "a") }, frame: frame))
    let b = bench.add(.source, source("b", (0..<700).map { Event(time: $0, value: $0, name: "b") }, frame: frame))
    let left = bench.add(.operator, pass("left"), from: [(a, 0), (b, 0)])
    let right = bench.add(.operator, pass("right"), from: a) { $0.buffer = .init(frames: 2, bytes: 1 << 20) }
    bench.add(.sink, collector.component("both"), from: [(left, 0), (right, 0)])
    bench.add(.sink, other.component("one"), from: left)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty)
    #expect(collector.events.count == 1700)
    #expect(other.events.filter { $0.name == "b" }.map(\.value) == (0..<700).map { $0 })
    #expect(other.events.filter { $0.name == "a" }.map(\.value) == (0..<500).map { $0 })
    #expect(collector.events.filter { $0.name == "a" }.count == 1000)
  }

  @Test func `a full edge parks the producer within its credit and overdraft`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", events(4000), frame: 1))
    bench.add(.sink, collector.component(), from: first) { $0.buffer = .init(frames: 4, bytes: 1 << 20) }
    var most: UInt64 = 0
    let (outcome, books) = try bench.run { most = max(most, $0.books.edges[0].queuedFrames) }
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty)
    #expect(collector.events == events(4000))
    // Rows come with watermarks and ends; frames alone stay within credit and overdraft.
    #expect(most <= 2 * (4 + 64) + 16)
  }

  @Test func `a selection crosses threads, whole or cut down to its rows`() throws {
    for share in [2, 20] {
      var bench = PipelineBench()
      let collector = Collector()
      let filter = ScriptedComponent("filter")
      filter.process = { me, batch, out in
        let rows = (0..<batch.pointee.count).map { UInt16(tide_row(batch.pointee.selection, $0)) }
        return me.forward(batch, rows: rows.filter { Int($0) % share == 0 }, out)
      }
      let first = bench.add(.source, source("source", events(640), frame: 64))
      let kept = bench.add(.operator, filter, from: first) { $0.forwardsOnly = true }
      bench.add(.sink, collector.component(), from: kept) { $0.blocking = true }
      let (_, books) = try bench.run()
      #expect(collector.events == events(640).filter { Int($0.value) % 64 % share == 0 })
      #expect(books.discrepancies().isEmpty)
    }
  }

  @Test func `a batch that was retained stays readable after its call`() throws {
    var bench = PipelineBench()
    final class Kept: @unchecked Sendable { var batches: [UnsafePointer<tide_batch>] = []; var sum: Int64 = 0 }
    let kept = Kept()
    let keeper = ScriptedComponent("keeper")
    keeper.process = { me, batch, _ in
      guard let copy = me.host.pointee.retain(me.host.pointee.context, batch) else { return TIDE_E_FATAL }
      kept.batches.append(copy)
      return TIDE_OK
    }
    keeper.flush = { me, _ in
      for batch in kept.batches {
        kept.sum += Event.read(batch).reduce(0) { $0 + $1.value }
        me.host.pointee.release(me.host.pointee.context, batch)
      }
      return TIDE_OK
    }
    let first = bench.add(.source, source("source", events(100), frame: 8))
    bench.add(.sink, keeper, from: first)
    #expect(try bench.run().outcome == .completed)
    #expect(kept.sum == 99 * 100 / 2)
  }

  @Test func `MORE means the same input again`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let doubling = ScriptedComponent("doubling")
    doubling.process = { me, batch, out in
      me.step += 1
      let status = me.forward(batch, out)
      return status < 0 ? status : me.step % 2 == 1 ? TIDE_MORE : TIDE_OK
    }
    let first = bench.add(.source, source("source", events(3), frame: 1))
    let twice = bench.add(.operator, doubling, from: first) { $0.forwardsOnly = true }
    bench.add(.sink, collector.component(), from: twice)
    _ = try bench.run()
    #expect(collector.events.map(\.value) == [0, 0, 1, 1, 2, 2])
  }

  @Test func `a stop drains what was read`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let endless = ScriptedComponent("endless")
    endless.poll = { me, _, out in
      me.step += 1
      return me.commit([Event(time: Int64(me.step), value: Int64(me.step))], out)
    }
    let first = bench.add(.source, endless)
    bench.add(.sink, collector.component(), from: first) { $0.blocking = true }
    let (outcome, books) = try bench.run { if collector.events.count > 100 { $0.stop() } }
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty)
    #expect(UInt64(collector.events.count) == books.nodes[0].out[0].rows)
    #expect(collector.story.suffix(2) == ["W end", "flush"])
  }

  @Test func `a forced stop cancels, and counts what was queued as dropped`() throws {
    var bench = PipelineBench()
    let stuck = ScriptedComponent("stuck")
    stuck.process = { me, batch, out in
      // A component that waits for something looks up now and then; a commit or forward tells it to return.
      while me.forward(batch, rows: [0], out) != TIDE_E_CANCELLED {}
      return TIDE_E_CANCELLED
    }
    let first = bench.add(.source, source("source", events(1000), frame: 1))
    bench.add(.operator, stuck, from: first) {
      $0.blocking = true
      $0.forwardsOnly = true
    }
    let (outcome, books) = try bench.run {
      let now = $0.books
      if now.edges[0].queued >= 64, now.nodes[1].rowsIn == 1 { $0.force() }
    }
    #expect(outcome == .forced)
    #expect(books.discrepancies().isEmpty)
    #expect(books.edges[0].dropped > 0)
    #expect(books.nodes[1].rejected == 1)
  }
}
