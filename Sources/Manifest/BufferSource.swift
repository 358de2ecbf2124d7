import PluginManifest

extension EdgeBuffer {
  static let defaultTargetNanoseconds: Int64 = 1_000_000_000
  static let framesRange = 1...65_536
  static let bytesRange: ClosedRange<Int64> = (64 << 10)...(1 << 40)
  static let targetRange: ClosedRange<Int64> = 1_000_000...3_600_000_000_000
}

/// `buffer` as written: for all edges into the node, and for some of them.
public struct BufferSource: Sendable, Equatable {
  /// The edges that a reference under `inputs` names, as `from` would.
  public struct Input: Sendable, Equatable {
    public var reference: NodeReference
    public var plan: EdgeBuffer
    /// Where its policy stands, or the input itself.
    public var policyLocation: SourceLocation
  }
  public var plan = EdgeBuffer()
  public var policyLocation: SourceLocation
  public var inputs: [Input] = []
}
