import CHost
import Rings
import Testing

/// A ring with its two parkers, driven from one thread.
private struct Fixture {
  let producer = Parker(clock: SystemClock())
  let consumer = Parker(clock: SystemClock())
  let ring: FrameRing
  init(frames: Int = 4, bytes: Int = 1 << 20) {
    ring = FrameRing(capacityFrames: frames, capacityBytes: bytes, producer: producer, consumer: consumer, input: 3)
  }
}

private func frame(_ number: UInt64, bytes: UInt32 = 100) -> tide_entry {
  tide_entry(ref: number, len: bytes, kind: UInt16(TIDE_ENTRY_FRAME), flags: 0)
}

@Suite struct FrameRingTests {
  @Test func `entries come out in the order in which they went in`() {
    let fixture = Fixture()
    for number in 0..<1000 as Range<UInt64> {
      #expect(fixture.ring.push(frame(number)))
      #expect(fixture.ring.push(frame(number + 1_000_000)))
      #expect(fixture.ring.pop()?.ref == number)
      #expect(fixture.ring.pop()?.ref == number + 1_000_000)
    }
    #expect(fixture.ring.pop() == nil)
    #expect(fixture.ring.isEmpty)
  }

  @Test func `the credit in frames ends before the ring is physically full`() {
    let fixture = Fixture(frames: 4)
    for number in 0..<4 as Range<UInt64> {
      #expect(fixture.ring.hasCredit)
      #expect(fixture.ring.push(frame(number)))
    }
    #expect(!fixture.ring.hasCredit)
    for number in 0..<UInt64(FrameRing.overdraftFrames) { #expect(fixture.ring.push(frame(number))) }
  }

  @Test func `the credit in bytes holds the producer and comes back with a pop`() {
    let fixture = Fixture(frames: 64, bytes: 250)
    for number in 0..<3 as Range<UInt64> { #expect(fixture.ring.push(frame(number))) }
    #expect(!fixture.ring.hasCredit)
    _ = fixture.ring.pop()
    #expect(fixture.ring.hasCredit)
  }

  @Test func `a frame larger than the whole credit passes an empty edge`() {
    let fixture = Fixture(frames: 4, bytes: 10)
    #expect(fixture.ring.hasCredit)
    #expect(fixture.ring.push(frame(1, bytes: 1_000_000)))
    #expect(!fixture.ring.hasCredit)
  }

  @Test func `control entries take no credit from frames`() {
    let fixture = Fixture(frames: 4)
    for value in 0..<4 as Range<UInt64> {
      #expect(fixture.ring.push(tide_entry(ref: value, len: 0, kind: UInt16(TIDE_ENTRY_WATERMARK), flags: 0)))
    }
    #expect(fixture.ring.hasCredit)
  }

  @Test func `a frame that exceeds credit and overdraft passes alone`() {
    let fixture = Fixture(frames: 4, bytes: 1000)
    let large = 1000 + FrameRing.overdraftBytes + 1
    #expect(fixture.ring.fits(bytes: large))
    #expect(fixture.ring.push(frame(1)))
    #expect(!fixture.ring.fits(bytes: large))
    #expect(fixture.ring.fits(bytes: large - 101))
    _ = fixture.ring.pop()
    #expect(fixture.ring.fits(bytes: large))
  }

  @Test func `a push marks the input at its consumer`() {
    let fixture = Fixture()
    #expect(tide_parker_ready(fixture.consumer.words, 0) == 0)
    #expect(fixture.ring.push(frame(1)))
    #expect(tide_parker_ready(fixture.consumer.words, 0) == 1 << 3)
    tide_parker_clear(fixture.consumer.words, 3)
    #expect(tide_parker_ready(fixture.consumer.words, 0) == 0)
  }
}

@Suite struct EvictingRingTests {
  private let producer = Parker(clock: SystemClock())
  private let consumer = Parker(clock: SystemClock())

  private func ring(frames: Int, bytes: Int = 1 << 20) -> FrameRing {
    FrameRing(
      capacityFrames: frames, capacityBytes: bytes, discipline: .evicting, producer: producer, consumer: consumer, input: 0)
  }

  @Test func `the producer takes the oldest entries back, and the rest stays in order`() {
    let ring = ring(frames: 4)
    for number in 0..<4 as Range<UInt64> { #expect(ring.push(frame(number))) }
    #expect(!ring.fits(bytes: 100))
    #expect(ring.evict()?.ref == 0)
    #expect(ring.evict()?.ref == 1)
    #expect(ring.fits(bytes: 100))
    #expect(ring.push(frame(4)))
    #expect((0..<4).map { _ in ring.pop()?.ref } == [2, 3, 4, nil])
    #expect(ring.evict() == nil)
  }

  @Test func `what is queued is exact in frames and bytes, whoever took what`() {
    let ring = ring(frames: 8, bytes: 1000)
    for number in 0..<3 as Range<UInt64> { #expect(ring.push(frame(number, bytes: UInt32(100 + number)))) }
    #expect(ring.push(tide_entry(ref: 7, len: 0, kind: UInt16(TIDE_ENTRY_WATERMARK), flags: 0)))
    _ = ring.pop()
    _ = ring.evict()
    #expect((ring.level.entries, ring.level.frames, ring.level.bytes) == (2, 1, 102))
    #expect(ring.fits(bytes: 1000 - 102))
    #expect(!ring.fits(bytes: 1000 - 101))
    _ = ring.pop()
    _ = ring.pop()
    #expect((ring.level.entries, ring.level.frames, ring.level.bytes) == (0, 0, 0))
    #expect(ring.fits(bytes: 1 << 20))
  }

  @Test func `it goes around its slots any number of times`() {
    let ring = ring(frames: 2)
    var taken: [UInt64] = []
    for number in 0..<10_000 as Range<UInt64> {
      while !ring.fits(bytes: 100) { _ = ring.evict() }
      #expect(ring.push(frame(number)))
      if number % 3 == 0, let entry = ring.pop() { taken.append(entry.ref) }
    }
    #expect(taken == taken.sorted())
    #expect(Set(taken).count == taken.count)
    #expect(taken.count == 3334)
  }

  @Test func `control entries find room however many frames there are`() {
    let ring = ring(frames: 4)
    while ring.fits(bytes: 1) { #expect(ring.push(frame(1, bytes: 1))) }
    #expect(ring.hasControlRoom)
  }
}

@Suite struct ParkerTests {
  @Test func `a signal before the sleep is not lost`() {
    let parker = Parker(clock: SystemClock())
    parker.signal()
    var asked = 0
    parker.park(until: .max) {
      asked += 1
      return true
    }
    #expect(asked == 1)
  }

  @Test func `a virtual deadline passes only when the clock is advanced`() {
    let clock = VirtualClock(at: 1_000)
    let parker = Parker(clock: clock)
    #expect(clock.sleepLimit(until: 2_000) == nil)
    clock.advance(by: 1_000)
    #expect(clock.sleepLimit(until: 2_000) == 0)
    parker.park(until: 2_000) { false }
    #expect(clock.now == 2_000)
  }
}

@Suite struct FramePoolTests {
  @Test func `a released block is taken again`() {
    let pool = FramePool(crossing: false, keepBytes: 1 << 20)
    let first = pool.take(5_000)!
    #expect(first.pointee.capacity == 8_192)
    tide_block_release(first)
    #expect(pool.take(6_000) == first)
    tide_block_release(first)
  }

  @Test func `blocks that cross threads rest, and are reused oldest first`() {
    // Half of what is kept rests: of fifteen blocks eight are that much, so of eleven that are free four are reused before new ones
    // are made.
    let size = 64 + 4_096
    let pool = FramePool(crossing: true, keepBytes: 15 * size)
    let blocks = (0..<11).map { _ in pool.take(4_096)! }
    for block in blocks { tide_block_release(block) }
    let again = (0..<6).map { _ in pool.take(4_096)! }
    #expect(Array(again.prefix(4)) == Array(blocks.prefix(4)))
    for block in again.suffix(2) { #expect(!blocks.contains(block)) }
    #expect(pool.heldBytes == 13 * size)
    for block in again { tide_block_release(block) }
  }

  @Test(arguments: [2, 6]) func `blocks of several sizes are reused from a pool that is full of them`(sizes: Int) {
    let pool = FramePool(crossing: true, keepBytes: 512 << 10)
    var held: Set<Int> = []
    for round in 0..<20_000 {
      let blocks = (0..<4).map { pool.take(4_096 << ((round + $0) % sizes))! }
      if round >= 10_000 { held.insert(pool.heldBytes) }
      for block in blocks { tide_block_release(block) }
      if round >= 10_000 { held.insert(pool.heldBytes) }
    }
    #expect(held.count == 1, "nothing is asked of the system, and nothing given back")
  }

  @Test func `what is of no use any more makes room for another size`() {
    let pool = FramePool(crossing: false, keepBytes: 64 << 10)
    for (size, count) in [(4_096, 15), (16_384, 2)] {
      let blocks = (0..<count).map { _ in pool.take(size)! }
      for block in blocks { tide_block_release(block) }
    }
    let again = (0..<2).map { _ in pool.take(16_384)! }
    #expect(pool.heldBytes <= 64 << 10, "both were kept, and fewer of the others")
    for block in again { tide_block_release(block) }
  }

  @Test func `a block that no room can be made for takes none from others`() {
    let pool = FramePool(crossing: false, keepBytes: 64 << 10)
    let blocks = (0..<10).map { _ in pool.take(4_096)! }
    for block in blocks + [pool.take(128 << 10)!] { tide_block_release(block) }
    // The first block that is taken finds what was returned sorted in.
    let again = pool.take(4_096)!
    #expect(pool.heldBytes == 10 * (64 + 4_096))
    tide_block_release(again)
  }

  @Test func `blocks do not rest where the budget is used up`() {
    let budget = FrameBudget(limitBytes: 4 * (64 + 4_096))
    let pool = FramePool(crossing: true, keepBytes: 1 << 20, budget: budget)
    let blocks = (0..<4).map { _ in pool.take(4_096)! }
    for block in blocks { tide_block_release(block) }
    let again = (0..<4).map { _ in pool.take(4_096) }
    #expect(again == blocks)
    #expect(pool.take(4_096) == nil)
    for block in blocks { tide_block_release(block) }
    // Those of another size are given up.
    let larger = pool.take(8_192)
    #expect(larger != nil && budget.heldBytes == 64 + 8_192)
    if let larger { tide_block_release(larger) }
  }

  @Test func `a block lives until its last reference is dropped`() {
    let pool = FramePool(crossing: false, keepBytes: 1 << 20)
    let block = pool.take(100)!
    tide_block_retain(block, 2)
    tide_block_release(block)
    tide_block_release(block)
    let other = pool.take(100)!
    #expect(other != block)
    tide_block_release(block)
    #expect(pool.take(100) == block)
    tide_block_release(other)
    tide_block_release(block)
  }

  @Test func `what exceeds the limit goes back to the system`() {
    let pool = FramePool(crossing: false, keepBytes: 8_192)
    let blocks = (0..<8).map { _ in pool.take(4_096)! }
    #expect(pool.heldBytes == 8 * (64 + 4_096))
    for block in blocks { tide_block_release(block) }
    tide_block_release(pool.take(4_096)!)
    #expect(pool.heldBytes <= 8_192)
  }

  @Test func `pools stay within their budget together, and give free blocks up for it`() {
    let budget = FrameBudget(limitBytes: 8 * (64 + 4_096))
    let one = FramePool(crossing: false, keepBytes: 1 << 20, budget: budget)
    let other = FramePool(crossing: false, keepBytes: 1 << 20, budget: budget)
    let blocks = (0..<6).map { _ in one.take(4_096)! }
    let small = other.take(4_096)!
    #expect(other.take(8_192) == nil)
    #expect(other.take(4_096, leaving: 1) == nil)
    let last = other.take(4_096)!
    for block in [small, last] { tide_block_release(block) }
    // Two free blocks go back to the system for one of another size.
    let larger = other.take(8_192)!
    #expect(budget.heldBytes == 6 * (64 + 4_096) + 64 + 8_192)
    for block in blocks + [larger] { tide_block_release(block) }
  }

  @Test func `a budget outlives its maker for the blocks that are in use`() {
    var budget: FrameBudget? = FrameBudget(limitBytes: 1 << 20)
    var pool: FramePool? = FramePool(crossing: true, keepBytes: 1 << 20, budget: budget)
    let block = pool!.take(100)!
    (budget, pool) = (nil, nil)
    tide_block_release(block)
  }

  @Test func `a block may outlive its pool`() {
    var pool: FramePool? = FramePool(crossing: true, keepBytes: 1 << 20)
    let block = pool!.take(1 << 21)!
    pool = nil
    tide_block_bytes(block).initialize(repeating: 7, count: 1 << 21)
    tide_block_release(block)
  }
}

@Suite struct SelectionTests {
  @Test func `a selection is strictly ascending and inside the frame`() {
    func ok(_ rows: [UInt16], of count: UInt32) -> Bool {
      rows.withUnsafeBufferPointer { tide_selection_ok($0.baseAddress, UInt32(rows.count), count) != 0 }
    }
    #expect(ok([], of: 0))
    #expect(ok([0, 1, 5], of: 6))
    #expect(!ok([0, 1, 5], of: 5))
    #expect(!ok([1, 1], of: 9))
    #expect(!ok([2, 1], of: 9))
  }
}
