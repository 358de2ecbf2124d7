import CHost
import CTidemill

/// Why a frame was refused: the first rule of docs/frames.md that it breaks, and where.
public struct FrameRejection: Error, Equatable, CustomStringConvertible {
  /// Number of the rule.
  public let rule: Int
  /// Descriptor at fault, `nil` when it is the header.
  public let column: Int?
  /// Byte of the frame at fault.
  public let offset: Int
  public let reason: String

  public init(rule: Int, column: Int?, offset: Int, reason: String) {
    self.rule = rule
    self.column = column
    self.offset = offset
    self.reason = reason
  }

  /// What a validation in C found.
  package init(_ found: tide_validation) {
    self.init(
      rule: Int(found.rule), column: found.column < 0 ? nil : Int(found.column), offset: Int(found.offset),
      reason: String(cString: found.reason))
  }

  public var description: String {
    let place = column.map { "byte \(offset), descriptor \($0)" } ?? "byte \(offset)"
    return "frame refused at \(place): \(reason) (rule \(rule))"
  }
}

/// The gate for frames from untrusted hands.
public enum FrameValidator {
  /// Checks the frame at the start of `bytes`, which must be 8-byte aligned and must not change meanwhile, and gives a view of it.
  /// `limit` bounds the frame's length; `peer` keeps the schemas of who sent it. One pass, no allocation unless it throws or the
  /// schema is new.
  @discardableResult
  public static func validate(
    _ bytes: UnsafeRawBufferPointer, limit: Int = FrameLimits.defaultMaxBytes, peer: SchemaInterner? = nil
  ) throws(FrameRejection) -> FrameView {
    var why = tide_validation()
    guard let start = bytes.baseAddress else {
      throw FrameRejection(rule: 1, column: nil, offset: 0, reason: "there are fewer than 128 bytes")
    }
    let status = tide_validate_from(
      start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count), UInt64(max(limit, 0)), peer?.core, &why)
    guard status < 0 else { return FrameView(bytes: start) }
    throw FrameRejection(why)
  }
}
