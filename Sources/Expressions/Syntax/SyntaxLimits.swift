/// How long and how deep an expression may be.
///
/// Depth is that of the parsed tree, and of parentheses: every operator, call, selection and bracket around a part of the
/// expression counts as one. Chains of `&&` and of `||` become balanced trees, and of a chain of arithmetic all that is beyond a few
/// dozen terms becomes one node, so that they may have any number of terms; a chain of comparisons, of `?:` or of calls counts one
/// for each of its terms. All that walks the tree may therefore recurse.
public struct SyntaxLimits: Sendable, Hashable {
  public var bytes = 65_536
  public var depth = 250

  public init() {}

  public init(bytes: Int, depth: Int) {
    self.bytes = bytes
    self.depth = depth
  }
}

/// Which dialect an expression is written in.
public struct SyntaxOptions: Sendable, Hashable {
  /// Nothing but what the specification has; else also `has(name)`, true when a variable has a value.
  public var isStrict: Bool

  public init(isStrict: Bool = false) { self.isStrict = isStrict }
}
