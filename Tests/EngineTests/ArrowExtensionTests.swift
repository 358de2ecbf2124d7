import CTidemill
import Engine
import EngineBench
import PluginManifest
import Synchronization
import Testing

/// `tide.arrow/1` as instances in a pipeline use it: which rows, whose memory, how long.
@Suite struct ArrowExtensionTests {
  /// What an instance exported and holds on to; released by hand, on whatever thread a test runs on.
  private final class Exports: Sendable {
    struct Pair: @unchecked Sendable {
      var array = ArrowArray()
      var schema = ArrowSchema()
    }
    let pairs = Mutex<[Pair]>([])

    func release() {
      for pair in pairs.withLock({ pairs in
        defer { pairs = [] }
        return pairs
      }) {
        var pair = pair
        pair.schema.release(&pair.schema)
        pair.array.release(&pair.array)
        #expect(pair.array.release == nil && pair.schema.release == nil)
      }
    }

    /// The int64 values of a child, read as Arrow says.
    func values(_ child: Int) -> [[Int64]] {
      pairs.withLock { pairs in
        pairs.map { pair in
          let column = pair.array.children[child]!.pointee
          let data = column.buffers[1]!.assumingMemoryBound(to: Int64.self)
          return (0..<Int(pair.array.length)).map { data[Int(column.offset) + $0] }
        }
      }
    }
  }

  private static func export(
    _ me: ScriptedInstance, _ batch: UnsafePointer<tide_batch>, _ pair: inout Exports.Pair, flags: UInt32 = 0
  ) -> tide_status {
    let host = me.host.pointee
    let table = host.extension(host.context, TIDE_ARROW)!.assumingMemoryBound(to: tide_arrow.self)
    return table.pointee.export_batch(host.context, batch, flags, &pair.array, &pair.schema)
  }

  private func sink(_ exports: Exports) -> ScriptedComponent {
    let component = ScriptedComponent("sink")
    component.process = { me, batch, _ in
      var pair = Exports.Pair()
      let status = Self.export(me, batch, &pair)
      if status == TIDE_OK { exports.pairs.withLock { $0.append(pair) } }
      return status
    }
    return component
  }

  @Test func `arrays hold the rows to visit, and outlive the instance and the pipeline`() throws {
    let exports = Exports()
    do {
      var bench = PipelineBench()
      let first = bench.add(.source, source("source", events(12), frame: 4))
      let odd = ScriptedComponent("odd")
      odd.process = { me, batch, out in me.forward(batch, rows: [1, 3], out) }
      let filter = bench.add(.operator, odd, from: first) { $0.forwardsOnly = true }
      bench.add(.sink, sink(exports), from: filter)
      let (outcome, _) = try bench.run()
      #expect(outcome == .completed)
    }
    #expect(exports.values(1) == [[1, 3], [5, 7], [9, 11]])
    #expect(exports.values(0) == [[10, 30], [50, 70], [90, 110]])
    exports.release()
  }

  @Test func `buffers lie in the frame, for all rows and for a run of them`() throws {
    let inside = Mutex<[Bool]>([])
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", events(8), frame: 4))
    let middle = ScriptedComponent("middle")
    middle.process = { me, batch, out in me.forward(batch, rows: [1, 2], out) }
    let run = bench.add(.operator, middle, from: first) { $0.forwardsOnly = true }
    let look = ScriptedComponent("look")
    look.process = { me, batch, _ in
      var pair = Exports.Pair()
      let status = Self.export(me, batch, &pair)
      guard status == TIDE_OK else { return status }
      let frame = UnsafeRawPointer(batch.pointee.frame!)
      let range = frame..<frame + Int(batch.pointee.frame.pointee.frame_len)
      for child in 0..<Int(pair.array.n_children) {
        let column = pair.array.children[child]!.pointee
        for buffer in 0..<Int(column.n_buffers) {
          if let address = column.buffers[buffer] { inside.withLock { $0.append(range.contains(address)) } }
        }
      }
      // The schema may go first, and the array before the call is over.
      pair.schema.release(&pair.schema)
      pair.array.release(&pair.array)
      return TIDE_OK
    }
    bench.add(.sink, look, from: [(first, 0), (run, 0)])
    let (outcome, _) = try bench.run()
    #expect(outcome == .completed)
    let found = inside.withLock { $0 }
    #expect(found.count == 4 * 3 && found.allSatisfy { $0 })
  }

  @Test func `what is exported counts as retained, and what is released makes room`() throws {
    let exports = Exports()
    var bench = PipelineBench()
    // Each frame takes a block of 4 KiB and its head; retained frames have a MiB at the least.
    bench.maxMemoryBytes = 64 << 20
    let first = bench.add(.source, source("source", events(40_000), frame: 4))
    let held = Mutex(0)
    let hoarder = ScriptedComponent("hoarder")
    hoarder.process = { me, batch, _ in
      var pair = Exports.Pair()
      let status = Self.export(me, batch, &pair)
      if status == TIDE_OK {
        exports.pairs.withLock { $0.append(pair) }
        return TIDE_OK
      }
      #expect(status == TIDE_E_RETRY && pair.array.release == nil && pair.schema.release == nil)
      held.withLock { if $0 == 0 { $0 = exports.pairs.withLock { $0.count } } }
      exports.release()
      return status
    }
    bench.add(.sink, hoarder, from: first) { $0.retry.backoffNanoseconds = 1000 }
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.nodes[1].rejected == 0 && books.nodes[1].retries > 0)
    #expect(held.withLock { $0 } > 100)
    exports.release()
  }

  @Test func `a batch that the host did not hand out, and a flag that it does not know, are refused`() throws {
    let said = Mutex<[tide_status]>([])
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", events(4), frame: 4))
    let wrong = ScriptedComponent("wrong")
    wrong.process = { me, batch, _ in
      var (copy, pair) = (batch.pointee, Exports.Pair())
      let first = Self.export(me, &copy, &pair)
      let second = Self.export(me, batch, &pair, flags: 4)
      said.withLock { $0 = [first, second] }
      #expect(pair.array.release == nil && pair.schema.release == nil)
      return TIDE_OK
    }
    bench.add(.sink, wrong, from: first)
    let (outcome, _) = try bench.run()
    #expect(outcome == .completed)
    #expect(said.withLock { $0 } == [TIDE_E_FATAL, TIDE_E_UNSUPPORTED])
  }
}
