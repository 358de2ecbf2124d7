/// What a node may keep between calls, as its manifest says it; the component holds itself to it.
public struct StateLimits: Sendable, Equatable {
  /// What happens at a limit.
  public enum WhenFull: String, Sendable, CaseIterable {
    /// The run fails, with the node's name.
    case stop
    /// What was used longest ago makes room, and is counted.
    case evictOldest = "evict_oldest"
  }

  public static let defaultBytes = 1 << 30

  /// Memory, in bytes.
  public var bytes: Int
  /// Keys that something is kept of; nil = as many as fit.
  public var keys: Int?
  public var whenFull: WhenFull

  public init(bytes: Int = defaultBytes, keys: Int? = nil, whenFull: WhenFull = .stop) {
    self.bytes = bytes
    self.keys = keys
    self.whenFull = whenFull
  }
}
