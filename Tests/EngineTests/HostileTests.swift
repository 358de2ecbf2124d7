import CTidemill
import Engine
import EngineBench
import PluginManifest
import Synchronization
import Testing

/// Plugins that do what the contract forbids: refused with a reason, and nothing uncounted.
@Suite struct HostileTests {
  private func events(_ count: Int) -> [Event] { (0..<count).map { Event(time: Int64($0), value: Int64($0)) } }

  /// Forwards the even rows only.
  private func even() -> ScriptedComponent {
    let component = ScriptedComponent("even")
    component.process = { me, batch, out in
      let rows = (0..<UInt16(batch.pointee.count)).filter { $0 % 2 == 0 }
      return me.forward(batch, rows: rows, out)
    }
    return component
  }

  /// Runs 8 rows in one frame through `even` and the component; gives what the component was told, and the books.
  private func run(
    buffer: EdgeBuffer? = nil,
    _ process: @escaping (ScriptedInstance, UnsafePointer<tide_batch>, OpaquePointer) -> [tide_status]
  ) throws -> (told: [tide_status], rows: [Int64], books: Books) {
    var bench = PipelineBench()
    let told = Mutex<[tide_status]>([]), collector = Collector()
    let bad = ScriptedComponent("bad")
    bad.process = { me, batch, out in
      let answers = process(me, batch, out)
      told.withLock { $0 += answers }
      return TIDE_OK
    }
    let first = bench.add(.source, source("source", events(8), frame: 8))
    let second = bench.add(.operator, even(), from: first) { $0.forwardsOnly = true }
    let third = bench.add(.operator, bad, from: second) { $0.buffer = buffer }
    bench.add(.sink, collector.component(), from: third)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed)
    #expect(books.discrepancies().isEmpty, "\(books.discrepancies())")
    return (told.withLock { $0 }, collector.events.map(\.value), books)
  }

  @Test func `a row that the batch does not hold cannot be rejected`() throws {
    let run = try run { me, batch, out in (0..<8).map { me.reject(batch, $0, "odd", out) } }
    #expect(run.told == [0, TIDE_E_FATAL, 0, TIDE_E_FATAL, 0, TIDE_E_FATAL, 0, TIDE_E_FATAL])
    #expect(run.books.nodes[2].rejected == 4 && run.books.nodes[2].taken == 0)
  }

  @Test func `any number of values may be said to be left out, of an expression that there is`() throws {
    let run = try run { me, batch, out in
      let host = me.host.pointee
      let table = host.extension(host.context, TIDE_EXPRESSION)!.assumingMemoryBound(to: tide_expressions.self)
      var expression: OpaquePointer?
      let status = Array("value".utf8CString).withUnsafeBufferPointer {
        table.pointee.compile(host.context, tide_string(data: $0.baseAddress, length: 5), tide_string(), 0, &expression)
      }
      table.pointee.left_out(nil, 5, tide_string())
      for values in [0, 3, UInt64.max] { table.pointee.left_out(expression, values, tide_string()) }
      return [status, me.forward(batch, out)]
    }
    #expect(run.told == [TIDE_OK, TIDE_OK] && run.rows == [0, 2, 4, 6])
    #expect(run.books.nodes.map(\.leftOut) == [0, 0, UInt64(Int.max) + 3, 0])
  }

  @Test func `a selection must be part of the batch's`() throws {
    let run = try run { me, batch, out in
      [me.forward(batch, rows: [0, 1], out), me.forward(batch, rows: [2, 0], out), me.forward(batch, rows: [2, 6], out)]
    }
    #expect(run.told == [TIDE_E_FATAL, TIDE_E_FATAL, TIDE_OK])
    #expect(run.rows == [2, 6])
  }

  @Test(arguments: [nil, EdgeBuffer(frames: 4, bytes: 1 << 16)])
  func `a copy of a batch is not the batch`(buffer: EdgeBuffer?) throws {
    let run = try run(buffer: buffer) { me, batch, out in
      var copy = batch.pointee
      return [me.forward(&copy, out), me.reject(&copy, 0, "why", out), me.forward(batch, out)]
    }
    #expect(run.told == [TIDE_E_FATAL, TIDE_E_UNSUPPORTED, TIDE_OK])
    #expect(run.rows == [0, 2, 4, 6])
  }

  @Test func `a retained batch can be forwarded later, released once, and not rejected from`() throws {
    var bench = PipelineBench()
    let collector = Collector(), told = Mutex<[tide_status]>([])
    let holding = ScriptedComponent("holding")
    nonisolated(unsafe) var held: UnsafePointer<tide_batch>?
    holding.process = { me, batch, _ in
      held = me.host.pointee.retain(me.host.pointee.context, batch)
      return held == nil ? TIDE_E_FATAL : TIDE_OK
    }
    holding.flush = { me, out in
      let answers = [me.reject(held!, 0, "late", out), me.forward(held!, out)]
      me.host.pointee.release(me.host.pointee.context, held)
      told.withLock { $0 = answers + [me.forward(held!, out)] }
      return TIDE_OK
    }
    let first = bench.add(.source, source("source", events(5), frame: 5))
    let second = bench.add(.operator, holding, from: first)
    bench.add(.sink, collector.component(), from: second)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(told.withLock { $0 } == [TIDE_E_UNSUPPORTED, TIDE_OK, TIDE_E_FATAL])
    #expect(collector.events.map(\.value) == [0, 1, 2, 3, 4])
  }

  @Test func `of a slot only the handle is believed, and what is left of it is given back`() throws {
    var bench = PipelineBench()
    let collector = Collector(), told = Mutex<[tide_status]>([])
    let careless = ScriptedComponent("careless")
    careless.poll = { me, _, out in
      me.step += 1
      guard me.step < 4 else { return TIDE_END }
      var slot = tide_slot()
      let unsized = me.host.pointee.reserve(out, 0, 4096, &slot)
      slot.size = UInt32(MemoryLayout<tide_slot>.size)
      let left = (0..<10).map { _ in me.host.pointee.reserve(out, 0, 1 << 20, &slot) }
      let builder = Event.builder([Event(time: 1, value: Int64(me.step))])
      slot.used = UInt64(builder.write(into: slot.bytes, capacity: Int(slot.capacity)))
      slot.port = 77
      var copy = slot
      let first = me.host.pointee.commit(out, &slot)
      let again = me.host.pointee.commit(out, &copy)
      slot.handle = 1 << 40
      told.withLock { $0 += [unsized, left.min()!, first, again, me.host.pointee.commit(out, &slot)] }
      return TIDE_OK
    }
    let first = bench.add(.source, careless)
    bench.add(.sink, collector.component(), from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(told.withLock { $0 } == (0..<3).flatMap { _ in [TIDE_E_FATAL, TIDE_OK, TIDE_OK, TIDE_E_FATAL, TIDE_E_FATAL] })
    #expect(collector.events.map(\.value) == [1, 2, 3])
  }

  @Test func `an output is of no use outside of its call, and no output is none`() throws {
    var bench = PipelineBench()
    let told = Mutex<[tide_status]>([])
    nonisolated(unsafe) var saved: OpaquePointer?
    let late = ScriptedComponent("late")
    late.create = { me in
      told.withLock { $0.append(me.host.pointee.idle(nil, 0)) }
      return TIDE_OK
    }
    late.poll = { _, _, out in
      saved = out
      return TIDE_END
    }
    late.close = { me in told.withLock { $0.append(me.commit([Event(time: 1, value: 1)], saved!)) } }
    let first = bench.add(.source, late)
    bench.add(.sink, Collector().component(), from: first)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(told.withLock { $0 } == [TIDE_E_FATAL, TIDE_E_FATAL])
  }

  @Test func `a flood of idleness and watermarks takes no room`() throws {
    var bench = PipelineBench()
    let collector = Collector()
    let restless = ScriptedComponent("restless")
    restless.poll = { me, _, out in
      me.step += 1
      for number in 0..<5000 {
        _ = me.host.pointee.idle(out, UInt32(number))
        _ = me.host.pointee.watermark(out, 5000, Int64(me.step * 5000 + number))
        _ = me.host.pointee.idle(out, 5000)
      }
      return me.step < 20 ? me.commit([Event(time: 1, value: Int64(me.step))], partition: 7, out) : TIDE_END
    }
    let first = bench.add(.source, restless)
    bench.add(.sink, collector.component(), from: first) { $0.buffer = .init(frames: 1, bytes: 1 << 16) }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(collector.events.count == 19)
    #expect(collector.watermarks == collector.watermarks.sorted())
  }

  @Test func `two slow readers behind one call are both waited for`() throws {
    var bench = PipelineBench()
    let fast = Collector(), slow = Collector()
    let burst = ScriptedComponent("burst")
    burst.poll = { me, _, out in
      me.step += 1
      guard me.step <= 5 else { return TIDE_END }
      for number in 0..<500 {
        let status = me.commit([Event(time: 1, value: Int64(number))], out)
        if status != TIDE_OK { return status }
      }
      return TIDE_OK
    }
    let first = bench.add(.source, burst)
    for collector in [fast, slow] {
      bench.add(.sink, collector.component(), from: first) { $0.buffer = .init(frames: 1, bytes: 1 << 16) }
    }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    #expect(fast.events.count == 2500 && slow.events.count == 2500)
  }
}
