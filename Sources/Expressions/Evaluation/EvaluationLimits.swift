/// What one evaluation may cost.
public struct EvaluationLimits: Sendable, Hashable {
  /// One for each operation, each element that a macro visits or a list gets, and for 16 bytes written or 64 bytes read.
  public var cost = 1_000_000
  /// Of a string, of bytes, and of a list or a map written out in full.
  public var bytes = 16 << 20

  public init() {}

  public init(cost: Int, bytes: Int) {
    self.cost = cost
    self.bytes = bytes
  }

  /// The same limits, none so large that counting up to it could overflow.
  var countable: EvaluationLimits { EvaluationLimits(cost: min(cost, 1 << 48), bytes: min(bytes, 1 << 48)) }

  /// How deep lists and maps that an expression builds may nest, not counting what variables bring.
  static let nesting = 250
}
