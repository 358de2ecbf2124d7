import PluginKit
import PluginManifest
import TestSupport
import Testing

/// The source `tcp`, polled by hand, with clients of this process.
@Suite struct TcpSourcePlugin {
  private let bench: PluginBench

  init() throws { bench = try PluginBench(library: "tidemill-tcp") }

  private func open(_ options: ConfigValue.Entry...) throws -> (source: PluginBenchInstance, port: UInt16) {
    let listen = options.contains { $0.name == "listen" } ? [] : [ConfigValue.Entry("listen", .string("127.0.0.1:0"))]
    let source = try bench.create(.source, "tcp", with: .map(listen + options))
    try source.open()
    let line = try #require(bench.logs.last { $0.hasPrefix("listening at 127.0.0.1:") })
    return (source, try #require(UInt16(line.split(separator: ":").last ?? "")))
  }

  /// Polls until the condition holds.
  private func poll(_ source: PluginBenchInstance, until condition: () -> Bool) throws {
    let holds = try repeats({ try source.poll() }, until: condition)
    #expect(holds, "what was awaited did not come: \(bench.records.count) records, log \(bench.logs)")
  }

  private func texts(of partition: UInt32) -> [String] { bench.records.filter { $0.partition == partition }.map(\.text) }

  @Test func `every client is a partition, and its end ends its last record`() throws {
    let (source, port) = try open()
    let first = try TcpEnd(port: port)
    try first.send("a1\na")
    try poll(source) { bench.records.count == 1 }
    let second = try TcpEnd(port: port)
    try second.send("b1\nb2\n")
    try poll(source) { bench.records.count == 3 }
    try first.send("2\na3")
    first.endWriting()
    try poll(source) { bench.idlePartitions == [0] }
    #expect(bench.records.contains(.init(partition: 0, offset: 6, text: "a3")))
    #expect(texts(of: 0) == ["a1", "a2", "a3"])
    #expect(texts(of: 1) == ["b1", "b2"])
    #expect(bench.origins[0]?.hasPrefix("127.0.0.1:") == true && bench.origins[0] != bench.origins[1])
    source.close()
    #expect(bench.logs.last == "clients: 2 served")
    #expect(repeats({ second.read() }, until: { second.hasEnded }))
  }

  @Test func `an idle source is woken by a client that connects and by one that sends`() throws {
    let (source, port) = try open()
    #expect(try source.poll() == TIDE_IDLE)
    var before = bench.wakes
    let client = try TcpEnd(port: port)
    #expect(bench.awaitWake(after: before))
    #expect(try source.poll() == TIDE_IDLE)
    before = bench.wakes
    try client.send("one\n")
    #expect(bench.awaitWake(after: before))
    try poll(source) { bench.records.count == 1 }
    source.close()
  }

  @Test func `clients beyond the limit are refused and counted, until one leaves`() throws {
    let (source, port) = try open(.init("max_clients", .int(2)))
    let clients = [try TcpEnd(port: port), try TcpEnd(port: port)]
    for client in clients { try client.send("x\n") }
    try poll(source) { bench.records.count == 2 }
    let third = try TcpEnd(port: port)
    #expect(
      try repeats(
        {
          try source.poll()
          third.read()
        }, until: { third.hasEnded }))
    #expect(bench.logs.contains { $0.contains("was refused: 2 clients are connected") })
    clients[0].close()
    try poll(source) { !bench.idlePartitions.isEmpty }
    let fourth = try TcpEnd(port: port)
    try fourth.send("y\n")
    try poll(source) { texts(of: 0) == ["x", "y"] }
    source.close()
    #expect(bench.logs.last == "clients: 3 served, 1 refused")
  }

  @Test func `a record without an end cuts its client off, and nobody else`() throws {
    let (source, port) = try open(.init("max_record", .int(65536)))
    let good = try TcpEnd(port: port)
    let garbage = try TcpEnd(port: port)
    try garbage.send("fine\n")
    try poll(source) { bench.records.count == 1 }
    var left = 70_000
    try poll(source) {
      if bench.buried.isEmpty, left > 0 { left -= garbage.offer(Array(repeating: 0xFF, count: left)) }
      return !bench.buried.isEmpty
    }
    #expect(repeats({ garbage.read() }, until: { garbage.hasEnded }))
    let dead = try #require(bench.buried.first)
    #expect(dead.offset == 5)
    #expect(dead.why == "the record is longer than 65536 bytes; the client was cut off")
    try good.send("still here\n")
    try poll(source) { bench.records.last?.text == "still here" }
    source.close()
    #expect(bench.logs.last == "clients: 2 served, 1 cut off")
  }

  @Test func `a connection that breaks in the middle of a record leaves a dead letter`() throws {
    let (source, port) = try open()
    let client = try TcpEnd(port: port)
    try client.send("whole\nhalf")
    try poll(source) { bench.records.count == 1 }
    client.reset()
    try poll(source) { bench.buried.count == 1 }
    #expect(bench.buried[0].text == "half" && bench.buried[0].offset == 6)
    #expect(bench.buried[0].why.hasPrefix("the connection broke in the middle of this record"))
    #expect(bench.records.count == 1)
    source.close()
    #expect(bench.logs.last == "clients: 1 served, 1 broken")
  }

  @Test func `a silent client is let go after the time for it, one that speaks is not`() throws {
    let (source, port) = try open(.init("idle_timeout", .int(60_000_000_000)))
    let silent = try TcpEnd(port: port)
    let busy = try TcpEnd(port: port)
    try silent.send("half")
    try busy.send("one\n")
    try poll(source) { bench.records.count == 1 }
    try source.poll()
    bench.now += 50_000_000_000
    try busy.send("two\n")
    try poll(source) { bench.records.count == 2 }
    bench.now += 20_000_000_000
    try poll(source) { !bench.idlePartitions.isEmpty }
    #expect(bench.buried.map(\.text) == ["half"])
    #expect(repeats({ silent.read() }, until: { silent.hasEnded }))
    try busy.send("three\n")
    try poll(source) { bench.records.count == 3 }
    source.close()
  }

  @Test func `a silent client is let go while another one floods`() throws {
    let (source, port) = try open(.init("idle_timeout", .int(60_000_000_000)))
    // The pipeline takes so little that the flood is never read to its end.
    bench.recordsPerDecode = 1
    let silent = try TcpEnd(port: port)
    let flood = try TcpEnd(port: port)
    try silent.send("half")
    let block = Array(repeatElement(Array("flood\n".utf8), count: 1000).joined())
    try poll(source) {
      _ = flood.offer(block)
      bench.now += 1_000_000_000
      return !bench.buried.isEmpty
    }
    #expect(bench.buried.map(\.text) == ["half"])
    #expect(bench.buried.first?.why == "nothing followed in the middle of this record")
    #expect(repeats({ silent.read() }, until: { silent.hasEnded }))
    flood.read()
    #expect(!flood.hasEnded)
    source.close()
    #expect(bench.logs.last == "clients: 2 served, 1 silent")
  }

  @Test func `a stop hands on what was read, and buries what has no end`() throws {
    let (source, port) = try open()
    bench.recordsPerDecode = 1
    let client = try TcpEnd(port: port)
    try client.send("one\ntwo\nthree\nhalf")
    try poll(source) { bench.records.count == 1 }
    var status = TIDE_MORE
    #expect(try repeats({ status = try source.flush() }, until: { status == TIDE_OK }))
    #expect(bench.records.map(\.text) == ["one", "two", "three"])
    #expect(bench.buried.map(\.text) == ["half"])
    #expect(bench.buried.first?.why == "the pipeline was stopped in the middle of this record")
    source.close()
  }

  @Test func `a client that floods does not keep the others waiting, and is itself held back`() throws {
    let (source, port) = try open()
    let flood = try TcpEnd(port: port)
    let line = Array((String(repeating: "f", count: 99) + "\n").utf8)
    let block = Array(repeatElement(line, count: 10_000).joined())
    // Nobody reads: the system's buffers are all that the client fills.
    var offered = 0
    #expect(
      repeats(
        {},
        until: {
          let taken = flood.offer(block)
          offered += taken
          return taken < block.count
        }))
    #expect(offered < 64 << 20)
    let calm = try TcpEnd(port: port)
    try calm.send("calm\n")
    var polls = 0
    try poll(source) {
      polls += 1
      _ = flood.offer(block)
      return texts(of: 1) == ["calm"]
    }
    #expect(polls < 20)
    source.close()
  }

  @Test func `a full pipeline stops the reading, and every client goes on where it was`() throws {
    let (source, port) = try open()
    bench.recordsPerDecode = 1
    let clients = [try TcpEnd(port: port), try TcpEnd(port: port), try TcpEnd(port: port)]
    for (number, client) in clients.enumerated() {
      try client.send((0..<50).map { "\(number).\($0)\n" }.joined())
      client.endWriting()
    }
    try poll(source) { bench.idlePartitions.count == 3 }
    for number in 0..<3 { #expect(texts(of: UInt32(number)) == (0..<50).map { "\(number).\($0)" }) }
    source.close()
  }

  @Test func `with once the input ends when the last client has gone`() throws {
    let (source, port) = try open(.init("once", .bool(true)))
    #expect(try source.poll() == TIDE_IDLE)
    let client = try TcpEnd(port: port)
    try client.send("one\n")
    try poll(source) { bench.records.count == 1 }
    client.close()
    var last = TIDE_OK
    #expect(try repeats({ last = try source.poll() }, until: { last == TIDE_END }))
    source.close()
  }

  @Test(arguments: [
    ("9000", "'9000' has no port from 0 to 65535; write it as in 127.0.0.1:9000"),
    ("localhost:http", "'localhost:http' has no port from 0 to 65535; write it as in 127.0.0.1:9000"),
    ("::1:9000", "'::1:9000' is ambiguous; write an IPv6 address in brackets, as in [::1]:9000"),
  ])
  func `an address that is none is refused before anything runs`(text: String, says: String) throws {
    #expect(throws: PluginBench.Failure.self) { try open(.init("listen", .string(text))) }
    #expect(bench.failures.last?.text == says)
    #expect(bench.failures.last?.configPath == "listen")
  }

  @Test func `a port that is taken, or an address of another machine, says so`() throws {
    let (source, port) = try open()
    #expect(throws: PluginBench.Failure.self) { try open(.init("listen", .string(":\(port)"))) }
    #expect(
      bench.failures.last?.text == "127.0.0.1:\(port): another program listens there; choose another port, or 0 for any")
    #expect(throws: PluginBench.Failure.self) { try open(.init("listen", .string("192.0.2.1:0"))) }
    #expect(bench.failures.last?.text == "192.0.2.1:0: is no address of this machine")
    source.close()
  }
}
