import CHost
import Glibc
import Rings

/// A ring whose producer takes the oldest entries back while its consumer takes them too: every block has one owner, the order
/// stays, and watermarks that came back are sent again.
enum OverflowStress {
  static func run(frames: Int, credit: Int) {
    let clock = SystemClock()
    let consumer = Parker(clock: clock)
    let ring = FrameRing(
      capacityFrames: credit, capacityBytes: 1 << 20, discipline: .evicting, producer: Parker(clock: clock), consumer: consumer,
      input: 0)
    let evicted = Counter()
    let thread = Stress.run {
      let pool = FramePool(crossing: true, keepBytes: 1 << 20)
      var pending: Int?, last = -1
      for number in 0..<frames {
        guard let block = pool.take(4096) else { Stress.fatal("out of memory") }
        let words = UnsafeMutableRawPointer(tide_block_bytes(block)).assumingMemoryBound(to: Int.self)
        for word in 0..<16 { words[word] = number &+ word }
        var again: Int?
        while !ring.fits(bytes: 4096), ring.level.entries > 0 {
          guard let old = ring.evict() else { continue }
          if Int32(old.kind) == TIDE_ENTRY_WATERMARK {
            if Int(old.ref) == last { again = last }
          } else {
            _ = check(old, after: -1)
            evicted.add(1)
          }
        }
        if let watermark = pending {
          push(watermark: watermark, to: ring)
          (last, again) = (watermark, nil)
        }
        pending = again
        let entry = tide_entry(ref: UInt64(UInt(bitPattern: block)), len: 4096, kind: UInt16(TIDE_ENTRY_FRAME), flags: 0)
        guard ring.push(entry) else { Stress.fatal("a ring with room refused a frame") }
        if number % 3 == 0 { pending = number }
      }
      push(watermark: pending ?? last, to: ring)
      push(watermark: frames, to: ring)
    }
    var popped = 0, last = -1, watermark = -1
    while watermark < frames {
      while let entry = ring.pop() {
        if Int32(entry.kind) == TIDE_ENTRY_WATERMARK {
          guard Int(entry.ref) >= watermark else { Stress.fatal("a watermark went back to \(entry.ref)") }
          watermark = Int(entry.ref)
        } else {
          last = check(entry, after: max(last, watermark))
          popped += 1
        }
      }
      if watermark < frames { consumer.park { !ring.isEmpty } }
    }
    tide_thread_join(thread)
    guard popped + evicted.value == frames else { Stress.fatal("\(popped) popped and \(evicted.value) dropped of \(frames)") }
    guard last == frames - 1 else { Stress.fatal("the newest frame is \(last)") }
  }

  private static func push(watermark: Int, to ring: FrameRing) {
    guard ring.push(tide_entry(ref: UInt64(watermark), len: 0, kind: UInt16(TIDE_ENTRY_WATERMARK), flags: 0)) else {
      Stress.fatal("no room for a watermark")
    }
  }

  /// The frame's number; it is whole, and follows the one before and what the watermark excludes.
  private static func check(_ entry: tide_entry, after last: Int) -> Int {
    let block = UnsafeMutablePointer<tide_block>(bitPattern: UInt(entry.ref))!
    let words = UnsafeRawPointer(tide_block_bytes(block)).assumingMemoryBound(to: Int.self)
    let number = words[0]
    guard number > last else { Stress.fatal("frame \(number) came after \(last)") }
    for word in 0..<16 where words[word] != number &+ word { Stress.fatal("frame \(number): word \(word) is \(words[word])") }
    tide_block_release(block)
    return number
  }

  /// Written by one thread, read after it has ended.
  private final class Counter: @unchecked Sendable {
    private(set) var value = 0
    func add(_ amount: Int) { value += amount }
  }
}
