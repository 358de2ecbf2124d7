import CKernels
import CTidemill
import Expressions

/// A part of an expression that gives a condition for each row of a chunk: TIDE_K_TRUE, TIDE_K_FALSE or TIDE_K_ERROR.
class ConditionNode {
  /// Valid until the node runs again.
  let mask: UnsafeMutablePointer<UInt8>

  init() {
    mask = .allocate(capacity: Chunk.limit)
    mask.initialize(repeating: 0, count: Chunk.limit)
  }

  deinit { mask.deallocate() }

  /// True when it evaluates row by row somewhere.
  var isCostly: Bool { false }
  /// True when a row errs only where its evaluation does.
  var isFinal: Bool { false }

  /// Computes the mask. Of a row that `decided` holds for anything may come out.
  func run(_ chunk: Chunk, _ decided: Decided?) { fatalError("a condition node computes") }
}

/// Rows whose result the other side of an `and` or `or` has settled.
struct Decided {
  let mask: UnsafePointer<UInt8>
  let value: UInt8

  func holds(_ index: Int) -> Bool { mask[index] == value }
}

/// Two numbers of one kind compared.
final class ComparisonNode: ConditionNode {
  private let operation: UInt32
  private let left: NumberNode
  private let right: NumberNode
  private let both = Register()

  init(_ operation: UInt32, _ left: NumberNode, _ right: NumberNode) {
    self.operation = operation
    self.left = left
    self.right = right
  }

  override var isCostly: Bool { left.isCostly || right.isCostly }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    let a = left.run(chunk)
    let b = right.run(chunk)
    switch left.kind {
    case .double: tide_k_compare_f64(operation, a.doubles, b.doubles, mask, chunk.count)
    case .uint: tide_k_compare_u64(operation, a.uints, b.uints, mask, chunk.count)
    default: tide_k_compare_i64(operation, a.ints, b.ints, mask, chunk.count)
    }
    guard a.states != nil || b.states != nil else { return }
    for index in 0..<Int(chunk.count) {
      let one = a.states?[index] ?? 0
      let other = b.states?[index] ?? 0
      if one | other != 0 { mask[index] = result(one, other) }
    }
  }

  /// Where at least one side has no value: null equals null and nothing else, and has no order.
  private func result(_ one: UInt8, _ other: UInt8) -> UInt8 {
    let missing = UInt8(TIDE_K_MISSING)
    guard one != missing, other != missing, operation <= TIDE_K_NOT_EQUAL else { return UInt8(TIDE_K_ERROR) }
    return UInt8((one == other) == (operation == TIDE_K_EQUAL) ? TIDE_K_TRUE : TIDE_K_FALSE)
  }
}

/// A boolean column, or a constant.
final class TruthNode: ConditionNode {
  private let operand: NumberNode

  init(_ operand: NumberNode) { self.operand = operand }

  override var isCostly: Bool { operand.isCostly }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    let input = operand.run(chunk)
    tide_k_truth(input.ints, mask, chunk.count)
    if let states = input.states { tide_k_settle(states, UInt8(TIDE_K_ERROR), UInt8(TIDE_K_ERROR), mask, chunk.count) }
  }
}

/// `and` or `or`: the cheaper side first, for either absorbs the other's error.
final class LogicNode: ConditionNode {
  private let isAnd: Bool
  private let first: ConditionNode
  private let second: ConditionNode

  init(and isAnd: Bool, _ left: ConditionNode, _ right: ConditionNode) {
    self.isAnd = isAnd
    (first, second) = left.isCostly && !right.isCostly ? (right, left) : (left, right)
  }

  override var isCostly: Bool { first.isCostly || second.isCostly }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    first.run(chunk, decided)
    second.run(
      chunk,
      second.isCostly
        ? Decided(mask: UnsafePointer(first.mask), value: UInt8(isAnd ? TIDE_K_FALSE : TIDE_K_TRUE)) : nil)
    if isAnd {
      tide_k_and(first.mask, second.mask, mask, chunk.count)
    } else {
      tide_k_or(first.mask, second.mask, mask, chunk.count)
    }
  }
}

final class NotNode: ConditionNode {
  private let operand: ConditionNode

  init(_ operand: ConditionNode) { self.operand = operand }

  override var isCostly: Bool { operand.isCostly }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    operand.run(chunk, decided)
    tide_k_not(operand.mask, mask, chunk.count)
  }
}

/// `has(field)`.
final class PresenceNode: ConditionNode {
  private let field: FieldPlace
  private let register = Register()

  init(_ field: FieldPlace) { self.field = field }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    guard let states = field.states(chunk, into: register.states) else {
      mask.update(repeating: UInt8(TIDE_K_TRUE), count: Int(chunk.count))
      return
    }
    for index in 0..<Int(chunk.count) {
      var isThere = states[index] == UInt8(TIDE_K_VALUE)
      if states[index] == UInt8(TIDE_K_MISSING) {
        // A value that did not fit its column is in the rest.
        switch field.value(chunk.frame, chunk.row(index)) {
        case nil, .null?: break
        default: isThere = true
        }
      }
      mask[index] = UInt8(isThere ? TIDE_K_TRUE : TIDE_K_FALSE)
    }
  }
}

/// `field == null`: an error where the field is absent.
final class NullTestNode: ConditionNode {
  private let field: FieldPlace
  private let yes: UInt8
  private let no: UInt8
  private let register = Register()

  init(_ field: FieldPlace, negated: Bool) {
    self.field = field
    yes = UInt8(negated ? TIDE_K_FALSE : TIDE_K_TRUE)
    no = UInt8(negated ? TIDE_K_TRUE : TIDE_K_FALSE)
  }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    mask.update(repeating: no, count: Int(chunk.count))
    guard let states = field.states(chunk, into: register.states) else { return }
    for index in 0..<Int(chunk.count) where states[index] != UInt8(TIDE_K_VALUE) {
      if states[index] == UInt8(TIDE_K_NULL) {
        mask[index] = yes
      } else {
        // A value that did not fit its column is in the rest.
        let isThere = field.value(chunk.frame, chunk.row(index)) != nil
        mask[index] = isThere ? no : UInt8(TIDE_K_ERROR)
      }
    }
  }
}

/// What no kernel does, row by row.
final class RowConditionNode: ConditionNode {
  private let rows: RowPart

  init(_ rows: RowPart) { self.rows = rows }

  override var isCostly: Bool { true }
  override var isFinal: Bool { true }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    for index in 0..<Int(chunk.count) {
      if let decided, decided.holds(index) {
        mask[index] = decided.value
      } else {
        mask[index] = Self.verdict(rows.value(chunk.frame, chunk.row(index)))
      }
    }
  }

  static func verdict(_ value: Value?) -> UInt8 {
    guard case .bool(let value)? = value else { return UInt8(TIDE_K_ERROR) }
    return UInt8(value ? TIDE_K_TRUE : TIDE_K_FALSE)
  }
}
