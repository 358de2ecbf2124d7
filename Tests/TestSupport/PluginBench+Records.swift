import CTidemill

/// What a `PluginBench` records.
extension PluginBench {
  public struct Commit {
    public let port: UInt32
    public let frame: OwnedFrame
  }

  /// Rows that left, as a frame that was committed or as rows of one that was forwarded.
  public struct Passed {
    public let port: UInt32
    public let frame: OwnedFrame
    public let rows: [Int]
    /// The component built the frame.
    public let isCommit: Bool
  }

  public struct Forward: Equatable {
    public let port: UInt32
    public let rows: [Int]

    public init(port: UInt32, rows: [Int]) {
      self.port = port
      self.rows = rows
    }
  }

  public struct Reject: Equatable {
    public let row: Int
    public let why: String

    public init(row: Int, why: String) {
      self.row = row
      self.why = why
    }
  }

  public struct Failure: Error, Equatable {
    public let code: tide_status
    public let text: String
    public let configPath: String

    public init(code: tide_status, text: String, configPath: String) {
      self.code = code
      self.text = text
      self.configPath = configPath
    }
  }

  public struct Timer: Equatable {
    public let group: UInt32
    public let id: UInt64
    public let at: Int64
    public let domain: UInt32

    public init(group: UInt32, id: UInt64, at: Int64, domain: UInt32) {
      self.group = group
      self.id = id
      self.at = at
      self.domain = domain
    }
  }

  /// One record that a source gave to the bench's codec, which takes lines.
  public struct Record: Equatable {
    public let partition: UInt32
    public let offset: UInt64
    public let text: String

    public init(partition: UInt32, offset: UInt64, text: String) {
      self.partition = partition
      self.offset = offset
      self.text = text
    }
  }

  /// Bytes that a source gave up, through the bench's codec.
  public struct Buried: Equatable {
    public let partition: UInt32
    public let offset: UInt64
    public let text: String
    public let why: String

    public init(partition: UInt32, offset: UInt64, text: String, why: String) {
      self.partition = partition
      self.offset = offset
      self.text = text
      self.why = why
    }
  }
}
