/// A piece of an expression's text, in bytes of UTF-8 from its beginning.
public struct Span: Hashable, Sendable {
  public var start: Int32
  /// One past the last byte.
  public var end: Int32

  public init(_ start: Int, _ end: Int) {
    self.start = Int32(clamping: start)
    self.end = Int32(clamping: end)
  }

  /// From the start of this one to the end of another.
  public func to(_ other: Span) -> Span { Span(Int(start), Int(other.end)) }
}
