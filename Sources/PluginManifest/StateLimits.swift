/// How much keyed state an instance may hold, as a manifest asks for it and the engine tells the component.
public struct StateLimits: Sendable, Equatable {
  /// What happens to a key that has no room.
  public enum WhenFull: String, Sendable, CaseIterable {
    /// The pipeline stops with an error.
    case stop
    /// The key that was used longest ago makes room.
    case evictOldest = "evict_oldest"
  }

  /// What a component has when the manifest says nothing.
  public static let defaultBytes: Int64 = 1 << 30

  /// Most bytes of memory.
  public var bytes: Int64
  /// Most keys; nil = as many as fit.
  public var keys: Int64?
  public var whenFull: WhenFull

  public init(bytes: Int64 = defaultBytes, keys: Int64? = nil, whenFull: WhenFull = .stop) {
    self.bytes = bytes
    self.keys = keys
    self.whenFull = whenFull
  }
}
