import Frames

/// What becomes of a record of a source: which of its fields are columns of which type, and what else is kept. Decided once from
/// the whole pipeline, never from traffic.
public struct RecordPlan: Sendable, Equatable {
  public enum Format: String, Sendable, CaseIterable {
    case json, csv, text, frame
  }
  /// The types of columns that a plan can ask for, under the names that `fields:` uses.
  public enum ColumnType: String, Sendable, CaseIterable {
    case bool, int, double, time, string, binary, variant
  }
  /// The part that a column plays beside being a field.
  public enum Role: String, Sendable, CaseIterable {
    case id, eventTime = "event_time", source, type, key
  }
  public enum TimeUnit: String, Sendable, CaseIterable {
    case s, ms, us, ns
    public var nanoseconds: Int64 {
      switch self {
      case .s: 1_000_000_000
      case .ms: 1_000_000
      case .us: 1_000
      case .ns: 1
      }
    }
  }
  public enum TimeMissing: String, Sendable, CaseIterable {
    case dead, ingest
  }
  public struct Column: Sendable, Equatable {
    public var name: String
    public var type: ColumnType
    public var role: Role?
    /// From `fields:`: a value that cannot be cast sends the record to `dead`. Otherwise it stays in the rest, the column is
    /// null for that row, and the mismatch is counted.
    public var declared: Bool
    /// Somebody reads every value of the field: what the column cannot hold, and explicit nulls, stay in the rest, also where the
    /// plan keeps no other fields.
    public var isExact = false
    /// Of csv: somebody takes cells for numbers, so those that are numbers stay some in a variant; all others are strings.
    public var hasNumbers = false
    public init(_ name: String, _ type: ColumnType, role: Role? = nil, declared: Bool = false) {
      self.name = name
      self.type = type
      self.role = role
      self.declared = declared
    }
  }

  public var format: Format = .json
  public var columns: [Column] = []
  /// Keep the fields that are no column in one VARIANT column. Columns that are exact make such a column too, for what is theirs.
  public var rest = false
  /// Keep the record's own bytes beside the row.
  public var verbatim = false
  public var timeUnit: TimeUnit = .ms
  public var timeMissing: TimeMissing = .dead
  /// Sends a row further ahead of its ingest time than this to `dead`; nil = off.
  public var maxAheadNanoseconds: Int64?
  public var maxRecordBytes = 8 << 20
  /// Containers inside each other in values that are kept, the record counted; what is passed over nests as it likes.
  public var maxDepth = 64
  public var maxKeyBytes = 64 << 10
  public var rowsPerFrame = 1024
  public var bytesPerFrame = 64 << 10
  public var csv = CsvLayout()
  /// Longest frame that the format `frame` takes.
  public static let maxFrameBytes = FrameLimits.defaultMaxBytes

  public init() {}
}

/// How records of CSV are laid out.
public struct CsvLayout: Sendable, Equatable {
  /// An ASCII character that `isDelimiter` takes.
  public var delimiter = UInt8(ascii: ",")
  /// Names of the columns in order. Nil: the first record of each partition names them; a sink takes those of its first rows.
  public var columns: [String]?
  public init() {}

  /// True for a character that can stand between fields: no letter, digit, quote or line end.
  public static func isDelimiter(_ character: UInt8) -> Bool {
    guard 0x20..<0x7F ~= character || character == UInt8(ascii: "\t") else { return false }
    let isWord = 0x61...0x7A ~= character | 0x20 || 0x30...0x39 ~= character
    return !isWord && character != UInt8(ascii: "\"")
  }
}

/// How a sink writes rows.
public struct EncodePlan: Sendable, Equatable {
  /// How the content of frames is compressed.
  public enum Compression: String, Sendable, CaseIterable {
    case none, lz4, zstd
  }

  public var format: RecordPlan.Format = .json
  public var csv = CsvLayout()
  public var compression: Compression = .none
  /// Form of times that are no mapped field; nil = RFC 3339 UTC.
  public var timeFormat: RecordPlan.TimeUnit?
  /// Write a row that still carries its record from those bytes.
  public var verbatim = false
  public init() {}
}
