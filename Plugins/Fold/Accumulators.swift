import PluginKit

/// The accumulators of all keys, by the keys' numbers.
///
/// An accumulator keeps the type of its first value that is not null; an int becomes a double where one comes.
final class Accumulators {
  private struct Cell {
    var type: ColumnType?
    /// Of a text: where its block is, which begins with its length and its room (Int32 each).
    var word: UInt64 = 0
  }

  /// Accumulators of a key.
  let width: Int
  private var cells: UnsafeMutablePointer<Cell>
  private var capacity = 64
  private var textBytes = 0

  private static let headBytes = 8

  init(width: Int) {
    self.width = width
    cells = .allocate(capacity: capacity * width)
    cells.initialize(repeating: Cell(), count: capacity * width)
  }

  deinit {
    for at in 0..<capacity * width { free(cells + at) }
    cells.deallocate()
  }

  var byteCount: Int { capacity * width * MemoryLayout<Cell>.stride + textBytes }

  func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    let size = max(limit, capacity * 2)
    let larger = UnsafeMutablePointer<Cell>.allocate(capacity: size * width)
    larger.update(from: cells, count: capacity * width)
    (larger + capacity * width).initialize(repeating: Cell(), count: (size - capacity) * width)
    cells.deallocate()
    (cells, capacity) = (larger, size)
  }

  /// Makes all accumulators of a key null.
  func clear(_ key: UInt32) {
    for index in 0..<width {
      let cell = cells + (Int(key) * width + index)
      free(cell)
      cell.pointee = Cell()
    }
  }

  /// An accumulator's value, until it is set.
  @inline(__always)
  func value(_ key: UInt32, _ index: Int) -> FoldValue {
    let cell = cells[Int(key) &* width &+ index]
    guard let type = cell.type, type.hasHeap else { return FoldValue(type: cell.type, word: cell.word) }
    return FoldValue(type: type, bytes: Self.bytes(cell.word))
  }

  /// The type of an accumulator's value, nil for null, and the value where it has 8 bytes.
  @inline(__always)
  func word(_ key: UInt32, _ index: Int) -> (type: ColumnType?, word: UInt64) {
    let cell = cells[Int(key) &* width &+ index]
    return (cell.type, cell.word)
  }

  /// The value as the accumulator takes it; nil when it is of another type.
  @inline(__always)
  func fitted(_ value: FoldValue, _ key: UInt32, _ index: Int) -> FoldValue? {
    guard let type = cells[Int(key) &* width &+ index].type, let given = value.type, given != type else { return value }
    if type == .double, given == .int {
      return FoldValue(type: .double, word: Double(Int64(bitPattern: value.word)).bitPattern)
    }
    return type == .int && given == .double ? value : nil
  }

  /// Takes a value; true when that is another one, bit by bit, but for NaN, which is one value.
  @inline(__always)
  func set(_ value: FoldValue, _ key: UInt32, _ index: Int) -> Bool {
    let cell = cells + (Int(key) &* width &+ index)
    guard value.type?.hasHeap == true || cell.pointee.type?.hasHeap == true else {
      let old = cell.pointee
      cell.pointee = Cell(type: value.type, word: value.word)
      if old.type == value.type, old.word == value.word { return false }
      return !(old.type == .double && value.type == .double && Self.isNaN(old.word) && Self.isNaN(value.word))
    }
    return setText(value, cell)
  }

  @inline(__always)
  private static func isNaN(_ word: UInt64) -> Bool { Double(bitPattern: word).isNaN }

  private func setText(_ value: FoldValue, _ cell: UnsafeMutablePointer<Cell>) -> Bool {
    guard value.type?.hasHeap == true else {
      free(cell)
      cell.pointee = Cell(type: value.type, word: value.word)
      return true
    }
    var room = -1
    if cell.pointee.type?.hasHeap == true {
      let old = Self.bytes(cell.pointee.word)
      if cell.pointee.type == value.type, old.count == value.bytes.count, old.elementsEqual(value.bytes) { return false }
      room = Self.room(cell.pointee.word)
    }
    if room < value.bytes.count || room > 4 * value.bytes.count + 64 {
      // What is read may be the accumulator itself, so it goes last.
      let made = allocate(value.bytes.count + value.bytes.count / 4 + 8)
      fill(made, value.bytes)
      free(cell)
      cell.pointee = Cell(type: value.type, word: UInt64(UInt(bitPattern: made)))
    } else {
      fill(Self.block(cell.pointee.word), value.bytes)
      cell.pointee.type = value.type
    }
    return true
  }

  private func allocate(_ room: Int) -> UnsafeMutableRawPointer {
    let made = UnsafeMutableRawPointer.allocate(byteCount: Self.headBytes + room, alignment: 8)
    made.storeBytes(of: Int32(truncatingIfNeeded: room), toByteOffset: 4, as: Int32.self)
    textBytes += Self.headBytes + room
    return made
  }

  private func fill(_ block: UnsafeMutableRawPointer, _ bytes: UnsafeRawBufferPointer) {
    block.storeBytes(of: Int32(truncatingIfNeeded: bytes.count), as: Int32.self)
    if let from = bytes.baseAddress, bytes.count > 0 {
      (block + Self.headBytes).copyMemory(from: from, byteCount: bytes.count)
    }
  }

  private func free(_ cell: UnsafeMutablePointer<Cell>) {
    guard cell.pointee.type?.hasHeap == true else { return }
    textBytes -= Self.headBytes + Self.room(cell.pointee.word)
    Self.block(cell.pointee.word).deallocate()
  }

  private static func block(_ word: UInt64) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: UInt(word))! }
  private static func room(_ word: UInt64) -> Int { Int(block(word).load(fromByteOffset: 4, as: Int32.self)) }
  private static func bytes(_ word: UInt64) -> UnsafeRawBufferPointer {
    let block = block(word)
    return UnsafeRawBufferPointer(start: block + headBytes, count: Int(block.load(as: Int32.self)))
  }
}
