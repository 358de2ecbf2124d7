import CTidemill
import Glibc

/// Room for one frame of the plugin's, with a page behind it that nobody may touch.
struct ProxySlot {
  let port: UInt32
  let bytes: UnsafeMutablePointer<UInt8>
  let capacity: UInt64
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  /// What a host's frame may hold before the plugin has written to it.
  private static let garbage: Int32 = 0xA5
  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// nil when there is no memory.
  init?(port: UInt32, bytes wanted: UInt64) {
    self.port = port
    capacity = (max(wanted, 64) + 63) & ~63
    let room = (Int(capacity) + Self.page - 1) / Self.page * Self.page
    mappedBytes = room + Self.page
    guard let made = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), made != MAP_FAILED
    else {
      return nil
    }
    mapping = made
    mprotect(made + room, Self.page, PROT_NONE)
    let start = made + (room - Int(capacity))
    memset(start, Self.garbage, Int(capacity))
    bytes = start.assumingMemoryBound(to: UInt8.self)
  }

  func free() { munmap(mapping, mappedBytes) }

  /// Takes over what an older, smaller slot holds.
  func copy(from other: ProxySlot) { bytes.update(from: other.bytes, count: Int(min(other.capacity, capacity))) }
}
