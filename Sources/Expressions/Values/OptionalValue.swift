/// A value that may be missing: `optional.of(x)` and `optional.none()`.
public final class OptionalValue: Sendable {
  public let value: Value?

  public init(_ value: Value?) { self.value = value }

  public static let none = OptionalValue(nil)
}
