import CHost
import Rings

/// Two threads' parkers and a ring each way, as an edge has them.
private final class Link {
  let near = Parker(clock: SystemClock()), far = Parker(clock: SystemClock())
  let there: FrameRing, back: FrameRing

  init() {
    there = FrameRing(capacityFrames: 440, capacityBytes: 1 << 30, producer: near, consumer: far, input: 0)
    back = FrameRing(capacityFrames: 440, capacityBytes: 1 << 30, producer: far, consumer: near, input: 0)
  }

  static func from(_ context: UnsafeMutableRawPointer) -> Link { Unmanaged<Link>.fromOpaque(context).takeUnretainedValue() }
}

private func put(_ number: UInt64, _ ring: FrameRing) {
  let entry = tide_entry(ref: number, len: 64, kind: UInt16(TIDE_ENTRY_FRAME), flags: 0)
  while !ring.push(entry) {}
}

/// `parker`: the taker's own, to sleep on; nil = it spins.
private func take(_ ring: FrameRing, _ parker: Parker?) -> UInt64 {
  while true {
    if let entry = ring.pop() { return entry.ref }
    if let parker { parker.park { !ring.isEmpty } }
  }
}

@_cdecl("project_link_create")
func create() -> UnsafeMutableRawPointer { Unmanaged.passRetained(Link()).toOpaque() }

@_cdecl("project_link_destroy")
func destroy(_ link: UnsafeMutableRawPointer) { Unmanaged<Link>.fromOpaque(link).release() }

@_cdecl("project_push_all")
func pushAll(_ link: UnsafeMutableRawPointer, _ count: UInt64) {
  let ring = Link.from(link).there
  for number in 0..<count { put(number, ring) }
}

/// The sum of what came.
@_cdecl("project_pop_all")
func popAll(_ link: UnsafeMutableRawPointer, _ count: UInt64) -> UInt64 {
  let ring = Link.from(link).there
  var sum: UInt64 = 0
  for _ in 0..<count { sum &+= take(ring, nil) }
  return sum
}

@_cdecl("project_call")
func call(_ link: UnsafeMutableRawPointer, _ sleeps: Int32) {
  let link = Link.from(link)
  put(1, link.there)
  _ = take(link.back, sleeps == 0 ? nil : link.near)
}

@_cdecl("project_answer")
func answer(_ link: UnsafeMutableRawPointer, _ sleeps: Int32) {
  let link = Link.from(link)
  put(take(link.there, sleeps == 0 ? nil : link.far), link.back)
}
