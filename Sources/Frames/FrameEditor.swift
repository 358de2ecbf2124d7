import CTidemill
import Glibc

/// Adds to a finished frame what rides beside the event's own columns.
public enum FrameEditor {
  /// The watermark of each row's partition before that row; `Int64.min` where the row is not behind it.
  public enum RowWatermark {
    /// The same for all rows.
    case constant(Int64)
    /// One a row.
    case perRow(UnsafeBufferPointer<Int64>)
  }

  /// A 48-byte descriptor goes in behind the others; everything after moves by 64, so that each alignment is kept.
  private static let gap = 64

  /// Bytes that a constant row watermark adds to any frame.
  public static let constantRowWatermarkRoom = gap + FrameLimits.alignment

  /// Bytes that a row watermark of one value a row adds to this frame, at most.
  public static func rowWatermarkRoom(_ frame: FrameView) -> Int { gap + FrameLimits.aligned(8 * frame.rows) }

  /// Copies a frame to 64-byte aligned memory and gives it a row watermark, in place of the one it may have.
  ///
  /// `bytes` may be the frame's own memory. Gives the new length; 0, and nothing written, when `capacity` is too small or the
  /// frame has 4096 descriptors. Checksums are dropped; the schema stays. The result passes validation when the frame did.
  public static func addRowWatermark(
    _ watermark: RowWatermark, to frame: FrameView, into bytes: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    let source = frame.frame
    let old = frame.byteCount
    let descriptors = frame.descriptorCount
    let replaces = frame.hasRowWatermark
    guard replaces || descriptors < FrameLimits.maxColumns else { return 0 }
    let shift = replaces ? 0 : gap
    let valueBytes: Int
    switch watermark {
    case .constant: valueBytes = 8
    case .perRow(let values):
      precondition(values.count == frame.rows, "a row watermark has one value a row")
      valueBytes = 8 * values.count
    }
    let data = old + shift
    let length = data + FrameLimits.aligned(valueBytes)
    guard length <= capacity, length <= FrameLimits.hardMaxBytes else { return 0 }

    let end = Int(source.pointee.desc) + FrameLimits.descriptorBytes * descriptors
    memmove(bytes + end + shift, UnsafeRawPointer(source) + end, old - end)
    if bytes != UnsafeMutableRawPointer(mutating: source) { memcpy(bytes, source, end) }

    let header = bytes.assumingMemoryBound(to: tide_frame.self)
    let table = (bytes + Int(header.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    let column = replaces ? Int(header.pointee.row_wm) : descriptors
    if !replaces {
      moveOffsets(header: header, table: table, count: descriptors, from: UInt32(end), by: UInt32(shift))
      memset(bytes + end, 0, shift)
      header.pointee.cols += 1
      header.pointee.row_wm = UInt16(column)
    }
    table[column] = descriptor(rows: frame.rows, data: data, bytes: valueBytes)
    switch watermark {
    case .constant(let value):
      (bytes + data).storeBytes(of: value, as: Int64.self)
      table[column].enc = UInt8(TIDE_CONST)
    case .perRow(let values):
      memcpy(bytes + data, values.baseAddress!, valueBytes)
    }
    memset(bytes + data + valueBytes, 0, length - data - valueBytes)
    header.pointee.frame_len = UInt32(length)
    header.pointee.raw_len = UInt32(length)
    header.dropChecksums()
    return length
  }

  /// Corrects every offset that points behind the place where bytes were put in.
  private static func moveOffsets(
    header: UnsafeMutablePointer<tide_frame>, table: UnsafeMutablePointer<tide_column>, count: Int, from: UInt32, by: UInt32
  ) {
    func move(_ offset: inout UInt32) { if offset >= from { offset += by } }
    move(&header.pointee.names)
    for column in 0..<count {
      move(&table[column].name)
      move(&table[column].valid)
      move(&table[column].data)
      move(&table[column].heap)
    }
  }

  private static func descriptor(rows: Int, data: Int, bytes: Int) -> tide_column {
    var column = tide_column()
    column.type = UInt8(TIDE_I64)
    column.role = UInt8(TIDE_NONE_ROLE)
    column.dict = UInt16(TIDE_NONE_COLUMN)
    column.parent = UInt16(TIDE_NONE_COLUMN)
    column.len = UInt32(rows)
    column.data = UInt32(data)
    column.data_len = UInt32(bytes)
    return column
  }
}

extension UnsafeMutablePointer<tide_frame> {
  /// The content changed: the checksums that an earlier carrier stored no longer hold.
  func dropChecksums() {
    pointee.flags &= ~UInt16(TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC)
    pointee.head_crc = 0
    pointee.body_crc = 0
  }
}
