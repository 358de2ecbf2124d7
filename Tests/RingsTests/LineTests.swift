import CHost
import Dispatch
import Foundation
import Glibc
import Rings
import Testing

/// Bytes at the start of a line.
private func lines(_ bytes: Int) -> UnsafeMutableRawPointer { .allocate(byteCount: bytes, alignment: Int(TIDE_LINE)) }

@Suite struct LineTests {
  @Test(.enabled(if: tide_lines_can_evict() != 0)) func `evicted lines keep what they hold`() {
    let words = 8_192
    let memory = lines(words * 8)
    defer { memory.deallocate() }
    let numbers = memory.bindMemory(to: UInt64.self, capacity: words)
    for round in 0..<20 as Range<UInt64> {
      for k in 0..<words { numbers[k] = UInt64(k) &* 0x9e37_79b9 ^ round }
      // From the middle of a line to the middle of another.
      tide_lines_evict(numbers + 3, UInt64(words - 7) * 8)
      #expect((0..<words).allSatisfy { numbers[$0] == UInt64($0) &* 0x9e37_79b9 ^ round })
    }
  }

  @Test func `a measurement writes into as many lines as it looks at, and no further`() {
    let bytes = Int(TIDE_LINE * TIDE_LINES_PROBED) + 64
    let memory = lines(bytes)
    defer { memory.deallocate() }
    func written(_ bytes: Int, of all: Int) -> Int {
      memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: all)
      #expect(tide_lines_probe(memory, UInt64(bytes)) >= 0)
      return (0..<all).count { memory.load(fromByteOffset: $0, as: UInt8.self) != 0xff }
    }
    #expect(written(bytes, of: bytes) == Int(TIDE_LINES_PROBED) * 8)
    #expect(written(20 * 64 + 63, of: bytes) == 20 * 8)
    #expect(tide_lines_probe(memory, UInt64(TIDE_LINE * TIDE_LINES_LEAST) - 1) == -1, "too few to tell")
  }

  @Test func `one measurement in which the thread was stopped overturns nothing`() {
    func seen(_ measured: [Int64], from distance: UInt8) -> [Bool] {
      var distance = distance
      return measured.map { line in
        distance = tide_lines_judge(distance, line)
        return tide_lines_are_far(distance) != 0
      }
    }
    #expect(seen([1, 200_000, 1, 1], from: 0) == [false, false, false, false])
    #expect(seen([20, 16, 1, 22, 1, 1], from: 0) == [false, true, false, true, false, false])
    #expect(seen([20, 20, 20, 1, 20, 1, 1], from: 0) == [false, true, true, true, true, true, false])
    #expect(seen([7, 8, 8, 7, 7], from: 1) == [false, false, true, false, false])
    #expect(seen([-1, -1], from: 3) == [true, true], "what is not known is no news")
  }

  /// Drops the last reference of a block on a thread of its own.
  private func releaseElsewhere(_ block: UnsafeMutablePointer<tide_block>) {
    nonisolated(unsafe) let block = block
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      tide_block_release(block)
      done.signal()
    }
    done.wait()
  }

  @Test(.enabled(if: tide_lines_can_evict() != 0))
  func `one block in 61 is measured, if another thread returned it with a frame that is long enough`() {
    let pool = FramePool(crossing: true, keepBytes: 16 << 10)
    /// Takes blocks until one is to be measured, and gives it with a frame of so many bytes.
    func marked(frame bytes: UInt32) -> (block: UnsafeMutablePointer<tide_block>, taken: Int) {
      var taken = 0
      while true {
        let block = pool.take(4_096)!
        taken += 1
        tide_block_frame(block).pointee.frame_len = bytes
        if block.pointee.probe != 0 { return (block, taken) }
        tide_block_release(block)
      }
    }
    let first = marked(frame: 0)
    #expect(first.taken == 61)
    tide_block_release(first.block)
    let own = marked(frame: 4_096).block
    tide_block_release(own)
    #expect(own.pointee.probe == 1, "its own thread has it near")
    let short = marked(frame: 1_000).block
    releaseElsewhere(short)
    #expect(short.pointee.probe == 1, "too short to tell")
    let (long, taken) = marked(frame: 4_096)
    #expect(taken == 61)
    releaseElsewhere(long)
    #expect(long.pointee.probe == 2)
    let frame = UnsafeMutableRawPointer(tide_block_bytes(long)!)
    frame.storeBytes(of: 1, toByteOffset: 64 * 5, as: UInt64.self)
    // It rests among the others until it is taken again, and is measured then.
    for _ in 0..<8 {
      let block = pool.take(4_096)!
      if block == long { break }
      tide_block_release(block)
    }
    #expect(long.pointee.probe == 0)
    #expect(frame.load(fromByteOffset: 64 * 5, as: UInt64.self) == 0, "a word of each line was written")
    tide_block_release(long)
  }

  @Test func `frames that another thread returns hold what is written into them next`() {
    let pool = FramePool(crossing: true, keepBytes: 1 << 20)
    let producer = Parker(clock: SystemClock()), consumer = Parker(clock: SystemClock())
    let ring = FrameRing(capacityFrames: 16, capacityBytes: 1 << 20, producer: producer, consumer: consumer, input: 0)
    let count = 4_000 as UInt64, words = 1_024
    let reader = DispatchQueue(label: "reader")
    nonisolated(unsafe) var damaged = 0
    reader.async {
      var number = 0 as UInt64
      while number < count {
        guard let entry = ring.pop() else {
          sched_yield()
          continue
        }
        let block = UnsafeMutablePointer<tide_block>(bitPattern: UInt(entry.ref))!
        let held = UnsafeRawPointer(tide_block_bytes(block)!).assumingMemoryBound(to: UInt64.self)
        // The first line has the length of the frame.
        if !(8..<words).allSatisfy({ held[$0] == number &+ UInt64($0) }) { damaged += 1 }
        number += 1
        tide_block_release(block)
      }
    }
    for number in 0..<count {
      let block = pool.take(words * 8)!
      let bytes = UnsafeMutableRawPointer(tide_block_bytes(block)!)
      let held = bytes.assumingMemoryBound(to: UInt64.self)
      for k in 8..<words { held[k] = number &+ UInt64(k) }
      tide_block_frame(block).pointee.frame_len = UInt32(words * 8)
      let entry = tide_entry(ref: UInt64(UInt(bitPattern: block)), len: 100, kind: UInt16(TIDE_ENTRY_FRAME), flags: 0)
      while !ring.push(entry) { sched_yield() }
    }
    reader.sync {}
    #expect(damaged == 0)
  }
}
