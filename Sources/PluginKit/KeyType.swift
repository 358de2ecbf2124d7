import CTidemill
import Frames

/// The type of a key's field in results: that of the column it came in, with the width or the scale of its values.
public struct KeyType: RawRepresentable, Equatable, Sendable {
  public let column: ColumnType
  /// Of a column that needs one: the bytes of a fixed value, `precision << 8 | scale` of a decimal; else 0.
  public let parameter: Int

  public static let string = KeyType(.string)
  public static let variant = KeyType(.variant)

  public init(_ column: ColumnType, parameter: Int = 0) {
    self.column = column
    self.parameter = parameter
  }

  /// Lists and structures are no keys to rely on: their fields are null, whatever the type.
  public init(of column: ColumnView) {
    switch column.type {
    case .list, .structure, nil: self = .string
    case .fixed, .decimal: self.init(column.type!, parameter: Int(tide_col(column.frame, column.index).pointee.param))
    case let type?: self.init(type)
    }
  }

  /// What a snapshot keeps. Nil for what stands for no type.
  public init?(rawValue: UInt32) {
    let parameter = Int(rawValue >> 8)
    guard let column = ColumnType(rawValue: UInt8(truncatingIfNeeded: rawValue)), !column.isNested else { return nil }
    switch column {
    case .fixed: guard (1...0xFFFF).contains(parameter) else { return nil }
    case .decimal: guard (1...38).contains(parameter >> 8), parameter & 0xFF <= parameter >> 8 else { return nil }
    default: guard parameter == 0 else { return nil }
    }
    self.init(column, parameter: parameter)
  }

  public var rawValue: UInt32 { UInt32(column.rawValue) | UInt32(parameter) << 8 }

  /// Digits behind the point of a decimal.
  public var scale: Int { parameter & 0xFF }

  /// The type that holds the values of both.
  public func joined(with other: KeyType) -> KeyType {
    if self == other { return self }
    if isInteger, other.isInteger { return KeyType(.int) }
    switch (column, other.column) {
    case (.double, .float), (.float, .double): return KeyType(.double)
    case (.decimal, .decimal) where scale == other.scale: return parameter > other.parameter ? self : other
    default: return .variant
    }
  }

  private var isInteger: Bool { [.int, .int32, .uint16, .int8].contains(column) }
}

extension KeyType {
  /// Saves the types of a key's fields; nil is a type that is not known yet.
  public static func write(_ types: [KeyType?], _ writer: StateWriter) throws {
    try writer.write(UInt32(truncatingIfNeeded: types.count))
    for type in types { try writer.write(type?.rawValue ?? 0) }
  }

  /// The types of so many fields as they were saved.
  ///
  /// - Parameter holder: who keeps the state, in the plural, for messages: "windows".
  public static func read(_ count: Int, of holder: StaticString, _ reader: StateReader) throws -> [KeyType?] {
    guard try reader.read(UInt32.self) == UInt32(count) else {
      throw PluginError(.state, "the saved \(holder) are by other key fields")
    }
    return try (0..<count).map { _ in
      let number = try reader.read(UInt32.self)
      guard number == 0 || KeyType(rawValue: number) != nil else {
        throw PluginError(.state, "the saved \(holder) have a key field of type \(number)")
      }
      return KeyType(rawValue: number)
    }
  }
}
