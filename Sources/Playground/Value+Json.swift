import Expressions
import Frames

extension Value {
  /// What plain JSON stands for: integers of 64 bits are int, other numbers double, objects maps.
  ///
  /// Absent values, and times of day, for which the language has no type, are null.
  public init(_ json: VariantReader) {
    switch json.kind {
    case .absent, .null, .dayTime: self = .null
    case .bool: self = .bool(json.bool ?? false)
    case .int: self = .int(json.int ?? 0)
    case .double: self = .double(json.double ?? 0)
    case .decimal: self = .double(json.nearestDouble ?? 0)
    case .string: self = .string(json.string)
    case .binary, .uuid: self = .bytes(json.binary.map { Array($0) } ?? [])
    case .time:
      let (seconds, rest) = (json.time ?? 0).quotientAndRemainder(dividingBy: 1_000_000_000)
      self = .timestamp(
        rest < 0
          ? Timestamp(seconds: seconds - 1, nanoseconds: Int32(rest + 1_000_000_000))
          : Timestamp(seconds: seconds, nanoseconds: Int32(rest)))
    case .array: self = .list((0..<json.count).map { Value(json[$0]) })
    case .object:
      var map = ValueMap()
      json.forEachField { name, value in _ = map.insert(.string(Text(utf8: Array(name))), Value(value)) }
      self = .map(map)
    }
  }
}

extension VariantReader {
  /// A string; empty for other kinds.
  var string: Text { Text(utf8: text.map { Array($0) } ?? []) }

  /// The members of an object by name; the last of equal names is the one that counts.
  var members: [String: VariantReader] {
    var members: [String: VariantReader] = [:]
    forEachField { name, value in members[String(decoding: name, as: UTF8.self)] = value }
    return members
  }
}
