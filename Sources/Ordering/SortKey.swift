import PluginKit

/// Place of a row in the order of event time and id, as two numbers; what they leave open, `RowTies` decides.
struct SortKey {
  /// The event time; of a late row the watermark that it came behind.
  var time: Int64
  /// The id, or what it begins with, as a number of the same order.
  var id: UInt64
}

/// The ids of a frame's rows as numbers.
struct RowIDs {
  /// Rows without ids come before those with numbers, and these before those with texts.
  enum Form: UInt8 {
    case none, number, text
  }

  let form: Form
  private let column: ColumnView?
  private let type: ColumnType?

  init(_ frame: FrameView) {
    column = frame.column(role: .id)
    type = column?.type
    form =
      switch type {
      case nil: .none
      case .string, .binary, .fixed: .text
      default: .number
      }
  }

  @inline(__always)
  func key(_ row: Int) -> UInt64 {
    guard let column else { return 0 }
    switch type {
    case .string, .binary, .fixed: return Self.start(of: column.bytes(row))
    case .double, .float: return Self.ordered(column.double(row).bitPattern)
    case .uint64: return column.uint(row)
    default: return UInt64(bitPattern: column.int(row)) ^ 1 << 63
    }
  }

  /// The first eight bytes, the first one most significant.
  private static func start(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    if bytes.count >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) }
    var key: UInt64 = 0
    for (place, byte) in bytes.enumerated() { key |= UInt64(byte) << UInt64(56 - 8 * place) }
    return key
  }

  /// IEEE 754's total order.
  private static func ordered(_ bits: UInt64) -> UInt64 { bits >> 63 == 0 ? bits | 1 << 63 : ~bits }
}
