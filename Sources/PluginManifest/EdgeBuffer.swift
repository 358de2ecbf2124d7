/// The queue of an edge, as a manifest asks for it and the engine runs it: how much waits there, and what happens to more.
public struct EdgeBuffer: Sendable, Equatable {
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

  /// What an edge has when the manifest says nothing.
  public static let defaultFrames = 64
  public static let defaultBytes = 4 << 20

  /// Most frames that wait.
  public var frames: Int
  /// Most bytes of memory that what waits takes.
  public var bytes: Int
  public var whenFull: WhenFull
  public var sampleBy: SampleBy
  /// Of `adaptive`: how long what waits may take the reader, whose rate the credit follows; `whenFull` is then what happens when
  /// that does not suffice. nil = the credit stands still.
  public var targetNanoseconds: Int64?

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

  /// Rows may be left out: what comes behind depends on when they arrived.
  public var drops: Bool { whenFull != .block }

  /// `block`, `drop_oldest`, ..., with what belongs to it.
  public var policy: String { (targetNanoseconds == nil ? "" : "adaptive, then ") + fallback }

  /// What happens in the end.
  public var fallback: String { whenFull.rawValue + (whenFull == .sample ? " by \(sampleBy.rawValue)" : "") }
}
