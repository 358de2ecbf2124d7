import Glibc

/// Memory for one frame: 64-byte aligned, and framed by pages that must not be touched, so that a read beyond either end of a
/// whole frame is a crash and not luck. It is never given back: views borrow it beyond the last mention of the object.
final class AlignedBytes {
  let memory: UnsafeMutableRawPointer
  let count: Int

  init(count: Int) {
    let page = 4096
    let room = (count + page - 1) / page * page
    let mapping: UnsafeMutableRawPointer = mmap(
      nil, room + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    mprotect(mapping, page, PROT_NONE)
    mprotect(mapping + page + room, page, PROT_NONE)
    memory = mapping + page + room - count
    self.count = count
  }

  convenience init(_ bytes: UnsafeRawBufferPointer) {
    self.init(count: bytes.count)
    if let start = bytes.baseAddress { memory.copyMemory(from: start, byteCount: bytes.count) }
  }

  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  func copy() -> AlignedBytes { AlignedBytes(raw) }
}
