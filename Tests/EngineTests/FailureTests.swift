import CTidemill
import Engine
import EngineBench
import Rings
import Synchronization
import Testing

@Suite struct FailureTests {
  /// Reads dead letters.
  private final class DeadLetters: Sendable {
    struct Letter: Equatable { var node: String, code: String, reason: String, record: String }
    private let letters = Mutex<[Letter]>([])
    var all: [Letter] { letters.withLock { $0 } }

    func component() -> ScriptedComponent {
      let component = ScriptedComponent("dead")
      component.process = { [self] _, batch, _ in
        let frame = batch.pointee.frame!
        func text(_ name: String, _ row: UInt32) -> String { Event.text(tide_utf8(frame, tide_find(frame, name), row)) }
        letters.withLock { letters in
          for k in 0..<batch.pointee.count {
            let row = tide_row(batch.pointee.selection, k)
            letters.append(
              Letter(node: text("node", row), code: text("code", row), reason: text("reason", row), record: text("record", row))
            )
          }
        }
        return TIDE_OK
      }
      return component
    }
  }

  @Test func `a rejected row goes to the dead-letter port with its reason, and the rest of its batch goes on`() throws {
    var bench = PipelineBench()
    let collector = Collector(), dead = DeadLetters()
    let picky = ScriptedComponent("picky")
    picky.process = { me, batch, out in
      var kept: [UInt16] = []
      for k in 0..<batch.pointee.count {
        let row = tide_row(batch.pointee.selection, k)
        if row % 3 == 1 { _ = me.reject(batch, row, "row \(row) is odd", out) } else { kept.append(UInt16(row)) }
      }
      return me.forward(batch, rows: kept, out)
    }
    let first = bench.add(.source, source("source", events(10), frame: 10))
    let node = bench.add(.operator, picky, from: first) { $0.forwardsOnly = true }
    bench.add(.sink, collector.component(), from: node)
    bench.add(.sink, dead.component(), from: [(node, EdgeSpec.dead)])
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events.map(\.value) == [0, 2, 3, 5, 6, 8, 9])
    #expect(dead.all.map(\.reason) == ["row 1 is odd", "row 4 is odd", "row 7 is odd"])
    #expect(dead.all.first?.node == "picky" && dead.all.first?.code == "rejected")
    #expect(dead.all.first?.record.contains("\"value\":1") == true)
    #expect(books.nodes[1].rejected == 3 && books.nodes[1].taken == 7)
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `rejected rows that nobody reads are counted and logged`() throws {
    var bench = PipelineBench()
    let none = ScriptedComponent("none")
    none.process = { me, batch, out in me.reject(batch, 0, "never good", out) }
    let first = bench.add(.source, source("source", events(100), frame: 1))
    bench.add(.sink, none, from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(books.nodes[1].rejected == 100)
    let lines = bench.log.lines.filter { $0.contains("never good") }
    #expect(lines.count == 5 && lines[4].contains("only counted"))
  }

  @Test func `on_error stop ends the pipeline at the first rejected row, as failed`() throws {
    var bench = PipelineBench()
    let strict = ScriptedComponent("strict")
    strict.process = { me, batch, out in me.reject(batch, 0, "bad", out) }
    let endless = ScriptedComponent("endless")
    endless.poll = { me, _, out in me.commit([Event(time: 1, value: 1)], out) }
    let first = bench.add(.source, endless)
    bench.add(.sink, strict, from: first) { $0.onError = .stop }
    let (outcome, books) = try bench.run()
    guard case .failed(let errors) = outcome else {
      Issue.record("the pipeline did not fail: \(outcome)")
      return
    }
    #expect(errors.first?.node == "strict" && errors.first?.message.contains("bad") == true)
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `a batch that a node fails on becomes dead letters, and the instance starts anew`() throws {
    var bench = PipelineBench()
    let collector = Collector(), dead = DeadLetters()
    let attempts = Mutex<[UInt64]>([])
    let fragile = ScriptedComponent("fragile")
    fragile.create = { me in
      attempts.withLock { $0.append(me.info.attempt) }
      return TIDE_OK
    }
    fragile.process = { me, batch, out in
      if Event.read(batch).contains(where: { $0.value == 5 }) { return me.fail(TIDE_E_FATAL, "five is too much") }
      return me.forward(batch, out)
    }
    let first = bench.add(.source, source("source", events(12), frame: 4))
    let node = bench.add(.operator, fragile, from: first) { $0.forwardsOnly = true }
    bench.add(.sink, collector.component(), from: node)
    bench.add(.sink, dead.component(), from: [(node, EdgeSpec.dead)])
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(collector.events.map(\.value) == [0, 1, 2, 3, 8, 9, 10, 11])
    #expect(dead.all.map(\.reason) == Array(repeating: "five is too much", count: 4))
    #expect(attempts.withLock { $0 } == [0, 1])
    #expect(books.nodes[1].restarts == 1)
    #expect(books.discrepancies().isEmpty)
  }

  @Test(arguments: [TIDE_E_CONFIG, TIDE_E_UNSUPPORTED])
  func `a failure that a new instance cannot mend ends the pipeline without restarts`(status: tide_status) throws {
    var bench = PipelineBench()
    let broken = ScriptedComponent("broken")
    broken.process = { me, _, _ in me.fail(status, "the reader is gone") }
    let first = bench.add(.source, source("source", events(10), frame: 1))
    bench.add(.sink, broken, from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .failed([PipelineError(node: "broken", message: "the reader is gone")]))
    #expect(books.nodes[1].restarts == 0)
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `a node that keeps failing is given up, and the rest is drained with nothing uncounted`() throws {
    var bench = PipelineBench()
    let broken = ScriptedComponent("broken")
    broken.process = { me, _, _ in me.fail(TIDE_E_FATAL, "always") }
    let first = bench.add(.source, source("source", events(100), frame: 1))
    bench.add(.sink, broken, from: first) { $0.blocking = true }
    let (outcome, books) = try bench.run()
    guard case .failed(let errors) = outcome else {
      Issue.record("the pipeline did not fail: \(outcome)")
      return
    }
    #expect(errors == [PipelineError(node: "broken", message: "always")])
    #expect(books.nodes[1].restarts == 3)
    #expect(books.nodes[1].rejected == books.nodes[0].out[0].rows)
    #expect(books.discrepancies().isEmpty)
  }

  @Test func `RETRY repeats the batch after a pause`() throws {
    var bench = PipelineBench()
    let clock = VirtualClock(at: 1_000)
    bench.clock = clock
    let collector = Collector()
    let times = Mutex<[Int64]>([])
    let flaky = ScriptedComponent("flaky")
    flaky.process = { me, batch, out in
      times.withLock { $0.append(me.host.pointee.now(me.host.pointee.context)) }
      me.step += 1
      return me.step < 4 ? me.fail(TIDE_E_RETRY, "not yet") : me.forward(batch, out)
    }
    let first = bench.add(.source, source("source", events(1), frame: 1))
    let node = bench.add(.operator, flaky, from: first) {
      $0.forwardsOnly = true
      $0.retry.jitter = 0
    }
    bench.add(.sink, collector.component(), from: node)
    let (outcome, books) = try bench.run { _ in clock.advance(by: 10_000_000) }
    #expect(outcome == .completed)
    #expect(collector.events.count == 1)
    #expect(books.nodes[1].retries == 3)
    let seen = times.withLock { $0 }
    #expect(seen.count == 4)
    #expect(seen[1] - seen[0] >= 10_000_000 && seen[2] - seen[1] >= 20_000_000 && seen[3] - seen[2] >= 40_000_000)
  }

  @Test func `RETRY after a commit counts as fatal`() throws {
    var bench = PipelineBench()
    let sloppy = ScriptedComponent("sloppy")
    sloppy.process = { me, batch, out in
      _ = me.forward(batch, out)
      return me.fail(TIDE_E_RETRY, "again, please")
    }
    let first = bench.add(.source, source("source", events(1), frame: 1))
    bench.add(.operator, sloppy, from: first) { $0.forwardsOnly = true }
    let (_, books) = try bench.run()
    #expect(books.nodes[1].restarts == 1 && books.nodes[1].rejected == 1)
  }

  @Test(arguments: [TIDE_IDLE, TIDE_END, 77, -77]) func `a status that process may not return is fatal`(status: Int32) throws {
    var bench = PipelineBench()
    let odd = ScriptedComponent("odd")
    odd.process = { _, _, _ in status }
    let first = bench.add(.source, source("source", events(1), frame: 1))
    bench.add(.sink, odd, from: first)
    let (_, books) = try bench.run()
    #expect(books.nodes[1].restarts == 1 && books.nodes[1].rejected == 1)
  }

  @Test func `a source that fails ends the pipeline, and what it sent goes through`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let dying = ScriptedComponent("dying")
    dying.poll = { me, _, out in
      me.step += 1
      return me.step < 3 ? me.commit([Event(time: 1, value: Int64(me.step))], out) : me.fail(TIDE_E_FATAL, "the cable is cut")
    }
    let first = bench.add(.source, dying)
    bench.add(.sink, collector.component(), from: first)
    let (outcome, _) = try bench.run()
    #expect(outcome == .failed([PipelineError(node: "dying", message: "the cable is cut")]))
    #expect(collector.events.map(\.value) == [1, 2])
    #expect(collector.story.last == "flush")
  }

  @Test func `a malformed frame is refused with what is wrong`() throws {
    var bench = PipelineBench()
    let careless = ScriptedComponent("careless")
    careless.poll = { me, _, out in
      var slot = tide_slot()
      slot.size = UInt32(MemoryLayout<tide_slot>.size)
      guard me.host.pointee.reserve(out, 0, 256, &slot) == TIDE_OK else { return TIDE_E_FATAL }
      UnsafeMutableRawPointer(slot.bytes).initializeMemory(as: UInt8.self, repeating: 0xAB, count: 256)
      slot.used = 256
      return me.host.pointee.commit(out, &slot)
    }
    bench.add(.source, careless)
    guard case .failed(let errors) = try bench.run().outcome else {
      Issue.record("a malformed frame passed")
      return
    }
    #expect(errors.first?.message.contains("malformed frame") == true)
  }

  @Test func `a selection that is out of order or out of the frame is refused`() throws {
    for rows in [[1, 1], [2, 1], [9]] as [[UInt16]] {
      var bench = PipelineBench()
      let wild = ScriptedComponent("wild")
      wild.process = { me, batch, out in me.forward(batch, rows: rows, out) }
      let first = bench.add(.source, source("source", events(4), frame: 4))
      bench.add(.operator, wild, from: first) { $0.forwardsOnly = true }
      let (_, books) = try bench.run()
      #expect(books.nodes[1].rejected == 4 && books.nodes[1].restarts == 1)
    }
  }

  @Test func `a port that does not exist is refused`() throws {
    var bench = PipelineBench()
    let lost = ScriptedComponent("lost")
    lost.process = { me, batch, out in me.forward(batch, port: 3, out) }
    let first = bench.add(.source, source("source", events(1), frame: 1))
    bench.add(.operator, lost, from: first) { $0.forwardsOnly = true }
    let (_, books) = try bench.run()
    #expect(books.nodes[1].rejected == 1)
    #expect(bench.log.lines.contains { $0.contains("there is no output port 3") })
  }

  @Test func `create problems of all nodes come at once, with the option at fault`() throws {
    var bench = PipelineBench()
    for name in ["one", "two"] {
      let refusing = ScriptedComponent(name)
      refusing.poll = { _, _, _ in TIDE_END }
      refusing.create = { me in me.fail(TIDE_E_CONFIG, "\(name) is not enough", path: "limits[0]") }
      bench.add(.source, refusing)
    }
    let problems = try bench.pipeline().create()
    #expect(problems.map(\.node) == ["one", "two"])
    #expect(problems.map(\.configPath) == ["limits[0]", "limits[0]"])
    #expect(problems.map(\.isConfiguration) == [true, true])
  }

  @Test func `after a failed open close is not called`() throws {
    var bench = PipelineBench()
    let closed = Mutex<[String]>([])
    for (name, status) in [("good", TIDE_OK), ("bad", TIDE_E_FATAL)] {
      let component = ScriptedComponent(name)
      component.poll = { _, _, _ in TIDE_END }
      component.open = { me in status == TIDE_OK ? status : me.fail(status, "no such device") }
      component.close = { me in closed.withLock { $0.append(me.component.id) } }
      bench.add(.source, component)
    }
    let pipeline = try bench.pipeline()
    #expect(pipeline.create().isEmpty)
    #expect(throws: PipelineError(node: "bad", message: "no such device")) { try pipeline.open() }
    #expect(closed.withLock { $0 } == [])
  }
}
