import CTidemill

/// What the values of a column are.
///
/// The first seven are all that a plugin must know; the others save room in storage or come from elsewhere.
@frozen public enum ColumnType: UInt8, Sendable, CaseIterable {
  case bool = 1
  case int
  case double
  /// Nanoseconds since the epoch, UTC.
  case time
  case string
  case binary
  /// A value of any shape in Parquet's Variant encoding; all rows of a column share one key dictionary.
  case variant
  case int32
  case uint16
  case int8
  case float
  /// Bytes, as many in each row as the column's parameter says.
  case fixed
  /// Any number of values of the one column inside it.
  case list
  /// One value of each column inside it.
  case structure
  /// Nanoseconds.
  case duration
  case uint64
  /// A 128-bit integer and a power of ten; the column's parameter is `precision << 8 | scale`.
  case decimal

  /// True for types whose values lie in a heap behind offsets.
  @inlinable public var hasHeap: Bool {
    rawValue >= ColumnType.string.rawValue && rawValue <= ColumnType.variant.rawValue
  }
  /// True for types whose values are those of columns inside the column.
  @inlinable public var isNested: Bool { self == .list || self == .structure }
}

/// How the values of a column are laid out.
@frozen public enum ColumnEncoding: UInt8, Sendable, CaseIterable {
  case flat
  /// A 16-bit code a row into a dictionary of distinct values.
  case dictionary
  /// One value for all rows.
  case constant
  /// Base and step, for 64-bit integers, times and durations.
  case sequence
}

/// The part that a column plays beside being a field.
@frozen public enum ColumnRole: UInt8, Sendable, CaseIterable {
  case id
  case eventTime
  case ingestTime
  case source
  case type
  case key
  case headers
  case rest
}

/// What a frame is for.
@frozen public enum FrameKind: UInt8, Sendable, CaseIterable {
  case data
  case watermark
  case barrier
  case endOfStream
  case idle
  /// Rows for a dead-letter port, laid out as data.
  case error
  /// Filler at the end of a log segment.
  case pad = 255

  /// True for kinds that carry rows.
  @inlinable public var hasRows: Bool { self == .data || self == .error }
}

/// Sizes and limits of frames, in bytes and rows.
public enum FrameLimits {
  /// Size of the header, and of a whole control frame.
  public static let headerBytes = 128
  /// Size of a column descriptor.
  public static let descriptorBytes = 48
  /// Frames and their buffers start at multiples of this.
  public static let alignment = 64
  public static let maxRows = 65536
  public static let maxColumns = 4096
  public static let maxNameBytes = 255
  /// Values that the columns inside others hold together.
  public static let maxNestedValues = 1 << 20
  /// Lists and structures inside each other.
  public static let maxNesting = 16
  /// Longest frame unless the pipeline says otherwise.
  public static let defaultMaxBytes = 16 << 20
  /// Longest frame whatever it says.
  public static let hardMaxBytes = 1 << 30

  /// The least multiple of the alignment that is not below `bytes`.
  @inlinable public static func aligned(_ bytes: Int) -> Int { (bytes &+ 63) & ~63 }
}
