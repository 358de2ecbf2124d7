import PluginKit

/// For each key its last row: when it was, and what made rows take from it.
final class KeyGaps {
  struct Last {
    var time: Int64 = 0
    var step: Int64 = 0
    /// Its row in the frame in progress; -1 when it is saved.
    var row: Int32 = -1
    var isThere = false
    var isDue = false
  }

  let keys = KeyTable()
  private let scale: StepScale
  private let maxGap: Int64
  /// By number of the key.
  private(set) var last = UnsafeMutablePointer<Last>.allocate(capacity: 64)
  private var capacity = 64
  /// Of each key that has one, the values of the fields, each behind its length (UInt32).
  private var saved: [[UInt8]] = []
  private(set) var savedBytes = 0
  /// Keys by the step that follows their last row, or one that it was before.
  private var due = DueKeys()
  private var swept = 0

  init(_ scale: StepScale, maxGap: Int64) {
    self.scale = scale
    self.maxGap = maxGap
    last.initialize(repeating: Last(), count: capacity)
  }

  deinit { last.deallocate() }

  var byteCount: Int {
    keys.byteCount + capacity * MemoryLayout<Last>.stride + savedBytes + saved.count * 24 + due.byteCount
  }

  /// The number of a key, with room for it.
  @inline(__always)
  func number(of key: UnsafeRawBufferPointer) -> UInt32 {
    let number = keys.number(of: key)
    if Int(number) >= capacity { grow(to: keys.limit) }
    return number
  }

  /// Makes room for all keys that there are.
  func reserve() { if keys.limit > capacity { grow(to: keys.limit) } }

  func isThere(_ key: UInt32) -> Bool { Int(key) < capacity && last[Int(key)].isThere }

  private func grow(to limit: Int) {
    let size = max(limit, 2 * capacity)
    let larger = UnsafeMutablePointer<Last>.allocate(capacity: size)
    larger.update(from: last, count: capacity)
    (larger + capacity).initialize(repeating: Last(), count: size - capacity)
    last.deallocate()
    (last, capacity) = (larger, size)
  }

  /// A row of a key: its last one from now on.
  @inline(__always)
  func note(_ key: UInt32, time: Int64, step: Int64, row: Int32) {
    let it = last + Int(key)
    if !it.pointee.isThere {
      keys.uses[Int(key)] = 1
      it.pointee.isThere = true
    }
    (it.pointee.time, it.pointee.step, it.pointee.row) = (time, step, row)
    if !it.pointee.isDue {
      it.pointee.isDue = true
      due.push(scale.start(of: step &+ 1), key)
    }
  }

  // MARK: Values

  /// Keeps the values of a key's last row, which is given as bytes.
  func save(_ key: UInt32, _ write: (inout [UInt8]) -> Void) {
    while saved.count <= Int(key) { saved.append([]) }
    savedBytes -= saved[Int(key)].count
    saved[Int(key)].removeAll(keepingCapacity: true)
    write(&saved[Int(key)])
    savedBytes += saved[Int(key)].count
    last[Int(key)].row = -1
  }

  func withSaved<R>(_ key: UInt32, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    guard Int(key) < saved.count else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try saved[Int(key)].withUnsafeBytes(body)
  }

  // MARK: Time

  /// Lets go of keys whose next row would be too far away, and gives the least time at which a row may still be made.
  func bound(at watermark: Int64) -> Int64 {
    while let (time, key) = due.first {
      let it = last + Int(key)
      let (end, isBeyond) = it.pointee.time.addingReportingOverflow(maxGap)
      if !isBeyond, end < watermark {
        due.pop()
        it.pointee = Last()
        keys.uses[Int(key)] = 0
        if Int(key) < saved.count {
          savedBytes -= saved[Int(key)].count
          saved[Int(key)] = []
        }
        continue
      }
      let next = scale.start(of: it.pointee.step &+ 1)
      if next == time { break }
      due.pop()
      due.push(next, key)
    }
    if keys.count > 2 * swept + 64 {
      keys.sweep()
      swept = keys.count
    }
    return due.first?.time ?? .max
  }
}

/// Keys by a time, the earliest first.
struct DueKeys {
  private var entries: [(time: Int64, key: UInt32)] = []

  var first: (time: Int64, key: UInt32)? { entries.first }
  var byteCount: Int { entries.capacity * 16 }

  mutating func push(_ time: Int64, _ key: UInt32) {
    entries.append((time, key))
    var at = entries.count - 1
    while at > 0, entries[at].time < entries[(at - 1) / 2].time {
      entries.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  mutating func pop() {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    entries[0] = last
    var at = 0
    while 2 * at + 1 < entries.count {
      var least = 2 * at + 1
      if least + 1 < entries.count, entries[least + 1].time < entries[least].time { least += 1 }
      if entries[at].time <= entries[least].time { break }
      entries.swapAt(at, least)
      at = least
    }
  }
}
