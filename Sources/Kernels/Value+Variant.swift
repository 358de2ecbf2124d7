import Expressions
import Frames

extension Value {
  /// What a variant holds; nil when that is nothing, not even null. Of JSON, integers of 64 bits are int or else uint, and other
  /// numbers double, with all of their digits.
  public init?(_ variant: VariantReader) {
    switch variant.kind {
    case .absent: return nil
    case .null: self = .null
    case .bool: self = .bool(variant.bool ?? false)
    case .int: self = .int(variant.int ?? 0)
    case .double: self = .double(variant.double ?? 0)
    case .decimal:
      guard let decimal = variant.decimal else { return nil }
      self.init(significand: decimal.significand, scale: decimal.scale)
    case .time: self = .timestamp(Timestamp(nanoseconds: variant.time ?? 0))
    case .dayTime:
      // A byte of type, then microseconds of the day.
      guard variant.byteCount == 9, variant.value.count >= 9 else { return nil }
      let micros = variant.value.loadUnaligned(fromByteOffset: 1, as: Int64.self)
      guard let duration = Expressions.Duration(microseconds: micros) else { return nil }
      self = .duration(duration)
    case .string: self = .string(Text(utf8: variant.text.map { Array($0) } ?? []))
    case .binary, .uuid: self = .bytes(variant.binary.map { Array($0) } ?? [])
    case .array: self = .list((0..<variant.count).map { Value(variant[$0]) ?? .null })
    case .object:
      var map = ValueMap()
      variant.forEachField { name, value in _ = map.insert(.string(Text(utf8: Array(name))), Value(value) ?? .null) }
      self = .map(map)
    }
  }
}
