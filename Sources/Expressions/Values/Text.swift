/// A string: valid UTF-8 that is compared byte by byte, which is code point by code point.
///
/// Swift's own strings compare by canonical equivalence, which the language does not.
public struct Text: Hashable, Sendable {
  /// Valid UTF-8.
  public var utf8: [UInt8]

  public init(utf8: [UInt8]) { self.utf8 = utf8 }
  public init(_ string: String) { utf8 = Array(string.utf8) }
  public var string: String { String(decoding: utf8, as: UTF8.self) }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral value: String) { self.init(value) }
  public var description: String { string }
}

extension Text: Comparable {
  public static func < (one: Text, other: Text) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }
}
