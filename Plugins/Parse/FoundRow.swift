import PluginKit

/// What was found in one text: a cell for each field that becomes a column, and the others by name.
///
/// Nothing is allocated for a row once the longest ones have been seen.
final class FoundRow {
  /// One for each name, in order.
  let cells: UnsafeMutableBufferPointer<Found>
  /// Fields that have no cell, in the order in which they stand.
  private(set) var others: [(name: Bytes, value: Found)] = []
  let scratch = Scratch()
  /// A moment near the row's own, in nanoseconds: for times that do not say their year.
  var reference: Int64 = 0

  private var names: NameTable
  private let keepsOthers: Bool
  /// The cell behind the one that was found last: fields mostly come in the order of the row before.
  private var next = 0
  /// Where the parser ended: what is added to that is of one row alone.
  private var parsed = (others: 0, scratch: Scratch.Mark())

  /// - Parameter keepsOthers: false forgets fields that have no cell.
  init(names: [String], keepsOthers: Bool) {
    self.names = NameTable()
    self.keepsOthers = keepsOthers
    cells = .allocate(capacity: names.count)
    cells.initialize(repeating: .absent)
    for name in names {
      var name = name
      name.withUTF8 { _ = self.names.number(of: Bytes($0)) }
    }
  }

  /// One for the same fields.
  init(like other: FoundRow) {
    names = other.names
    keepsOthers = other.keepsOthers
    cells = .allocate(capacity: names.count)
    cells.initialize(repeating: .absent)
  }

  deinit { cells.deallocate() }

  /// Remembers what the parser has found, for `rewind`.
  func endParsing() { parsed = (others.count, scratch.mark) }

  /// Back to what the parser has found, for another row with the same text.
  func rewind() {
    others.removeLast(others.count - parsed.others)
    scratch.drop(to: parsed.scratch)
  }

  /// Forgets the row before.
  func begin() {
    cells.update(repeating: .absent)
    others.removeAll(keepingCapacity: true)
    scratch.reset()
    next = 0
  }

  /// Of a field that comes twice the last one counts.
  func set(_ name: Bytes, _ value: Found) {
    if next < names.count, names[next].isSame(as: name) {
      cells[next] = value
      next += 1
    } else if let number = names.find(name) {
      cells[number] = value
      next = number + 1
    } else if keepsOthers {
      others.append((name, value))
    }
  }

  /// Keeps a value of a cell among the others, because it is of another type than its column.
  func demote(_ name: Bytes, _ value: Found) {
    if keepsOthers { others.append((name, value)) }
  }
}

/// Memory for the texts of one row that do not stand in it as they are.
final class Scratch {
  private var chunks: [UnsafeMutableRawBufferPointer] = []
  private var used = 0

  deinit { for chunk in chunks { chunk.deallocate() } }

  /// How much is taken.
  struct Mark {
    fileprivate var chunks = 0
    fileprivate var used = 0
  }

  var mark: Mark { Mark(chunks: chunks.count, used: used) }

  /// Gives back what was taken since.
  func drop(to mark: Mark) {
    while chunks.count > max(mark.chunks, 1) { chunks.removeLast().deallocate() }
    used = mark.chunks == 0 ? 0 : mark.used
  }

  /// Gives all of it back; what was taken is no longer valid.
  func reset() {
    used = 0
    guard chunks.count > 1 else { return }
    let total = chunks.reduce(0) { $0 + $1.count }
    for chunk in chunks { chunk.deallocate() }
    chunks.removeAll(keepingCapacity: true)
    chunks.append(.allocate(byteCount: total, alignment: 16))
  }

  /// Bytes that stay where they are until `reset`.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if chunks.isEmpty || used + count > chunks[chunks.count - 1].count {
      chunks.append(.allocate(byteCount: max(count, 4096), alignment: 16))
      used = 0
    }
    defer { used += count }
    return UnsafeMutableRawBufferPointer(rebasing: chunks[chunks.count - 1][used..<used + count])
  }

  /// Gives back what the last `take` gave beyond `count`.
  func shrink(_ taken: UnsafeMutableRawBufferPointer, to count: Int) -> Bytes {
    used -= taken.count - count
    return Bytes(rebasing: taken[..<count])
  }
}

/// Names and their numbers, from 0 on in the order in which they came.
struct NameTable {
  /// All names, one behind the other; they move when it grows.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Number + 1 by hash, 0 where there is none; a power of two, at least twice the names.
  private var slots: [UInt32] = Array(repeating: 0, count: 32)

  var count: Int { ends.count }
  /// Bytes of all names.
  var byteCount: Int { bytes.count }

  /// Name of a number. Valid as long as the table does not change.
  subscript(_ number: Int) -> Bytes {
    let start = number == 0 ? 0 : ends[number - 1]
    return bytes.withUnsafeBytes { $0.part(start, ends[number]) }
  }

  /// The number of a name, nil when it is none of them.
  func find(_ name: Bytes) -> Int? {
    let found = slots[place(of: name)]
    return found == 0 ? nil : Int(found) - 1
  }

  /// The number of a name, a new one when it is none of them.
  mutating func number(of name: Bytes) -> Int {
    let place = place(of: name)
    if slots[place] > 0 { return Int(slots[place]) - 1 }
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    slots[place] = UInt32(ends.count)
    if 2 * ends.count > slots.count { grow() }
    return ends.count - 1
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = 0 }
  }

  private func place(of name: Bytes) -> Int {
    // FNV-1a, and the high half folded in.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[place] > 0, !self[Int(slots[place]) - 1].isSame(as: name) { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    for number in 0..<count { slots[place(of: self[number])] = UInt32(number + 1) }
  }
}
