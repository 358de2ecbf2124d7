/// What a full edge does.
public enum WhenFull: String, Sendable, CaseIterable {
  /// The producer waits.
  case block
  /// What has waited longest makes room.
  case dropOldest = "drop_oldest"
  /// What comes is dropped.
  case dropNewest = "drop_newest"
  /// The fuller it is, the smaller the share of the rows that it takes.
  case sample
}

/// What decides whether a sample keeps a row.
public enum SampleBy: String, Sendable, CaseIterable { case id, key }

/// Bounds of each edge into a node, or of one of them, and what becomes of more.
public struct BufferPlan: Sendable, Equatable {
  /// Most frames that wait.
  public var frames: Int
  /// Most bytes that wait.
  public var bytes: Int
  public var whenFull: WhenFull
  public var sampleBy: SampleBy
  /// Of `adaptive`: how long what waits may take the reader. `whenFull` is then what happens when that does not suffice.
  public var targetNanoseconds: Int64?

  /// What an edge has when the manifest says nothing.
  public static let defaultFrames = 64
  public static let defaultBytes = 4 << 20
  public static let defaultTargetNanoseconds: Int64 = 1_000_000_000
  static let framesRange = 1...65_536
  static let bytesRange: ClosedRange<Int64> = (64 << 10)...(1 << 40)
  static let targetRange: ClosedRange<Int64> = 1_000_000...3_600_000_000_000

  public init(
    frames: Int = defaultFrames, bytes: Int = defaultBytes, whenFull: WhenFull = .block, sampleBy: SampleBy = .id,
    targetNanoseconds: Int64? = nil
  ) {
    self.frames = frames
    self.bytes = bytes
    self.whenFull = whenFull
    self.sampleBy = sampleBy
    self.targetNanoseconds = targetNanoseconds
  }

  /// Rows may be left out, so results depend on when they arrive.
  public var drops: Bool { whenFull != .block }
}

/// `buffer` as written: for all edges into the node, and for some of them.
public struct BufferSource: Sendable, Equatable {
  /// The edges that a reference under `inputs` names, as `from` would.
  public struct Input: Sendable, Equatable {
    public var reference: NodeReference
    public var plan: BufferPlan
    /// Where its policy stands, or the input itself.
    public var policyLocation: SourceLocation
  }
  public var plan = BufferPlan()
  public var policyLocation: SourceLocation
  public var inputs: [Input] = []
}
