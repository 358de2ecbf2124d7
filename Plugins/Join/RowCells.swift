import PluginKit

/// Values of a row as bytes: for each the number of its field (UInt16), its type, and what the type says.
///
/// A truth is one byte, integers, doubles and times are eight, texts and binaries have their length (UInt32) before them, and
/// variants the number of their key dictionary before that. A field without a value has no cell.
enum RowCells {
  /// The number under which a text stands that is the row's id.
  static let idField = UInt16.max
  private static let headBytes = 3

  struct Cell {
    let field: UInt16
    let type: ColumnType
    /// The eight bytes, or the one.
    let word: UInt64
    let bytes: UnsafeRawBufferPointer
    var dictionary: UInt32 { UInt32(truncatingIfNeeded: word) }
  }

  /// Calls `body` with each cell; false when the bytes are none that were written here, from that cell on.
  @inline(__always)
  @discardableResult
  static func forEach(_ cells: UnsafeRawBufferPointer, _ body: (Cell) throws -> Void) rethrows -> Bool {
    var at = 0
    while at < cells.count {
      guard let (cell, end) = cell(cells, at) else { return false }
      try body(cell)
      at = end
    }
    return true
  }

  @inline(__always)
  private static func cell(_ cells: UnsafeRawBufferPointer, _ at: Int) -> (Cell, Int)? {
    guard cells.count &- at > headBytes else { return nil }
    let field = cells.loadUnaligned(fromByteOffset: at, as: UInt16.self)
    let left = cells.count &- at &- headBytes
    let start = at &+ headBytes
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    switch ColumnType(rawValue: cells[at &+ 2]) {
    case .bool: return (Cell(field: field, type: .bool, word: UInt64(cells[start]), bytes: none), start &+ 1)
    case .int, .double, .time:
      guard left >= 8, let type = ColumnType(rawValue: cells[at &+ 2]) else { return nil }
      let word = cells.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      return (Cell(field: field, type: type, word: word, bytes: none), start &+ 8)
    case .string, .binary:
      guard left >= 4, let type = ColumnType(rawValue: cells[at &+ 2]) else { return nil }
      let count = Int(cells.loadUnaligned(fromByteOffset: start, as: UInt32.self))
      guard left &- 4 >= count else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: cells[start &+ 4..<start &+ 4 &+ count])
      return (Cell(field: field, type: type, word: 0, bytes: bytes), start &+ 4 &+ count)
    case .variant:
      guard left >= 8 else { return nil }
      let dictionary = cells.loadUnaligned(fromByteOffset: start, as: UInt32.self)
      let count = Int(cells.loadUnaligned(fromByteOffset: start &+ 4, as: UInt32.self))
      guard left &- 8 >= count else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: cells[start &+ 8..<start &+ 8 &+ count])
      return (Cell(field: field, type: .variant, word: UInt64(dictionary), bytes: bytes), start &+ 8 &+ count)
    default: return nil
    }
  }

  /// The text that is a row's id; it stands first.
  static func idText(_ cells: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let (cell, _) = cell(cells, 0), cell.field == idField else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return cell.bytes
  }
}

/// Writes cells, one row at a time, into memory that it keeps.
final class CellWriter {
  private var memory = UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 16)
  private var capacity = 1024
  private var count = 0

  deinit { memory.deallocate() }

  var cells: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  func removeAll() { count = 0 }

  func put(_ field: UInt16, _ truth: Bool) {
    head(field, .bool, 1).storeBytes(of: truth ? 1 : 0, as: UInt8.self)
  }

  @inline(__always)
  func put(_ field: UInt16, _ type: ColumnType, word: UInt64) {
    head(field, type, 8).storeBytes(of: word, as: UInt64.self)
  }

  @inline(__always)
  func put(_ field: UInt16, _ type: ColumnType, _ bytes: UnsafeRawBufferPointer) {
    let at = head(field, type, 4 &+ bytes.count)
    at.storeBytes(of: UInt32(truncatingIfNeeded: bytes.count), as: UInt32.self)
    if let from = bytes.baseAddress { (at + 4).copyMemory(from: from, byteCount: bytes.count) }
  }

  func put(_ field: UInt16, variant bytes: UnsafeRawBufferPointer, _ dictionary: UInt32) {
    let at = head(field, .variant, 8 + bytes.count)
    at.storeBytes(of: dictionary, as: UInt32.self)
    at.storeBytes(of: UInt32(truncatingIfNeeded: bytes.count), toByteOffset: 4, as: UInt32.self)
    if let from = bytes.baseAddress { (at + 8).copyMemory(from: from, byteCount: bytes.count) }
  }

  @inline(__always)
  private func head(_ field: UInt16, _ type: ColumnType, _ bytes: Int) -> UnsafeMutableRawPointer {
    if count &+ 3 &+ bytes > capacity { grow(3 + bytes) }
    let at = memory + count
    at.storeBytes(of: field, as: UInt16.self)
    at.storeBytes(of: type.rawValue, toByteOffset: 2, as: UInt8.self)
    count &+= 3 &+ bytes
    return at + 3
  }

  private func grow(_ bytes: Int) {
    capacity = max(capacity * 2, count + bytes)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = larger
  }
}
