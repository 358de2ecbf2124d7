import CKernels
import CTidemill
import Expressions

/// A part of an expression that gives a 64-bit value for each row of a chunk.
class NumberNode {
  enum Kind: Hashable {
    case int, uint, double, timestamp, duration, bool
  }

  let kind: Kind
  let register = Register()

  init(_ kind: Kind) { self.kind = kind }

  /// True when it evaluates row by row somewhere.
  var isCostly: Bool { false }

  func run(_ chunk: Chunk) -> Numbers { fatalError("a number node computes") }
}

/// The same value in every row.
final class ConstantNode: NumberNode {
  init(_ kind: Kind, bits: UInt64) {
    super.init(kind)
    for index in 0..<Chunk.limit { register.uints[index] = bits }
  }

  override func run(_ chunk: Chunk) -> Numbers { Numbers(values: UnsafeRawPointer(register.values), states: nil) }
}

/// A column: its own memory where that is laid out as an array, else loaded.
final class ColumnNode: NumberNode {
  private let field: FieldPlace
  private let flatTypes: [UInt32]

  init(_ kind: Kind, _ field: FieldPlace) {
    self.field = field
    switch kind {
    case .int: flatTypes = [UInt32(TIDE_I64)]
    case .uint: flatTypes = [UInt32(TIDE_U64)]
    case .double: flatTypes = [UInt32(TIDE_F64)]
    case .timestamp: flatTypes = [UInt32(TIDE_TIME)]
    case .duration: flatTypes = [UInt32(TIDE_DURATION)]
    case .bool: flatTypes = []
    }
    super.init(kind)
  }

  override func run(_ chunk: Chunk) -> Numbers {
    let column = field.column
    let states = field.states(chunk, into: register.states)
    if chunk.rows.numbers == nil, column >= 0 {
      let descriptor = tide_col(chunk.frame, column)!
      if descriptor.pointee.enc == UInt8(TIDE_FLAT), flatTypes.contains(UInt32(descriptor.pointee.type)) {
        let data = UnsafeRawPointer(tide_at(chunk.frame, descriptor.pointee.data)!)
        return Numbers(values: data + 8 * Int(chunk.rows.first), states: states)
      }
    }
    switch kind {
    case .double: tide_k_load_f64(chunk.frame, column, chunk.rows, register.doubles)
    case .uint: tide_k_load_u64(chunk.frame, column, chunk.rows, register.uints)
    default: tide_k_load_i64(chunk.frame, column, chunk.rows, register.ints)
    }
    return Numbers(values: UnsafeRawPointer(register.values), states: states)
  }
}

/// The numbers of a column of values of any type, as doubles. Rows with others have none: the expression asks again there.
final class VariantNumberNode: NumberNode {
  private let field: FieldPlace

  init(_ field: FieldPlace) {
    self.field = field
    super.init(.double)
  }

  override func run(_ chunk: Chunk) -> Numbers {
    let isLacking = tide_k_load_variant_f64(chunk.frame, field.column, chunk.rows, register.doubles, register.states)
    if isLacking != 0 { field.findNulls(chunk, register.states) }
    return Numbers(
      values: UnsafeRawPointer(register.values), states: isLacking != 0 ? UnsafePointer(register.states) : nil)
  }
}

/// An int or a uint as the nearest double.
final class WideningNode: NumberNode {
  private let operand: NumberNode

  init(_ operand: NumberNode) {
    self.operand = operand
    super.init(.double)
  }

  override var isCostly: Bool { operand.isCostly }

  override func run(_ chunk: Chunk) -> Numbers {
    let input = operand.run(chunk)
    if operand.kind == .uint {
      tide_k_widen_u64(input.uints, register.doubles, chunk.count)
    } else {
      tide_k_widen_i64(input.ints, register.doubles, chunk.count)
    }
    return Numbers(values: UnsafeRawPointer(register.values), states: input.states)
  }
}

/// An operand to which null is a mistake, where the same number comes out.
final class NonNullNode: NumberNode {
  private let operand: NumberNode

  init(_ operand: NumberNode) {
    self.operand = operand
    super.init(operand.kind)
  }

  override var isCostly: Bool { operand.isCostly }

  override func run(_ chunk: Chunk) -> Numbers {
    var numbers = operand.run(chunk)
    guard numbers.states != nil else { return numbers }
    tide_k_both(numbers.states, nil, register.states, chunk.count)
    numbers.states = UnsafePointer(register.states)
    return numbers
  }
}

/// Two operands of one kind.
final class ArithmeticNode: NumberNode {
  private let operation: UInt32
  private let left: NumberNode
  private let right: NumberNode
  private let failed = Register()

  init(_ operation: UInt32, _ left: NumberNode, _ right: NumberNode) {
    self.operation = operation
    self.left = left
    self.right = right
    super.init(left.kind)
  }

  override var isCostly: Bool { left.isCostly || right.isCostly }

  override func run(_ chunk: Chunk) -> Numbers {
    let a = left.run(chunk)
    let b = right.run(chunk)
    var wrong = false
    switch kind {
    case .double: tide_k_arithmetic_f64(operation, a.doubles, b.doubles, register.doubles, chunk.count)
    case .uint:
      wrong = tide_k_arithmetic_u64(operation, a.uints, b.uints, register.uints, failed.states, chunk.count) != 0
    default: wrong = tide_k_arithmetic_i64(operation, a.ints, b.ints, register.ints, failed.states, chunk.count) != 0
    }
    var states: UnsafePointer<UInt8>?
    if a.states != nil || b.states != nil {
      tide_k_both(a.states, b.states, register.states, chunk.count)
      states = UnsafePointer(register.states)
    }
    if wrong {
      tide_k_both(states, failed.states, register.states, chunk.count)
      states = UnsafePointer(register.states)
    }
    return Numbers(values: UnsafeRawPointer(register.values), states: states)
  }
}

/// The negative of an int or a double.
final class NegationNode: NumberNode {
  private let operand: NumberNode
  private let failed = Register()

  init(_ operand: NumberNode) {
    self.operand = operand
    super.init(operand.kind)
  }

  override var isCostly: Bool { operand.isCostly }

  override func run(_ chunk: Chunk) -> Numbers {
    let input = operand.run(chunk)
    var states = input.states
    if kind == .double {
      tide_k_negate_f64(input.doubles, register.doubles, chunk.count)
    } else if tide_k_negate_i64(input.ints, register.ints, failed.states, chunk.count) != 0 {
      tide_k_both(input.states, failed.states, register.states, chunk.count)
      return Numbers(values: UnsafeRawPointer(register.values), states: UnsafePointer(register.states))
    }
    if states != nil {
      // A negated null is an error.
      tide_k_both(states, nil, register.states, chunk.count)
      states = UnsafePointer(register.states)
    }
    return Numbers(values: UnsafeRawPointer(register.values), states: states)
  }
}

/// What no kernel does, row by row.
final class RowNumberNode: NumberNode {
  private let rows: RowPart

  init(_ kind: Kind, _ rows: RowPart) {
    self.rows = rows
    super.init(kind)
  }

  override var isCostly: Bool { true }

  override func run(_ chunk: Chunk) -> Numbers {
    for index in 0..<Int(chunk.count) {
      let bits: UInt64? = rows.value(chunk.frame, chunk.row(index)).flatMap(kind.bits)
      register.uints[index] = bits ?? 0
      register.states[index] = UInt8(bits != nil ? TIDE_K_VALUE : rows.wasNull ? TIDE_K_NULL : TIDE_K_MISSING)
    }
    return Numbers(values: UnsafeRawPointer(register.values), states: UnsafePointer(register.states))
  }
}

extension NumberNode.Kind {
  /// A value as the 64 bits of a number; nil when it is none of the kind.
  func bits(_ value: Value) -> UInt64? {
    switch (self, value) {
    case (.int, .int(let value)): UInt64(bitPattern: value)
    case (.uint, .uint(let value)): value
    case (.double, .double(let value)): value.bitPattern
    case (.bool, .bool(let value)): value ? 1 : 0
    case (.timestamp, .timestamp(let value)): value.total.map { UInt64(bitPattern: $0) }
    case (.double, .int(let value)): Double(value).bitPattern
    case (.double, .uint(let value)): Double(value).bitPattern
    case (.double, .exact(let number)): number.double?.bitPattern
    case (.duration, .duration(let value)): value.total.map { UInt64(bitPattern: $0) }
    default: nil
    }
  }
}
