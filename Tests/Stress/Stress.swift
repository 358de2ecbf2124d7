import CHost
import CTidemill
import Glibc
import Rings

/// Rings, parkers, pools and whole pipelines under load from several threads, for ThreadSanitizer: `tidemill-stress [FRAMES]`.
///
/// Small credits make both sides sleep and wake all the time; every frame carries its number and is checked by the reader.
@main
struct Stress {
  static func main() {
    let frames = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 20_000 : 20_000
    for credit in [1, 4, 64] {
      fanIn(producers: 3, frames: frames, credit: credit)
      fanOut(consumers: 3, frames: frames, credit: credit)
    }
    print("stress: fan-in and fan-out of \(frames) frames at credits 1, 4, 64: ok")
    share(budgetBytes: 1 << 20, rounds: frames)
    print("stress: a budget that is asked for too much keeps what it has for others: ok")
    for credit in [1, 2, 16] { OverflowStress.run(frames: frames, credit: credit) }
    print("stress: \(frames) frames through rings that give their oldest back, at credits 1, 2, 16: ok")
    for round in 0..<8 { EngineStress.run(round: round, events: frames) }
    print("stress: 8 pipelines of 7 threads, ended, drained and forced: ok")
    for round in 0..<6 { PolicyStress.run(round: round, events: frames) }
    print("stress: 6 pipelines with an edge of every policy, ended, drained and forced: ok")
    for round in 0..<8 { FanStress.run(round: round, events: frames) }
    print("stress: 8 pipelines of 3 sources and 5 readers of different speed, ended, drained and forced: ok")
    for round in 0..<8 { LaneStress.run(round: round, events: frames) }
    print("stress: 8 pipelines of up to 9 threads whose rows are dealt to lanes, ended, drained and forced: ok")
  }

  /// Several threads into one: nothing is lost or reordered per ring, and the reader never sleeps through a push.
  static func fanIn(producers: Int, frames: Int, credit: Int) {
    let clock = SystemClock()
    let consumer = Parker(clock: clock)
    let rings = (0..<producers).map {
      let parker = Parker(clock: clock)
      return (
        FrameRing(capacityFrames: credit, capacityBytes: 1 << 20, producer: parker, consumer: consumer, input: $0), parker
      )
    }
    let threads = rings.map { ring, parker in
      run {
        let pool = FramePool(crossing: true, keepBytes: 1 << 20)
        for number in 0..<frames { send(number, pool: pool, to: [ring], parker: parker) }
      }
    }
    var next = Array(repeating: 0, count: producers)
    while next.contains(where: { $0 < frames }) {
      var worked = false
      var ready = tide_parker_ready(consumer.words, 0)
      while ready != 0 {
        let input = ready.trailingZeroBitCount
        ready &= ready &- 1
        tide_parker_clear(consumer.words, UInt32(input))
        while let entry = rings[input].0.pop() {
          receive(entry, expecting: next[input])
          next[input] += 1
          worked = true
        }
      }
      if !worked {
        consumer.park { next.contains { $0 < frames } == false || rings.contains { !$0.0.isEmpty } }
      }
    }
    for thread in threads { tide_thread_join(thread) }
  }

  /// One thread into several, all holding the same blocks.
  static func fanOut(consumers: Int, frames: Int, credit: Int) {
    let clock = SystemClock()
    let producer = Parker(clock: clock)
    let rings = (0..<consumers).map { _ in
      let parker = Parker(clock: clock)
      return (
        FrameRing(capacityFrames: credit, capacityBytes: 1 << 20, producer: producer, consumer: parker, input: 0), parker
      )
    }
    let threads = rings.map { ring, parker in
      run {
        var next = 0
        while next < frames {
          while let entry = ring.pop() {
            receive(entry, expecting: next)
            next += 1
          }
          if next < frames { parker.park { !ring.isEmpty } }
        }
      }
    }
    let pool = FramePool(crossing: true, keepBytes: 1 << 20)
    for number in 0..<frames { send(number, pool: pool, to: rings.map(\.0), parker: producer) }
    for thread in threads { tide_thread_join(thread) }
  }

  /// One pool asks for more than there is, over and over; another one never lacks what it needs, and the budget is never exceeded.
  static func share(budgetBytes: Int, rounds: Int) {
    let budget = FrameBudget(limitBytes: budgetBytes)
    let greedy = run {
      let pool = FramePool(crossing: true, keepBytes: 0, budget: budget)
      for _ in 0..<rounds where pool.take(2 * budgetBytes) != nil { fatal("a budget gave more than it has") }
    }
    let pool = FramePool(crossing: true, keepBytes: 0, budget: budget)
    for _ in 0..<rounds {
      guard let block = pool.take(4096) else { fatal("a budget refused what it has room for") }
      guard budget.heldBytes <= budgetBytes else { fatal("a budget of \(budgetBytes) bytes holds \(budget.heldBytes)") }
      tide_block_release(block)
    }
    tide_thread_join(greedy)
  }

  static func send(_ number: Int, pool: FramePool, to rings: [FrameRing], parker: Parker) {
    guard let block = pool.take(4096) else { fatal("out of memory") }
    let words = UnsafeMutableRawPointer(tide_block_bytes(block)).assumingMemoryBound(to: Int.self)
    for word in 0..<16 { words[word] = number &+ word }
    let entry = tide_entry(
      ref: UInt64(UInt(bitPattern: block)), len: 4096, kind: UInt16(TIDE_ENTRY_FRAME), flags: 0)
    tide_block_retain(block, UInt32(rings.count - 1))
    for ring in rings {
      while !ring.hasCredit { parker.park { ring.hasCredit } }
      guard ring.push(entry) else { fatal("a ring with credit refused a frame") }
    }
  }

  static func receive(_ entry: tide_entry, expecting number: Int) {
    let block = UnsafeMutablePointer<tide_block>(bitPattern: UInt(entry.ref))!
    let words = UnsafeRawPointer(tide_block_bytes(block)).assumingMemoryBound(to: Int.self)
    for word in 0..<16 where words[word] != number &+ word {
      fatal("frame \(number): word \(word) is \(words[word]), not \(number &+ word)")
    }
    tide_block_release(block)
  }

  static func run(_ body: @escaping @Sendable () -> Void) -> UInt64 {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
    }
    var thread: UInt64 = 0
    guard tide_thread_start(entry, Unmanaged.passRetained(Box(body)).toOpaque(), 1 << 20, "stress", &thread) == 0 else {
      fatal("no thread")
    }
    return thread
  }

  static func fatal(_ message: String) -> Never {
    print("stress: \(message)")
    exit(1)
  }
}
