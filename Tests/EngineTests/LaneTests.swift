import CTidemill
import Engine
import EngineBench
import Synchronization
import Testing

/// Nodes with lanes: who gets which rows, what every lane is told, and the books.
@Suite struct LaneTests {
  /// Events of names `a` to `e`, one after the other.
  private func named(_ count: Int) -> [Event] {
    (0..<count).map { Event(time: Int64($0) * 10, value: Int64($0), name: ["a", "b", "c", "d", "e"][$0 % 5]) }
  }

  /// The key group of a name as the contract has it.
  private func group(_ name: String) -> Int {
    let key = [UInt8(TIDE_KEY_TEXT)] + Array(name.utf8)
    return Int(tide_key_group(key, UInt64(key.count)))
  }

  /// What the lanes of a node saw.
  private final class Seen: Sendable {
    struct Lane {
      var groups = 0..<0
      var lanes = 0
      var rows: [Event] = []
      var watermarks: [Int64] = []
    }
    let lanes = Mutex<[UInt32: Lane]>([:])
    var all: [UInt32: Lane] { lanes.withLock { $0 } }

    /// Forwards the rows, but for those that it rejects.
    func component(rejects: @escaping @Sendable (Event) -> Bool = { _ in false }) -> ScriptedComponent {
      let component = ScriptedComponent("laned")
      component.open = { me in
        let info = me.info
        self.lanes.withLock {
          let first = Int(info.first_group)
          $0[info.lane, default: Lane()].groups = first..<first + Int(info.groups)
          $0[info.lane]!.lanes = Int(info.lanes)
        }
        return TIDE_OK
      }
      component.process = { me, batch, out in
        let events = Event.read(batch)
        self.lanes.withLock { $0[me.info.lane]!.rows += events }
        var kept: [UInt16] = []
        for (index, event) in events.enumerated() {
          let row = tide_row(batch.pointee.selection, UInt32(index))
          if rejects(event) { _ = me.reject(batch, row, "unwanted", out) } else { kept.append(UInt16(row)) }
        }
        return me.forward(batch, rows: kept, out)
      }
      component.onWatermark = { me, port, time, _ in
        if port == TIDE_PORT_ALL { self.lanes.withLock { $0[me.info.lane]!.watermarks.append(time) } }
        return TIDE_OK
      }
      return component
    }
  }

  @Test(arguments: [1, 2, 3, 5, 128]) func `a row goes to the lane that owns the group of its key, in its order`(_ lanes: Int)
    throws
  {
    var bench = PipelineBench()
    let seen = Seen(), all = Collector()
    let rows = named(500)
    let first = bench.add(.source, source("in", rows, frame: 7)) { $0.watermarkDelayNanoseconds = 0 }
    let laned = bench.add(.operator, seen.component(), from: first) {
      $0.lanes = lanes
      $0.laneKeys = [.fields(["name"])]
      $0.forwardsOnly = true
    }
    bench.add(.sink, all.component(), from: laned)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty, "\(books.discrepancies())")
    #expect(all.events.sorted() == rows)
    #expect(seen.all.count == lanes)
    #expect(seen.all.values.allSatisfy { $0.lanes == lanes })
    #expect(seen.all.values.map(\.groups).flatMap { Array($0) }.sorted() == Array(0..<128))
    for lane in seen.all.values {
      #expect(lane.rows == rows.filter { lane.groups.contains(group($0.name)) })
      // Each is told of the time that rows of the others bring.
      #expect(lane.watermarks.last == .max && lane.watermarks.dropLast().last == rows.last!.time)
    }
    #expect(books.nodes.count == 3 && books.edges.count == 2)
    #expect(books.nodes[1].rowsIn == 500 && books.nodes[1].taken == 500)
    #expect(books.nodes[1].laneRows.count == (lanes == 1 ? 0 : lanes))
    for name in ["a", "b", "c", "d", "e"] {
      #expect(all.events.filter { $0.name == name } == rows.filter { $0.name == name })
    }
  }

  @Test func `dead rows of all lanes leave by one port, and the books hold`() throws {
    var bench = PipelineBench()
    let seen = Seen(), dead = Collector(), all = Collector()
    let first = bench.add(.source, source("in", named(300), frame: 16))
    let laned = bench.add(.operator, seen.component { $0.value % 3 == 0 }, from: first) {
      $0.lanes = 3
      $0.laneKeys = [.fields(["name", "value"])]
      $0.forwardsOnly = true
    }
    bench.add(.sink, all.component(), from: laned)
    bench.add(.sink, dead.component("dead"), from: [(laned, EdgeSpec.dead)])
    let (_, books) = try bench.run()
    #expect(books.discrepancies().isEmpty, "\(books.discrepancies())")
    #expect(books.nodes[1].rejected == 100 && books.nodes[1].taken == 200)
    #expect(all.events.count == 200)
    #expect(books.nodes[3].rowsIn == 100)
  }

  @Test func `lanes by the same key follow each other without an exchange, those by another one with it`() throws {
    func plan(_ second: LaneKey, lanes: Int = 2) -> ChainPlan {
      var bench = PipelineBench()
      let first = bench.add(.source, source("in", []))
      let a = bench.add(.operator, pass("a"), from: first) {
        $0.lanes = 2
        $0.laneKeys = [.fields(["name"])]
        $0.forwardsOnly = true
      }
      let b = bench.add(.operator, pass("b"), from: a) {
        $0.lanes = lanes
        $0.laneKeys = [second]
        $0.forwardsOnly = true
      }
      bench.add(.sink, Collector().component(), from: b)
      return ChainPlan(GraphSpec(name: "test", nodes: bench.nodes, edges: bench.edges))
    }
    // Numbers of lanes: in, a, a, b, b, sink.
    #expect(plan(.fields(["name"])).chains == [[0], [1, 3], [2, 4], [5]])
    #expect(plan(.fields(["value"])).chains == [[0], [1], [2], [3], [4], [5]])
    #expect(plan(.fields(["name"]), lanes: 3).chains.count == 7)
    #expect(plan(.role).reasons[3] == "a lane of 2, by key")
    #expect(plan(.role).buffers(ofEdge: 1).count == 4)
  }

  @Test func `a lane without rows counts again once the source has some`() throws {
    // Two sources; the one goes idle and comes back with rows for one lane only: the other lane waits for it again.
    var bench = PipelineBench()
    let seen = Seen()
    let step = Mutex(0)
    let slow = ScriptedComponent("slow")
    slow.poll = { me, _, out in
      let at = step.withLock { $0 }
      switch at {
      case 0:
        step.withLock { $0 = 1 }
        return me.host.pointee.idle(out, 0)
      case 2:
        step.withLock { $0 = 3 }
        return me.commit([Event(time: 50, value: 1, name: "a")], out)
      case 4: return TIDE_END
      default: return TIDE_OK
      }
    }
    let fast = ScriptedComponent("fast")
    fast.poll = { me, _, out in
      switch step.withLock({ $0 }) {
      case 1:
        step.withLock { $0 = 2 }
        return me.commit((0..<5).map { Event(time: 40, value: 2, name: ["a", "b", "c", "d", "e"][$0]) }, out)
      case 3:
        step.withLock { $0 = 4 }
        return me.commit((0..<5).map { Event(time: 90, value: 3, name: ["a", "b", "c", "d", "e"][$0]) }, out)
      case 4: return TIDE_END
      default: return TIDE_OK
      }
    }
    let one = bench.add(.source, slow) { $0.watermarkDelayNanoseconds = 0 }
    let two = bench.add(.source, fast) { $0.watermarkDelayNanoseconds = 0 }
    let laned = bench.add(.operator, seen.component(), from: [(one, 0), (two, 0)]) {
      $0.lanes = 4
      $0.laneKeys = [.fields(["name"])]
      $0.forwardsOnly = true
    }
    bench.add(.sink, Collector().component(), from: laned)
    let (outcome, books) = try bench.run()
    #expect(outcome == .completed && books.discrepancies().isEmpty)
    for lane in seen.all.values {
      #expect(lane.watermarks == lane.watermarks.sorted() && lane.watermarks.last == .max, "\(lane.watermarks)")
    }
  }
}
