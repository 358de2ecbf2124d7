import PluginKit
import PluginManifest
import TestSupport
import Testing

/// The sink `tcp`, called by hand, with a server of this process.
@Suite struct TcpSinkPlugin {
  private let bench: PluginBench

  init() throws { bench = try PluginBench(library: "tidemill-tcp") }

  private func sink(_ port: UInt16, _ options: ConfigValue.Entry...) throws -> PluginBenchInstance {
    var entries: [ConfigValue.Entry] = [
      .init("connect", .string("127.0.0.1:\(port)")), .init("write_timeout", .int(30_000_000_000_000)),
      .init("max_backoff", .int(1_000_000_000)), .init("give_up", .int(0)),
    ]
    entries.removeAll { given in options.contains { $0.name == given.name } }
    let sink = try bench.create(.sink, "tcp", with: .map(entries + options))
    try sink.open()
    return sink
  }

  /// Hands a batch over until the sink has taken it; `meanwhile` runs between the calls.
  private func put(_ lines: [String], to sink: PluginBenchInstance, meanwhile: () throws -> Void = {}) throws {
    let batch = try frame("text", lines)
    var status = TIDE_MORE
    let isTaken = try repeats(
      {
        status = try sink.process(batch.pointer)
        try meanwhile()
      }, until: { status == TIDE_OK })
    #expect(isTaken)
  }

  private func accept(_ listener: TcpListener, _ sink: PluginBenchInstance) throws -> TcpEnd {
    var end: TcpEnd?
    let came = try repeats(
      {
        try sink.poll()
        end = listener.accept()
      }, until: { end != nil })
    #expect(came)
    return try #require(end)
  }

  private func flush(_ sink: PluginBenchInstance, reading server: TcpEnd) throws {
    var status = TIDE_MORE
    let isDone = try repeats(
      {
        status = try sink.flush()
        server.read()
        if server.hasEnded { server.close() }
      }, until: { status == TIDE_OK })
    #expect(isDone)
  }

  @Test func `rows arrive as lines, and the end of the input is the end of the connection`() throws {
    let listener = try TcpListener()
    let sink = try sink(listener.port)
    let server = try accept(listener, sink)
    try put(["one", "two"], to: sink)
    try put(["three"], to: sink)
    try flush(sink, reading: server)
    #expect(server.receivedText == "one\ntwo\nthree\n")
    #expect(server.hasEnded)
    sink.close()
  }

  @Test func `rows wait for a server that is not there yet, and the sink asks again after growing pauses`() throws {
    let reserved = try TcpPort()
    let port = reserved.number
    let sink = try sink(port)
    try put(["early"], to: sink)
    #expect(try repeats({ try sink.poll() }, until: { bench.logs.count { $0.contains("the next attempt is in") } >= 3 }))
    let listener = try TcpListener(port: port)
    let server = try accept(listener, sink)
    try put(["late"], to: sink)
    #expect(repeats({ server.read() }, until: { server.receivedText == "early\nlate\n" }))
    sink.close()
  }

  @Test func `a sink is woken when its server goes away, and by the time of the next attempt`() throws {
    let listener = try TcpListener()
    let sink = try sink(listener.port, .init("backoff", .int(1_000_000)))
    let server = try accept(listener, sink)
    try sink.poll()
    let before = bench.wakes
    server.close()
    #expect(bench.awaitWake(after: before))
    let again = try accept(listener, sink)
    try put(["x"], to: sink)
    #expect(repeats({ again.read() }, until: { again.receivedText == "x\n" }))
    #expect(bench.logs.contains { $0.contains("the server has closed the connection; connecting again") })
    sink.close()
    #expect(bench.logs.last?.hasSuffix("connected 2 times") == true)
  }

  @Test func `a server that does not read fills the queue, then the pipeline waits, and nothing is lost`() throws {
    let listener = try TcpListener(receiveBytes: 4096)
    let sink = try sink(listener.port, .init("buffer", .int(64 << 10)))
    let server = try accept(listener, sink)
    let lines = (0..<500).map { "\($0) " + String(repeating: "s", count: 100) }
    let batch = try frame("text", lines)
    var taken = 0
    // The pipeline waits once the queue and the system's buffers are full.
    #expect(try repeats({ if try sink.process(batch.pointer) == TIDE_OK { taken += 1 } }, until: { taken > 5 }))
    var waits = 0
    #expect(
      try repeats(
        { if try sink.process(batch.pointer) == TIDE_OK { (taken, waits) = (taken + 1, 0) } else { waits += 1 } },
        until: { waits == 10 }))
    let held = taken * lines.map { $0.utf8.count + 1 }.reduce(0, +)
    #expect(held < 32 << 20)
    try put(lines, to: sink) { server.read() }
    try flush(sink, reading: server)
    let whole = lines.map { $0 + "\n" }.joined()
    #expect(server.receivedText == String(repeating: whole, count: taken + 1))
    sink.close()
  }

  @Test func `a server that takes nothing for too long is given up, and the record is sent again whole`() throws {
    let listener = try TcpListener(receiveBytes: 4096)
    let sink = try sink(listener.port, .init("buffer", .int(64 << 10)), .init("write_timeout", .int(30_000_000_000)))
    let first = try accept(listener, sink)
    let batch = try frame("text", (0..<64).map { "\($0) " + String(repeating: "w", count: 60_000) })
    #expect(try sink.process(batch.pointer) == TIDE_OK)
    try sink.poll()
    bench.now += 31_000_000_000
    try sink.poll()
    #expect(bench.logs.contains { $0.contains("the server takes nothing any more; connecting again") })
    bench.now += 2_000_000_000
    let second = try accept(listener, sink)
    try flush(sink, reading: second)
    let whole = (0..<64).map { "\($0) " + String(repeating: "w", count: 60_000) + "\n" }
    let seen = second.receivedText
    #expect(whole.indices.contains { seen == whole[$0...].joined() })
    withExtendedLifetime(first) {}
    sink.close()
  }

  @Test func `a sink that finds no server for too long fails, and says how much it holds`() throws {
    let reserved = try TcpPort()
    let port = reserved.number
    let sink = try sink(port, .init("give_up", .int(60_000_000_000)))
    try put(["a", "b"], to: sink)
    let fails = repeats(
      {
        bench.now += 1_000_000_000
        _ = try? sink.poll()
      }, until: { !bench.failures.isEmpty })
    #expect(fails)
    let failure = try #require(bench.failures.last)
    #expect(failure.code == TIDE_E_UNSUPPORTED)
    #expect(
      failure.text.contains("cannot be reached for 6") && failure.text.hasSuffix("2 records that were taken are not sent"))
    sink.close()
  }

  @Test func `a pause does not outlast the time after which the sink gives up`() throws {
    let reserved = try TcpPort()
    let sink = try sink(
      reserved.number, .init("give_up", .int(500_000_000)), .init("backoff", .int(100_000_000_000)),
      .init("max_backoff", .int(100_000_000_000)))
    let start = bench.now
    let fails = repeats(
      {
        bench.now += 10_000_000
        _ = try? sink.poll()
      }, until: { !bench.failures.isEmpty })
    #expect(fails)
    #expect(bench.now - start < 20_000_000_000)
    #expect(bench.failures.last?.text.contains(" ms: ") == true)
    sink.close()
  }

  @Test func `a longest pause below the first is refused`() {
    #expect(throws: PluginBench.Failure.self) {
      try sink(9, .init("backoff", .int(2_000_000_000)), .init("max_backoff", .int(1_000_000_000)))
    }
    #expect(bench.failures.last?.configPath == "max_backoff")
  }

  @Test(arguments: 1...8)
  func `a server that breaks off anywhere never gets a torn line to begin with`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let listener = try TcpListener(receiveBytes: 4096)
    let sink = try sink(listener.port, .init("backoff", .int(1_000_000)), .init("buffer", .int(32 << 10)))
    var server = try accept(listener, sink)
    var connections: [String] = []
    var left = 1 + random.below(20_000)
    func serve() throws {
      left -= server.read(limit: max(1, min(left, 1 + random.below(8000))))
      guard left <= 0 else { return }
      connections.append(server.receivedText)
      if random.below(2) == 0 { server.reset() } else { server.close() }
      left = 1 + random.below(60_000)
      bench.now += 2_000_000_000
      server = try accept(listener, sink)
    }
    func line(_ number: Int) -> String { "\(number):" + String(repeating: "z", count: number * 37 % 400) + ";" }
    for block in 0..<100 { try put((0..<50).map { line(block * 50 + $0) }, to: sink, meanwhile: serve) }
    try flush(sink, reading: server)
    connections.append(server.receivedText)
    #expect(connections.count > 1, "seed \(seed)")
    var next = 0
    for text in connections {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      // What a connection that broke has of its last record is not a record; the next one has it whole.
      lines.removeLast()
      for text in lines {
        let number = Int(text.prefix { $0 != ":" }) ?? -1
        #expect(number >= next && text == line(number), "seed \(seed): a torn or repeated line '\(text.prefix(40))'")
        next = number + 1
      }
    }
    #expect(next == 5000, "seed \(seed)")
    sink.close()
  }

  @Test func `a host that has no address is a mistake in the options`() throws {
    #expect(throws: PluginBench.Failure.self) {
      let sink = try bench.create(
        .sink, "tcp",
        with: .map([.init("connect", .string("no.such.host.invalid:9000"))]))
      try sink.open()
    }
    #expect(bench.failures.last?.configPath == "connect")
  }
}
