extension Value {
  /// What `type()` says of the value.
  public var typeName: TypeName {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double, .exact: .double
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    case .list: .list
    case .map: .map
    case .optional: .optional
    case .type: .type
    case .network(let value): value.prefix == nil ? .ip : .cidr
    }
  }

  /// The type that a variable with this value has for the checker; elements of lists and maps may be of any.
  public var staticType: ValueType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double, .exact: .double
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .optional: .optional(.dyn)
    case .type: .type(.dyn)
    case .network: .opaque(typeName.rawValue)
    }
  }

  /// False for null, zero, the empty and the absent: what `optional.ofNonZeroValue` leaves out.
  var isNonZero: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .uint(let value): value != 0
    case .double(let value): value != 0
    case .exact(let number): number.significand != 0
    case .string(let value): !value.utf8.isEmpty
    case .bytes(let value): !value.isEmpty
    case .timestamp(let value): value != Timestamp(seconds: 0)
    case .duration(let value): value != Duration(seconds: 0)
    case .list(let values): !values.isEmpty
    case .map(let map): map.count > 0
    case .optional(let optional): optional.value != nil
    case .type, .network: true
    }
  }
}
