import CTidemill

/// What a snapshot wrote, and the timers that the host saves beside it.
struct SavedState: Sendable {
  var blobs: [UInt32: [UInt8]] = [:]
  var timers: [ProxyHost.TimerName: Int64] = [:]
  /// Groups that are none.
  var strangers: [UInt32] = []

  var bytes: Int { blobs.values.reduce(0) { $0 + $1.count } }

  /// Why two snapshots of one state differ; nil when they do not. Entries of a table may come in another order, so of equal
  /// length the same bytes in any order count as equal.
  func difference(to other: SavedState) -> String? {
    let groups = Set(blobs.keys).union(other.blobs.keys).sorted()
    for group in groups {
      let (one, two) = (blobs[group] ?? [], other.blobs[group] ?? [])
      let name = group == TIDE_ALL_GROUPS ? "TIDE_ALL_GROUPS" : "group \(group)"
      if one.count != two.count { return "\(name) has \(one.count) bytes and then \(two.count)" }
      if one != two, one.sorted() != two.sorted() { return "the bytes of \(name) differ" }
    }
    return nil
  }
}

/// Takes what a snapshot writes.
final class StateSink {
  private(set) var state = SavedState()
  private let failsFrom: Int?
  private var writes = 0
  private static let limit = 256 << 20
  private var bytes = 0

  init(failsFrom: Int?) { self.failsFrom = failsFrom }

  func write(_ group: UInt32, _ bytes: UnsafeRawPointer?, _ length: UInt64) -> tide_status {
    defer { writes += 1 }
    if let failsFrom, writes >= failsFrom { return TIDE_E_FATAL }
    if group >= UInt32(TIDE_KEY_GROUPS), group != TIDE_ALL_GROUPS { state.strangers.append(group) }
    self.bytes += Int(clamping: length)
    guard self.bytes <= Self.limit else { return TIDE_E_FATAL }
    state.blobs[group, default: []] += UnsafeRawBufferPointer(start: bytes, count: Int(length))
    return TIDE_OK
  }
}

/// Gives the bytes of a blob, at most `chunk` at a time.
final class StateSource {
  private let bytes: [UInt8]
  private let chunk: Int
  private var at = 0

  init(_ bytes: [UInt8], chunk: Int) {
    self.bytes = bytes
    self.chunk = chunk
  }

  func read(_ into: UnsafeMutableRawPointer?, _ length: UInt64) -> Int64 {
    let count = min(bytes.count - at, Int(clamping: length), chunk)
    if let into, count > 0 {
      bytes[at..<at + count].withUnsafeBytes { into.copyMemory(from: $0.baseAddress!, byteCount: count) }
    }
    at += count
    return Int64(count)
  }
}
