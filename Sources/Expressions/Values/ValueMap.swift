/// A map in the order in which its entries were written or read.
///
/// Keys are bool, int, uint and string; an int and a uint of one number are the same key.
public struct ValueMap: Sendable {
  public private(set) var keys: [Value] = []
  public private(set) var values: [Value] = []
  private var places: [MapKey: Int] = [:]

  public init() {}

  public var count: Int { keys.count }

  /// False when the key is there already, or is of no type that a key may have; nothing is changed then.
  public mutating func insert(_ key: Value, _ value: Value) -> Bool {
    guard let place = MapKey(key), places[place] == nil else { return false }
    places[place] = keys.count
    keys.append(key)
    values.append(value)
    return true
  }

  /// The value of a key; nil also for one that no map can have. A double that is a whole number finds that number.
  public subscript(key: Value) -> Value? {
    guard let place = MapKey(key), let index = places[place] else { return nil }
    return values[index]
  }
}

/// What two equal keys have in common.
enum MapKey: Hashable, Sendable {
  case bool(Bool)
  /// Of an int or a uint: sign and magnitude.
  case number(Int128)
  case string(Text)

  init?(_ value: Value) {
    switch value {
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .number(Int128(value))
    case .uint(let value): self = .number(Int128(value))
    case .double(let value):
      guard let whole = Int128(exactly: value) else { return nil }
      self = .number(whole)
    case .string(let value): self = .string(value)
    default: return nil
    }
  }
}
