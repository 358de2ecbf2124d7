import CTidemill
import Engine
import EngineBench
import PluginManifest
import Rings
import Synchronization
import Testing

@Suite struct RetryTests {
  @Test func `waits double up to the longest, and chance takes off its share at most`() {
    var policy = RetryPolicy()
    policy.backoffNanoseconds = 100
    policy.maxBackoffNanoseconds = 1000
    policy.jitter = 0.25
    #expect((0..<6).map { policy.wait(attempt: $0, chance: 0) } == [100, 200, 400, 800, 1000, 1000])
    #expect((0..<6).map { policy.wait(attempt: $0, chance: 1) } == [75, 150, 300, 600, 750, 750])
    #expect(policy.wait(attempt: .max, chance: 0) == 1000)
    let waits = (0..<200).map { _ in policy.wait(attempt: 1) }
    #expect(waits.allSatisfy { (150...200).contains($0) } && Set(waits).count > 1)
  }

  /// Fails each batch so many times, then forwards it.
  private func flaky(_ failures: Int, _ status: tide_status) -> ScriptedComponent {
    let seen = Mutex<[Int64: Int]>([:])
    let component = ScriptedComponent("flaky")
    component.process = { me, batch, out in
      let first = Event.read(batch)[0].value
      let attempt = seen.withLock { seen in
        seen[first, default: 0] += 1
        return seen[first, default: 0]
      }
      return attempt <= failures ? me.fail(status, "the disk is asleep") : me.forward(batch, out)
    }
    return component
  }

  private func run(
    _ component: ScriptedComponent, policy: (inout NodeSpec) -> Void
  ) throws -> (outcome: Outcome, books: Books, rows: [Int64]) {
    var bench = PipelineBench()
    let collector = Collector()
    let first = bench.add(.source, source("source", events(12), frame: 4))
    let node = bench.add(.operator, component, from: first) {
      $0.forwardsOnly = true
      $0.retry.backoffNanoseconds = 1000
      policy(&$0)
    }
    bench.add(.sink, collector.component(), from: node)
    let (outcome, books) = try bench.run()
    #expect(books.discrepancies() == [])
    return (outcome, books, collector.events.map(\.value))
  }

  @Test func `with retry, a batch that failed for good goes to a new instance, and nothing is lost`() throws {
    let (outcome, books, rows) = try run(flaky(2, TIDE_E_FATAL)) { $0.retry.repeatsFailures = true }
    #expect(outcome == .completed)
    #expect(rows == Array(0..<12))
    #expect(books.nodes[1].rejected == 0 && books.nodes[1].retries == 6 && books.nodes[1].restarts == 6)
  }

  @Test func `a batch that used its attempts up becomes dead letters, and the next one has attempts of its own`() throws {
    let (outcome, books, rows) = try run(flaky(3, TIDE_E_FATAL)) {
      $0.retry.repeatsFailures = true
      $0.retry.limit = 2
    }
    #expect(outcome == .completed)
    #expect(rows == [])
    #expect(books.nodes[1].rejected == 12 && books.nodes[1].retries == 6 && books.nodes[1].restarts == 9)
  }

  @Test func `a batch that used its attempts up ends the run where that is asked for`() throws {
    let (outcome, books, _) = try run(flaky(3, TIDE_E_RETRY)) {
      $0.retry.repeatsFailures = true
      $0.retry.limit = 2
      $0.onError = .stop
    }
    guard case .failed(let errors) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(errors[0].node == "flaky" && errors[0].message.contains("the disk is asleep"))
    #expect(books.nodes[1].retries == 2 && books.nodes[1].restarts == 0)
  }

  @Test func `a batch of which something was sent on is not tried again`() throws {
    let sloppy = ScriptedComponent("sloppy")
    sloppy.process = { me, batch, out in
      _ = me.forward(batch, out)
      return me.fail(TIDE_E_FATAL, "after the fact")
    }
    let (outcome, books, rows) = try run(sloppy) { $0.retry.repeatsFailures = true }
    #expect(outcome == .completed)
    #expect(rows == Array(0..<12))
    #expect(books.nodes[1].rejected == 12 && books.nodes[1].retries == 0 && books.nodes[1].restarts == 3)
  }

  @Test func `an instance that cannot be opened again uses attempts up too`() throws {
    let gone = flaky(1, TIDE_E_FATAL)
    gone.open = { me in me.info.attempt < 1 || me.info.attempt > 2 ? TIDE_OK : me.fail(TIDE_E_FATAL, "no such device") }
    let (outcome, books, rows) = try run(gone) { $0.retry.repeatsFailures = true }
    #expect(outcome == .completed)
    #expect(rows == Array(0..<12))
    #expect(books.nodes[1].retries == 5 && books.nodes[1].restarts == 5)
  }

  @Test func `the log tells of attempts once a second, and of how many it left out`() throws {
    var bench = PipelineBench()
    let clock = VirtualClock()
    bench.clock = clock
    let first = bench.add(.source, source("source", events(4), frame: 4))
    bench.add(.sink, flaky(30, TIDE_E_RETRY), from: first) {
      $0.retry.limit = 30
      $0.retry.jitter = 0
      $0.retry.backoffNanoseconds = 100_000_000
      $0.retry.maxBackoffNanoseconds = 100_000_000
    }
    let (outcome, books) = try bench.run { _ in clock.advance(by: 50_000_000) }
    #expect(outcome == .completed && books.nodes[1].retries == 30)
    let said = bench.log.lines.filter { $0.contains("attempt") }
    #expect(said.first == "flaky: the disk is asleep; attempt 1 of 30")
    #expect((3...4).contains(said.count), "\(said)")
    #expect(said.dropFirst().allSatisfy { $0.contains("more attempts before)") })
  }

  @Test func `a forced stop ends the wait of a batch, whose rows are counted`() throws {
    var bench = PipelineBench()
    let first = bench.add(.source, source("source", events(4), frame: 4))
    bench.add(.sink, flaky(100, TIDE_E_RETRY), from: first) { $0.retry.backoffNanoseconds = 3_600_000_000_000 }
    var ticks = 0
    let (outcome, books) = try bench.run { pipeline in
      ticks += 1
      if ticks == 5 { pipeline.force() }
    }
    #expect(outcome == .forced)
    #expect(books.nodes[1].rejected == 4)
    #expect(books.discrepancies() == [])
  }
}
