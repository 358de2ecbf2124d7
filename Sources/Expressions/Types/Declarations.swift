/// The functions and operators of the language and its extensions.
///
/// Sources: github.com/google/cel-spec, doc/langdef.md, and the documentation of the extensions of github.com/google/cel-go.
public enum Declarations {
  /// All of them, by name: ``Operators``, `size`, `math.abs`.
  public static let functions: [String: [Overload]] = {
    var all: [String: [Overload]] = [:]
    for group in [operators, standard, times, strings, math, encoders, network, optionals] {
      all.merge(group) { $0 + $1 }
    }
    return all
  }()

  /// What operators take in addition where int and uint widen to double.
  static let widening: [String: [Overload]] = {
    let mixed: [Overload] = [ValueType.int, .uint].flatMap {
      [Overload.of($0, .double, gives: .double), .of(.double, $0, gives: .double)]
    }
    return Dictionary(
      uniqueKeysWithValues: [Operators.add, Operators.subtract, Operators.multiply, Operators.divide].map { ($0, mixed) })
  }()

  /// The parts before the dot of functions that have one.
  static let namespaces = Set(functions.keys.compactMap { name in name.lastIndex(of: ".").map { String(name[..<$0]) } })

  /// The names that are types.
  static let types: [String: (name: TypeName, type: ValueType)] = {
    var types: [String: (TypeName, ValueType)] = [:]
    for name in TypeName.allCases { types[name.rawValue] = (name, name.type) }
    return types
  }()

  private static let a = ValueType.parameter("A")
  private static let b = ValueType.parameter("B")

  private static let operators: [String: [Overload]] = [
    Operators.add: [
      .of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint), .of(.double, .double, gives: .double),
      .of(.string, .string, gives: .string), .of(.bytes, .bytes, gives: .bytes), .of(.list(a), .list(a), gives: .list(a)),
      .of(.timestamp, .duration, gives: .timestamp), .of(.duration, .timestamp, gives: .timestamp),
      .of(.duration, .duration, gives: .duration),
    ],
    Operators.subtract: [
      .of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint), .of(.double, .double, gives: .double),
      .of(.timestamp, .timestamp, gives: .duration), .of(.timestamp, .duration, gives: .timestamp),
      .of(.duration, .duration, gives: .duration),
    ],
    Operators.multiply: [
      .of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint), .of(.double, .double, gives: .double),
    ],
    Operators.divide: [
      .of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint), .of(.double, .double, gives: .double),
    ],
    Operators.modulo: [.of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint)],
    Operators.equal: [.of(a, a, gives: .bool)],
    Operators.notEqual: [.of(a, a, gives: .bool)],
    Operators.less: comparisons,
    Operators.lessOrEqual: comparisons,
    Operators.greater: comparisons,
    Operators.greaterOrEqual: comparisons,
    Operators.not: [.of(.bool, gives: .bool)],
    Operators.negate: [.of(.int, gives: .int), .of(.double, gives: .double)],
    Operators.isIn: [.of(a, .list(a), gives: .bool), .of(a, .map(a, b), gives: .bool)],
  ]

  /// Numbers compare with numbers of every type.
  private static let comparisons: [Overload] = {
    let numbers: [ValueType] = [.int, .uint, .double]
    let mixed = numbers.flatMap { one in numbers.map { Overload.of(one, $0, gives: .bool) } }
    let others: [ValueType] = [.bool, .string, .bytes, .timestamp, .duration]
    return mixed + others.map { .of($0, $0, gives: .bool) }
  }()

  private static let standard: [String: [Overload]] = [
    "size": [ValueType.string, .bytes, .list(a), .map(a, b)].flatMap { [.of($0, gives: .int), .on($0, gives: .int)] },
    "contains": [.on(.string, .string, gives: .bool)],
    "startsWith": [.on(.string, .string, gives: .bool)],
    "endsWith": [.on(.string, .string, gives: .bool)],
    "matches": [.of(.string, .string, gives: .bool), .on(.string, .string, gives: .bool)],
    "type": [.of(a, gives: .type(a))],
    "dyn": [.of(a, gives: .dyn)],
    "bool": conversions(to: .bool, from: .string),
    "int": conversions(to: .int, from: .uint, .double, .string, .timestamp),
    "uint": conversions(to: .uint, from: .int, .double, .string),
    "double": conversions(to: .double, from: .int, .uint, .string),
    "string": conversions(
      to: .string, from: .bool, .int, .uint, .double, .bytes, .timestamp, .duration, .address, .addresses),
    "bytes": conversions(to: .bytes, from: .string),
    "timestamp": conversions(to: .timestamp, from: .string, .int),
    "duration": conversions(to: .duration, from: .string),
  ]

  private static func conversions(to type: ValueType, from others: ValueType...) -> [Overload] {
    ([type] + others).map { .of($0, gives: type) }
  }

  /// Parts of points in time, in UTC or in a time zone, and of lengths of time.
  private static let times: [String: [Overload]] = {
    let ofTimestamps = ["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"]
    let ofBoth = ["getHours", "getMinutes", "getSeconds", "getMilliseconds"]
    var times: [String: [Overload]] = [:]
    for name in ofTimestamps + ofBoth {
      times[name] = [.on(.timestamp, gives: .int), .on(.timestamp, .string, gives: .int)]
    }
    for name in ofBoth { times[name]?.append(.on(.duration, gives: .int)) }
    return times
  }()

  private static let optionals: [String: [Overload]] = [
    "optional.of": [.of(a, gives: .optional(a))],
    "optional.ofNonZeroValue": [.of(a, gives: .optional(a))],
    "optional.none": [.of(gives: .optional(a))],
    "hasValue": [.on(.optional(a), gives: .bool)],
    "value": [.on(.optional(a), gives: a)],
    "or": [.on(.optional(a), .optional(a), gives: .optional(a))],
    "orValue": [.on(.optional(a), a, gives: a)],
    "first": [.on(.list(a), gives: .optional(a))],
    "last": [.on(.list(a), gives: .optional(a))],
    "optional.unwrap": [.of(.list(.optional(a)), gives: .list(a))],
    "unwrapOpt": [.on(.list(.optional(a)), gives: .list(a))],
  ]
}

extension TypeName {
  /// The type of this name when it is used as a value.
  fileprivate var type: ValueType {
    switch self {
    case .null: .type(.null)
    case .bool: .type(.bool)
    case .int: .type(.int)
    case .uint: .type(.uint)
    case .double: .type(.double)
    case .string: .type(.string)
    case .bytes: .type(.bytes)
    case .list: .type(.list(.dyn))
    case .map: .type(.map(.dyn, .dyn))
    case .type: .type(.type(.dyn))
    case .timestamp: .type(.timestamp)
    case .duration: .type(.duration)
    case .optional: .type(.optional(.dyn))
    case .ip: .type(.address)
    case .cidr: .type(.addresses)
    }
  }
}
