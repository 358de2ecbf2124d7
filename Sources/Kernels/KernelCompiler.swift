import CKernels
import CTidemill
import Expressions

/// Makes nodes of an expression for frames of one schema: kernels where there are some, evaluation by row elsewhere.
struct KernelCompiler {
  let expression: Expression
  /// By index of the expression's variables.
  let fields: [FieldPlace]
  /// Types of the fields' columns.
  let types: [ValueType]

  /// A part that runs row by row.
  func rows(_ part: Syntax) -> RowPart { RowPart(Program(expression, of: part), fields) }

  /// Each kernel keeps results of its own, some KiB: an expression with more parts than these runs row by row.
  private static let mostNodes = 1024

  // MARK: Conditions

  func condition(_ syntax: Syntax) -> ConditionNode {
    if expression.types.count > Self.mostNodes { return RowConditionNode(rows(syntax)) }
    if case .literal(.bool(let value)) = syntax.form { return TruthNode(ConstantNode(.bool, bits: value ? 1 : 0)) }
    switch syntax.form {
    case .and(let left, let right): return LogicNode(and: true, condition(left), condition(right))
    case .or(let left, let right): return LogicNode(and: false, condition(left), condition(right))
    case .call(Operators.not, nil, let arguments): return NotNode(condition(arguments[0]))
    case .present(let name):
      if let field = field(name), field.column >= 0 { return PresenceNode(field) }
    case .call(Operators.isIn, nil, let arguments):
      if let node = membership(arguments[0], arguments[1]) { return node }
    case .call(let name, nil, let arguments) where arguments.count == 2:
      if let node = nullTest(name, arguments) { return node }
      if let operation = Self.comparisons[name], let node = comparison(operation, arguments[0], arguments[1]) { return node }
    default: break
    }
    if type(syntax) == .bool, let node = number(syntax), node.kind == .bool, !node.isCostly { return TruthNode(node) }
    if let node = text(syntax) { return node }
    return RowConditionNode(rows(syntax))
  }

  private static let comparisons: [String: UInt32] = [
    Operators.equal: TIDE_K_EQUAL, Operators.notEqual: TIDE_K_NOT_EQUAL, Operators.less: TIDE_K_LESS,
    Operators.lessOrEqual: TIDE_K_LESS_OR_EQUAL, Operators.greater: TIDE_K_GREATER,
    Operators.greaterOrEqual: TIDE_K_GREATER_OR_EQUAL,
  ]

  /// `field == null`, `field != null`.
  private func nullTest(_ name: String, _ arguments: [Syntax]) -> ConditionNode? {
    guard name == Operators.equal || name == Operators.notEqual else { return nil }
    for (one, other) in [(0, 1), (1, 0)] {
      if case .name(let variable) = arguments[one].form, case .literal(.null) = arguments[other].form,
        let field = field(variable), field.column >= 0
      {
        return NullTestNode(field, negated: name == Operators.notEqual)
      }
    }
    return nil
  }

  /// Nil when the operands are no numbers of one kind.
  private func comparison(_ operation: UInt32, _ left: Syntax, _ right: Syntax) -> ConditionNode? {
    guard let one = number(left), let other = number(right) else { return loose(operation, left, right) }
    if one.kind == other.kind {
      // Booleans are equal or not; they have no kernel for an order.
      if one.kind == .bool, operation > TIDE_K_NOT_EQUAL { return nil }
      return ComparisonNode(operation, one, other)
    }
    if let left = constant(left, as: other.kind) { return ComparisonNode(operation, left, other) }
    if let right = constant(right, as: one.kind) { return ComparisonNode(operation, one, right) }
    return nil
  }

  /// A field of any type beside a double, or what is exactly one.
  private func loose(_ operation: UInt32, _ left: Syntax, _ right: Syntax) -> ConditionNode? {
    if let one = variant(left), let other = double(right) { return ComparisonNode(operation, one, other) }
    if let one = double(left), let other = variant(right) { return ComparisonNode(operation, one, other) }
    return nil
  }

  /// `number in [constants]`.
  private func membership(_ element: Syntax, _ list: Syntax) -> ConditionNode? {
    guard case .list(let elements) = list.form, !elements.isEmpty, elements.count <= 16,
      elements.allSatisfy({ !$0.optional && isConstant($0.value) }), number(element) ?? variant(element) != nil
    else { return nil }
    var node: ConditionNode?
    for item in elements {
      guard let equal = comparison(TIDE_K_EQUAL, element, item.value) else { return nil }
      node = node.map { LogicNode(and: false, $0, equal) } ?? equal
    }
    return node
  }

  /// A condition on one field of text.
  private func text(_ syntax: Syntax) -> ConditionNode? {
    guard let field = textField(syntax) else { return nil }
    return TextConditionNode(field, rows(syntax), equality: equality(syntax))
  }

  /// The only field that a part reads, when that is one of text.
  func textField(_ syntax: Syntax) -> FieldPlace? {
    let used = names(syntax)
    guard used.count == 1, let index = index(used.first!), types[index] == .string, fields[index].column >= 0 else {
      return nil
    }
    return fields[index]
  }

  private func equality(_ syntax: Syntax) -> TextConditionNode.Equality? {
    guard case .call(let name, nil, let arguments) = syntax.form, arguments.count == 2,
      name == Operators.equal || name == Operators.notEqual
    else { return nil }
    for (one, other) in [(0, 1), (1, 0)] {
      if case .name = arguments[one].form, case .literal(.string(let text)) = arguments[other].form {
        return .init(text: text, isNegated: name == Operators.notEqual)
      }
    }
    return nil
  }

  // MARK: Numbers

  /// Nil when the part gives no 64-bit value, or there is no kernel for it.
  func number(_ syntax: Syntax) -> NumberNode? {
    if isConstant(syntax) { return constant(syntax, as: nil) }
    switch syntax.form {
    case .name(let name):
      guard let index = index(name), let kind = Self.kinds[types[index]], fields[index].column >= 0 else { return nil }
      return ColumnNode(kind, fields[index])
    case .conditional(let condition, let yes, let no):
      guard let (one, other) = pair(yes, no) else { return nil }
      return SelectionNode(self.condition(condition), one, other)
    case .call(Operators.negate, nil, let arguments):
      guard let operand = number(arguments[0]), [.int, .double].contains(operand.kind) else { return nil }
      return NegationNode(operand)
    case .call("double", nil, let arguments):
      guard arguments.count == 1, let operand = number(arguments[0]) ?? variant(arguments[0]) else { return nil }
      switch operand.kind {
      case .double: return NonNullNode(operand)
      case .int, .uint: return NonNullNode(WideningNode(operand))
      default: return nil
      }
    case .call(let name, nil, let arguments) where arguments.count == 2:
      guard let operation = Self.operations[name], let (one, other) = operands(arguments[0], arguments[1]) else { return nil }
      if one.kind == .double, operation == TIDE_K_MODULO { return nil }
      return ArithmeticNode(operation, one, other)
    default: return nil
    }
  }

  fileprivate static let kinds: [ValueType: NumberNode.Kind] = [
    .int: .int, .uint: .uint, .double: .double, .bool: .bool, .timestamp: .timestamp, .duration: .duration,
  ]

  private static let operations: [String: UInt32] = [
    Operators.add: TIDE_K_ADD, Operators.subtract: TIDE_K_SUBTRACT, Operators.multiply: TIDE_K_MULTIPLY,
    Operators.divide: TIDE_K_DIVIDE, Operators.modulo: TIDE_K_MODULO,
  ]

  /// Both of one kind; nil when they are not.
  private func pair(_ left: Syntax, _ right: Syntax) -> (NumberNode, NumberNode)? {
    guard let one = number(left), let other = number(right), one.kind == other.kind else { return nil }
    return (one, other)
  }

  /// Operands of arithmetic: ints, uints, or doubles to which the others widen.
  private func operands(_ left: Syntax, _ right: Syntax) -> (NumberNode, NumberNode)? {
    guard var one = number(left), var other = number(right) else { return looseOperands(left, right) }
    if one.kind == .double, let exact = constant(right, as: .double) { other = exact }
    if other.kind == .double, let exact = constant(left, as: .double) { one = exact }
    let numbers: [NumberNode.Kind] = [.int, .uint, .double]
    guard numbers.contains(one.kind), numbers.contains(other.kind) else { return nil }
    if one.kind == other.kind { return (one, other) }
    if one.kind == .double { return (one, WideningNode(other)) }
    if other.kind == .double { return (WideningNode(one), other) }
    return nil
  }

  /// A field of any type beside a double: the result is a double then.
  private func looseOperands(_ left: Syntax, _ right: Syntax) -> (NumberNode, NumberNode)? {
    if let one = variant(left), let other = number(right), other.kind == .double { return (one, other) }
    if let one = number(left), one.kind == .double, let other = variant(right) { return (one, other) }
    return nil
  }

  /// A field of any type, for places where its numbers do what the doubles that equal them do.
  private func variant(_ syntax: Syntax) -> NumberNode? {
    guard case .name(let name) = syntax.form, let field = field(name), field.isVariant else { return nil }
    return VariantNumberNode(field)
  }

  /// A part that is a double, or a constant that equals one.
  private func double(_ syntax: Syntax) -> NumberNode? {
    if let constant = constant(syntax, as: .double) { return constant }
    return number(syntax).flatMap { $0.kind == .double ? $0 : nil }
  }

  // MARK: Constants

  private func isConstant(_ syntax: Syntax) -> Bool { names(syntax).isEmpty && !hasFreeParts(syntax) }

  /// Parts that mean something only where they stand.
  private func hasFreeParts(_ syntax: Syntax) -> Bool {
    if case .slot = syntax.form { return true }
    if case .name = syntax.form { return true }
    return syntax.parts.contains(where: hasFreeParts)
  }

  /// The value of a part without fields, as a number of a kind where it is exactly one.
  private func constant(_ syntax: Syntax, as kind: NumberNode.Kind?) -> NumberNode? {
    guard isConstant(syntax), let value = try? Program(expression, of: syntax).evaluate(NoFields()) else { return nil }
    switch (value, kind) {
    case (.int(let value), nil), (.int(let value), .int): return ConstantNode(.int, bits: UInt64(bitPattern: value))
    case (.uint(let value), nil), (.uint(let value), .uint): return ConstantNode(.uint, bits: value)
    case (.double(let value), nil), (.double(let value), .double): return ConstantNode(.double, bits: value.bitPattern)
    case (.bool(let value), nil), (.bool(let value), .bool): return ConstantNode(.bool, bits: value ? 1 : 0)
    case (.timestamp(let value), _) where kind == nil || kind == .timestamp:
      return value.total.map { ConstantNode(.timestamp, bits: UInt64(bitPattern: $0)) }
    case (.duration(let value), _) where kind == nil || kind == .duration:
      return value.total.map { ConstantNode(.duration, bits: UInt64(bitPattern: $0)) }
    case (.int(let value), .double): return Double(exactly: value).map { ConstantNode(.double, bits: $0.bitPattern) }
    case (.uint(let value), .double): return Double(exactly: value).map { ConstantNode(.double, bits: $0.bitPattern) }
    case (.int(let value), .uint): return UInt64(exactly: value).map { ConstantNode(.uint, bits: $0) }
    case (.uint(let value), .int): return Int64(exactly: value).map { ConstantNode(.int, bits: UInt64(bitPattern: $0)) }
    // Beside a double an int counts as the nearest one, which is itself up to 2^53.
    case (.double(let value), .int) where abs(value) < 0x1p53:
      return Int64(exactly: value).map { ConstantNode(.int, bits: UInt64(bitPattern: $0)) }
    default: return nil
    }
  }

  // MARK: Names

  func type(_ syntax: Syntax) -> ValueType { expression.types[Int(syntax.id)] }

  /// The fields that a part reads.
  func names(_ syntax: Syntax) -> Set<String> {
    var found: Set<String> = []
    collect(syntax, into: &found)
    return found
  }

  private func collect(_ syntax: Syntax, into found: inout Set<String>) {
    switch syntax.form {
    case .name(let name), .present(let name): if index(name) != nil { found.insert(name) }
    default: for part in syntax.parts { collect(part, into: &found) }
    }
  }

  /// A name with a leading dot is one that a macro's variable hides.
  private func index(_ name: String) -> Int? {
    expression.variables.firstIndex { $0.name == name || (name.first == "." && name.dropFirst() == $0.name) }
  }

  private func field(_ name: String) -> FieldPlace? { index(name).map { fields[$0] } }
}

/// For parts without variables.
private struct NoFields: Variables {
  func value(_ index: Int) throws(EvaluationError) -> Value? { nil }
}

extension KernelCompiler {
  /// What collects the expression's values, of the type that is wanted (TIDE_*), or of its own for 0.
  func output(wanted: UInt32) -> ValueOutput {
    let syntax = expression.syntax
    let type = ColumnExpression.valueType(wanted) ?? (wanted == 0 ? self.type(syntax) : .dyn)
    switch type {
    case .bool: return ConditionOutput(condition(syntax))
    case .string, .bytes:
      let field = textField(syntax)
      var isPlain = false
      if case .name = syntax.form { isPlain = field != nil && type == .string }
      return TextOutput(rows(syntax), field: field, isPlain: isPlain, type: UInt32(type == .string ? TIDE_UTF8 : TIDE_BINARY))
    default:
      guard let kind = Self.kinds[type], let column = Self.columns[kind] else { break }
      return NumberOutput(numbers(syntax, kind), type: UInt32(column), widens: wanted != 0)
    }
    // What is calculated with a double is one, whatever else the checker knows.
    if wanted == 0, type == .dyn, let node = number(syntax), node.kind == .double {
      return NumberOutput(node, type: UInt32(TIDE_F64), widens: false)
    }
    return VariantOutput(rows(syntax))
  }

  private func numbers(_ syntax: Syntax, _ kind: NumberNode.Kind) -> NumberNode {
    if expression.types.count <= Self.mostNodes, let node = number(syntax) {
      if node.kind == kind { return node }
      if kind == .double, node.kind == .int || node.kind == .uint { return WideningNode(node) }
    }
    if kind == .double, let node = variant(syntax) { return node }
    return RowNumberNode(kind, rows(syntax))
  }

  private static let columns: [NumberNode.Kind: Int32] = [
    .int: TIDE_I64, .uint: TIDE_U64, .double: TIDE_F64, .timestamp: TIDE_TIME, .duration: TIDE_DURATION,
  ]
}
