import Glibc

/// Memory for one frame: 64-byte aligned, and framed by pages that must not be touched, so that a read beyond either end of a
/// whole frame is a crash and not luck.
final class AlignedBytes {
  let memory: UnsafeMutableRawPointer
  let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let mapped: Int

  init(count: Int) {
    let page = 4096
    let room = (count + page - 1) / page * page
    mapped = room + 2 * page
    mapping = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    mprotect(mapping, page, PROT_NONE)
    mprotect(mapping + page + room, page, PROT_NONE)
    memory = mapping + page + room - count
    self.count = count
  }

  convenience init(_ bytes: UnsafeRawBufferPointer) {
    self.init(count: bytes.count)
    if let start = bytes.baseAddress { memory.copyMemory(from: start, byteCount: bytes.count) }
  }

  deinit { munmap(mapping, mapped) }

  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  func copy() -> AlignedBytes { AlignedBytes(raw) }
}

/// A generator whose whole run follows from its seed.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
