import CHost
import CTidemill

/// A frame's header and columns, read in place.
///
/// The view borrows: the frame must outlive it and stay unchanged, and must have passed validation or come from a builder.
/// Readers of rows and columns are for kinds with `hasRows` only. Every reader is the C function of `frame.h`, inlined.
@frozen public struct FrameView {
  public let frame: UnsafePointer<tide_frame>

  @inlinable public init(_ frame: UnsafePointer<tide_frame>) { self.frame = frame }

  /// Views the frame that starts at `bytes`.
  @inlinable public init(bytes: UnsafeRawPointer) { frame = bytes.assumingMemoryBound(to: tide_frame.self) }

  /// `nil` for a kind that this version does not know.
  @inlinable public var kind: FrameKind? { FrameKind(rawValue: frame.pointee.kind) }
  /// Rows, 1 ... 65536.
  @inlinable public var rows: Int { Int(frame.pointee.rows) }
  /// Columns of the event, dictionaries not counted.
  @inlinable public var columnCount: Int { Int(frame.pointee.top) }
  /// All descriptors: columns, dictionaries and what rides beside them.
  @inlinable public var descriptorCount: Int { Int(frame.pointee.cols) }
  /// Length of the whole frame, a multiple of 64.
  @inlinable public var byteCount: Int { Int(frame.pointee.frame_len) }
  /// The identity stored in the frame; 0 where a builder left it to the host.
  @inlinable public var schemaID: UInt64 { frame.pointee.schema_id }
  /// Source partition or edge.
  @inlinable public var stream: UInt32 { frame.pointee.stream }
  /// Number of the frame in its stream.
  @inlinable public var sequence: UInt64 { frame.pointee.seq }

  /// The whole frame.
  @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: frame, count: byteCount) }

  /// Least and greatest event time in nanoseconds, `nil` without a column of that role.
  @inlinable public var eventTimeRange: ClosedRange<Int64>? {
    tide_role(frame, UInt32(TIDE_ROLE_EVENT_TIME)) < 0 ? nil : frame.pointee.tmin...frame.pointee.tmax
  }

  /// Column `index`; an index of -1 gives the column that is null in every row.
  @inlinable public func column(_ index: Int) -> ColumnView {
    precondition(index >= -1 && index < descriptorCount, "a column is one of the frame's descriptors")
    return ColumnView(frame: frame, index: Int32(truncatingIfNeeded: index))
  }

  /// The column of this name, `nil` when the frame has none. Linear in the columns: resolve once per schema.
  @inlinable public func column(named name: String) -> ColumnView? {
    var name = name
    let index = name.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { tide_find_n(frame, $0.baseAddress, UInt64($0.count)) }
    }
    return index < 0 ? nil : ColumnView(frame: frame, index: index)
  }

  /// The column that plays this role, `nil` when none does.
  @inlinable public func column(role: ColumnRole) -> ColumnView? {
    let index = tide_role(frame, UInt32(role.rawValue))
    return index < 0 ? nil : ColumnView(frame: frame, index: index)
  }

  /// True when each row carries the watermark that stood before it.
  @inlinable public var hasRowWatermark: Bool { frame.pointee.row_wm != 0 }

  /// Watermark of the row's partition before the row, `Int64.min` where the row is not behind it.
  @inlinable public func rowWatermark(_ row: Int) -> Int64 { tide_row_watermark(frame, UInt32(truncatingIfNeeded: row)) }

  /// True when each row carries its original record.
  @inlinable public var hasVerbatim: Bool { frame.pointee.verbatim != 0 }

  /// The row's original record, `nil` when the frame carries none.
  @inlinable public func verbatim(_ row: Int) -> UnsafeRawBufferPointer? {
    let record = tide_verbatim(frame, UInt32(truncatingIfNeeded: row))
    return record.data == nil ? nil : UnsafeRawBufferPointer(start: record.data, count: Int(record.length))
  }
}

/// Identity of a frame's schema: XXH64 of the columns' role, type, parameter, nullability and name. The recipe, byte for byte, is
/// in docs/frames.md.
public func schemaID(of frame: FrameView) -> UInt64 { tide_schema_id(frame.frame) }
