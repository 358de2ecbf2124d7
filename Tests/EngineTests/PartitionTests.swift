import CTidemill
import Engine
import EngineBench
import Synchronization
import Testing

/// Sources that name partitions and are told which to read.
@Suite struct PartitionTests {
  /// What the host said to the one source of a test; a table of the contract has no place for a closure.
  private static let told = Mutex<[String]>([])
  private static let names = Mutex<[String]>([])

  /// A source with partitions of these names, which ends at once; gives what it was told.
  private func run(_ names: [String], assigns: Bool = true) throws -> [String] {
    Self.told.withLock { $0 = [] }
    Self.names.withLock { $0 = names }
    let table = UnsafeMutablePointer<tide_partitions>.allocate(capacity: 1)
    defer { table.deallocate() }
    table.initialize(to: tide_partitions())
    table.pointee.size = UInt32(MemoryLayout<tide_partitions>.size)
    table.pointee.list = { _, found, user in
      for name in PartitionTests.names.withLock({ $0 }) {
        let status = name.withCString { found!(user, tide_string(data: $0, length: UInt64(name.utf8.count))) }
        if status < 0 { return status }
      }
      return TIDE_OK
    }
    if assigns {
      table.pointee.assign = { me, number, name, position in
        let text = String(decoding: UnsafeRawBufferPointer(start: name.data, count: Int(name.length)), as: UTF8.self)
        PartitionTests.told.withLock { $0.append("\(number)=\(text)@\(position.length)") }
        return text == "sealed" ? ScriptedInstance.from(me).fail(TIDE_E_FATAL, "nobody may read it") : TIDE_OK
      }
    }
    let component = ScriptedComponent("source")
    component.open = { _ in
      PartitionTests.told.withLock { $0.append("open") }
      return TIDE_OK
    }
    component.close = { _ in PartitionTests.told.withLock { $0.append("close") } }
    component.poll = { _, _, _ in
      PartitionTests.told.withLock { $0.append("poll") }
      return TIDE_END
    }
    nonisolated(unsafe) let offered = UnsafeRawPointer(table)
    component.offers = { $0 == TIDE_PARTITIONS ? offered : nil }
    var bench = PipelineBench()
    let first = bench.add(.source, component)
    bench.add(.sink, Collector().component(), from: first)
    let (outcome, _) = try bench.run()
    #expect(outcome == .completed)
    return Self.told.withLock { $0 }
  }

  // One test, for the cases share what the table writes to.
  @Test func `are assigned in their order after open and before the first poll, and refused with a reason`() throws {
    #expect(try run(["a", "ü"]) == ["open", "0=a@0", "1=ü@0", "poll", "close"])
    #expect(try run([]) == ["open", "poll", "close"])

    let refusals: [([String], String)] = [
      (["a", "a"], "it names partition 'a' twice"), (["a", "sealed"], "nobody may read it"),
      ([String(repeating: "x", count: 5000)], "it names a partition of 5000 bytes; the limit is 4096"),
    ]
    for (names, reason) in refusals {
      #expect { try run(names) } throws: { ($0 as? PipelineError)?.message == reason }
    }
    #expect { try run(["a"], assigns: false) } throws: {
      ($0 as? PipelineError)?.message == "its table of tide.partitions/1 is incomplete"
    }
  }
}
