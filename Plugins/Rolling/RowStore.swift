import PluginKit

/// The windows of all keys, by the keys' numbers, and how rows lie in memory.
final class RowStore {
  /// One row: its event time, the mask of its tracks, its values, what they are where some are mixed (a byte each, in words of 8), and
  /// the record where it is in the front.
  static let maskAt = 8, valuesAt = 16

  private(set) var tracks: UnsafeMutableBufferPointer<Track>
  private(set) var keys: UnsafeMutablePointer<KeyRows>
  private(set) var keyCapacity = 64
  let arguments: Int
  /// By argument, as far as it is known.
  private(set) var forms: [ValueForm?]
  /// True once the values of an argument are mixed.
  private(set) var hasKinds = false
  private(set) var recordAt = 0
  private var rowBytes = 0
  private var recordBytes = 0
  private(set) var byteCount = 0
  /// Room for the record of one whole window.
  private(set) var total = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
  /// Orders the rows of one key.
  private var places: [(time: Int64, place: Int32)] = []

  init(_ plan: MovingPlan) {
    tracks = .allocate(capacity: max(plan.tracks.count, 1))
    _ = tracks.initialize(from: plan.tracks)
    tracks = UnsafeMutableBufferPointer(rebasing: tracks[..<plan.tracks.count])
    arguments = plan.arguments.count
    forms = plan.arguments.map { _ in nil }
    keys = .allocate(capacity: keyCapacity)
    keys.initialize(repeating: KeyRows(), count: keyCapacity)
    byteCount = keyCapacity * MemoryLayout<KeyRows>.stride
    layOut()
  }

  /// Finds the place of everything in a row and a record.
  private func layOut() {
    recordBytes = 0
    for number in tracks.indices {
      tracks[number].offset = recordBytes
      recordBytes += tracks[number].byteCount
    }
    recordAt = hasKinds ? kindsAt + (arguments + 7) / 8 * 8 : kindsAt
    rowBytes = recordAt + recordBytes
    total.deallocate()
    total = .allocate(byteCount: max(recordBytes, 8), alignment: 8)
  }

  var kindsAt: Int { Self.valuesAt + 8 * arguments }

  deinit {
    for key in 0..<keyCapacity { keys[key].memory?.deallocate() }
    keys.deallocate()
    total.deallocate()
    tracks.baseAddress?.deallocate()
  }

  /// Room for all keys below a number.
  func reserve(_ limit: Int) {
    guard limit > keyCapacity else { return }
    let size = max(limit, keyCapacity * 2)
    let larger = UnsafeMutablePointer<KeyRows>.allocate(capacity: size)
    larger.moveInitialize(from: keys, count: keyCapacity)
    (larger + keyCapacity).initialize(repeating: KeyRows(), count: size - keyCapacity)
    keys.deallocate()
    keys = larger
    byteCount += (size - keyCapacity) * MemoryLayout<KeyRows>.stride
    keyCapacity = size
  }

  // MARK: Rows

  /// The row at a place of the window, the oldest first.
  @inline(__always)
  func row(_ place: Int32, _ key: UnsafeMutablePointer<KeyRows>) -> UnsafeMutableRawPointer {
    let slot = Int((key.pointee.head &+ place) & (key.pointee.capacity &- 1))
    return key.pointee.memory.unsafelyUnwrapped + recordBytes + slot &* rowBytes
  }

  @inline(__always)
  func time(_ place: Int32, _ key: UnsafeMutablePointer<KeyRows>) -> Int64 { row(place, key).load(as: Int64.self) }

  /// Adds a row to the back. The values are to be put where `put` says, before.
  @inline(__always)
  func append(
    _ key: UnsafeMutablePointer<KeyRows>, time: Int64, mask: UInt64, values: (_ argument: Int) -> UInt64,
    kinds: (_ argument: Int) -> UInt8
  ) {
    if key.pointee.count == key.pointee.capacity { grow(key) }
    let row = row(key.pointee.count, key)
    key.pointee.count &+= 1
    row.storeBytes(of: time, as: Int64.self)
    row.storeBytes(of: mask, toByteOffset: Self.maskAt, as: UInt64.self)
    var argument = 0
    while argument < arguments {
      row.storeBytes(of: values(argument), toByteOffset: Self.valuesAt &+ 8 &* argument, as: UInt64.self)
      argument &+= 1
    }
    if hasKinds {
      for argument in 0..<arguments { row.storeBytes(of: kinds(argument), toByteOffset: kindsAt &+ argument, as: UInt8.self) }
    }
    if time < key.pointee.backLeast { key.pointee.backLeast = time }
    add(row, to: key.pointee.memory.unsafelyUnwrapped)
  }

  /// Adds a row's values to a record.
  @inline(__always)
  private func add(_ row: UnsafeMutableRawPointer, to record: UnsafeMutableRawPointer) {
    let mask = row.load(fromByteOffset: Self.maskAt, as: UInt64.self)
    var number = 0
    while number < tracks.count {
      if mask >> UInt64(number) & 1 == 1 {
        let track = tracks.baseAddress.unsafelyUnwrapped + number
        let bits =
          track.pointee.argument.map { row.load(fromByteOffset: Self.valuesAt &+ 8 &* $0, as: UInt64.self) } ?? 0
        let kind = hasKinds ? track.pointee.argument.map { row.load(fromByteOffset: kindsAt &+ $0, as: UInt8.self) } ?? 0 : 0
        track.pointee.add(bits, kind, to: record)
      }
      number &+= 1
    }
  }

  /// Takes the oldest row out.
  @inline(__always)
  func removeFirst(_ key: UnsafeMutablePointer<KeyRows>) {
    if key.pointee.front == 0 { turn(key) }
    drop(key)
  }

  @inline(__always)
  private func drop(_ key: UnsafeMutablePointer<KeyRows>) {
    key.pointee.head = (key.pointee.head &+ 1) & (key.pointee.capacity &- 1)
    key.pointee.front &-= 1
    key.pointee.count &-= 1
  }

  /// Takes all rows out that are not later than a time.
  @inline(__always)
  func removeAll(upTo time: Int64, _ key: UnsafeMutablePointer<KeyRows>) {
    while key.pointee.front > 0, self.time(0, key) <= time { drop(key) }
    if key.pointee.count > key.pointee.front, key.pointee.backLeast <= time { turn(key, without: time) }
  }

  /// Rows of the back are too old: all that is left becomes the front, in the order of times.
  @inline(never)
  private func turn(_ key: UnsafeMutablePointer<KeyRows>, without time: Int64) {
    if !key.pointee.isOrdered { sort(key) }
    while key.pointee.count > 0, self.time(0, key) <= time {
      key.pointee.front = 1
      drop(key)
    }
    turn(key)
  }

  /// All rows become the front.
  @inline(never)
  private func turn(_ key: UnsafeMutablePointer<KeyRows>) {
    sum(key, front: key.pointee.count)
  }

  /// Makes the records of the first rows those of the front, and that of the back one of the others.
  func sum(_ key: UnsafeMutablePointer<KeyRows>, front: Int32) {
    guard let memory = key.pointee.memory else { return }
    var place = front
    var behind: UnsafeMutableRawPointer?
    while place > 0 {
      place &-= 1
      let row = row(place, key)
      let record = row + recordAt
      if let behind {
        record.copyMemory(from: behind, byteCount: recordBytes)
      } else {
        record.initializeMemory(as: UInt8.self, repeating: 0, count: recordBytes)
      }
      add(row, to: record)
      behind = record
    }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: recordBytes)
    key.pointee.backLeast = .max
    place = front
    while place < key.pointee.count {
      let row = row(place, key)
      key.pointee.backLeast = min(key.pointee.backLeast, row.load(as: Int64.self))
      add(row, to: memory)
      place &+= 1
    }
    key.pointee.front = front
  }

  /// Puts rows into the order of their times, and of equal times into that in which they came.
  private func sort(_ key: UnsafeMutablePointer<KeyRows>) {
    places.removeAll(keepingCapacity: true)
    for place in 0..<key.pointee.count { places.append((time(place, key), place)) }
    places.sort { $0.time != $1.time ? $0.time < $1.time : $0.place < $1.place }
    let made = allocate(key.pointee.capacity)
    for (index, entry) in places.enumerated() {
      (made + recordBytes + index * rowBytes).copyMemory(from: row(entry.place, key), byteCount: rowBytes)
    }
    release(key)
    key.pointee.memory = made
    key.pointee.head = 0
    key.pointee.isOrdered = true
  }

  /// Makes `total` what all rows of a key add up to.
  @inline(__always)
  func sum(_ key: UnsafeMutablePointer<KeyRows>) {
    guard recordBytes > 0 else { return }
    total.copyMemory(from: key.pointee.memory.unsafelyUnwrapped, byteCount: recordBytes)
    guard key.pointee.front > 0 else { return }
    let front = row(0, key) + recordAt
    var number = 0
    while number < tracks.count {
      tracks.baseAddress.unsafelyUnwrapped[number].merge(front, into: total)
      number &+= 1
    }
  }

  // MARK: Keys

  /// The key has no rows; it keeps its memory.
  func clear(_ key: UnsafeMutablePointer<KeyRows>) {
    let (memory, capacity) = (key.pointee.memory, key.pointee.capacity)
    memory?.initializeMemory(as: UInt8.self, repeating: 0, count: recordBytes)
    key.pointee = KeyRows()
    (key.pointee.memory, key.pointee.capacity) = (memory, capacity)
  }

  /// Gives the memory of a key back.
  func forget(_ key: UnsafeMutablePointer<KeyRows>) {
    release(key)
    key.pointee = KeyRows()
  }

  /// The values of an argument have this form from now on, those that are kept included.
  func learn(_ argument: Int, _ form: ValueForm) {
    let before = forms[argument]
    forms[argument] = form
    if form == .mixed { return mix(argument, before) }
    for number in tracks.indices where tracks[number].argument == argument { tracks[number].form = form }
    guard before == .int, form == .double else { return }
    for number in 0..<keyCapacity {
      let key = keys + number
      for place in 0..<key.pointee.count {
        let at = row(place, key) + Self.valuesAt + 8 * argument
        at.storeBytes(of: Double(at.load(as: Int64.self)).bitPattern, as: UInt64.self)
      }
      sum(key, front: key.pointee.front)
    }
  }

  /// The values of an argument have a kind each: rows and records become longer.
  private func mix(_ argument: Int, _ before: ValueForm?) {
    let (record, length, kept) = (recordBytes, rowBytes, recordAt)
    hasKinds = true
    for number in tracks.indices where tracks[number].argument == argument { tracks[number].form = .mixed }
    layOut()
    let kind = before == .int ? ValueForm.Kind.int : .double
    for number in 0..<keyCapacity {
      let key = keys + number
      guard let memory = key.pointee.memory else { continue }
      let made = allocate(key.pointee.capacity)
      for place in 0..<key.pointee.count {
        let slot = Int((key.pointee.head &+ place) & (key.pointee.capacity &- 1))
        let row = made + recordBytes + Int(place) * rowBytes
        row.initializeMemory(as: UInt8.self, repeating: 0, count: recordAt)
        row.copyMemory(from: memory + record + slot * length, byteCount: kept)
        row.storeBytes(of: kind.rawValue, toByteOffset: kindsAt + argument, as: UInt8.self)
      }
      byteCount -= record + Int(key.pointee.capacity) * length
      memory.deallocate()
      (key.pointee.memory, key.pointee.head) = (made, 0)
      sum(key, front: key.pointee.front)
    }
  }

  // MARK: Memory

  private func allocate(_ capacity: Int32) -> UnsafeMutableRawPointer {
    let bytes = recordBytes + Int(capacity) * rowBytes
    byteCount += bytes
    let made = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 8)
    made.initializeMemory(as: UInt8.self, repeating: 0, count: recordBytes)
    return made
  }

  private func release(_ key: UnsafeMutablePointer<KeyRows>) {
    guard let memory = key.pointee.memory else { return }
    byteCount -= recordBytes + Int(key.pointee.capacity) * rowBytes
    memory.deallocate()
    key.pointee.memory = nil
  }

  @inline(never)
  func grow(_ key: UnsafeMutablePointer<KeyRows>) {
    let capacity = max(4, key.pointee.capacity * 2)
    let made = allocate(capacity)
    if let memory = key.pointee.memory {
      made.copyMemory(from: memory, byteCount: recordBytes)
      for place in 0..<key.pointee.count {
        (made + recordBytes + Int(place) * rowBytes).copyMemory(from: row(place, key), byteCount: rowBytes)
      }
      release(key)
    }
    (key.pointee.memory, key.pointee.capacity, key.pointee.head) = (made, capacity, 0)
  }
}
