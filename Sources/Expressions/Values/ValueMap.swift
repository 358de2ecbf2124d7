/// A map in the order in which its entries were written or read.
///
/// Keys are bool, int, uint and string; an int and a uint of one number are the same key. Copies share their entries until one
/// of them changes.
public struct ValueMap: Sendable {
  private var entries = Entries()

  public init() {}

  public var keys: [Value] { entries.keys }
  public var values: [Value] { entries.values }
  public var count: Int { entries.keys.count }

  /// False when the key is there already, or is of no type that a key may have; nothing is changed then.
  public mutating func insert(_ key: Value, _ value: Value) -> Bool {
    guard let place = MapKey(key), entries.places[place] == nil else { return false }
    if !isKnownUniquelyReferenced(&entries) { entries = Entries(entries) }
    entries.places[place] = entries.keys.count
    entries.keys.append(key)
    entries.values.append(value)
    return true
  }

  /// The value of a key; nil also for one that no map can have. A double that is a whole number finds that number.
  public subscript(key: Value) -> Value? {
    guard let place = MapKey(key), let index = entries.places[place] else { return nil }
    return entries.values[index]
  }

  /// Changed only while one map alone refers to it.
  private final class Entries: @unchecked Sendable {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [MapKey: Int] = [:]

    init() {}

    init(_ other: Entries) {
      (keys, values, places) = (other.keys, other.values, other.places)
    }
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
    case .exact(let number):
      guard let whole = number.double.map({ Int128(exactly: $0) }) ?? number.significand else { return nil }
      self = .number(whole)
    case .string(let value): self = .string(value)
    default: return nil
    }
  }
}
