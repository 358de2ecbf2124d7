/// Turns a resolved expression into nodes, once; what is the same for each row is evaluated here.
struct Compiler {
  /// A compiled part.
  struct Part {
    let node: any Node
    /// How deep lists, maps and optionals that the part builds nest at most, those of variables not counted.
    var nesting = 0
  }

  private let variables: [String: Int]
  private let typeNames: [Int32: TypeName]
  /// An int or a uint becomes a double beside one.
  private let widens: Bool
  /// For parts that are the same for each row.
  private var frame: Frame

  /// Variables of macros, innermost last.
  private var scopes: [(name: String, local: Int)] = []
  /// The values of the innermost `cel.block`, as far as they are compiled.
  private var slots: [Int] = []
  /// Of what a local is bound to, by place.
  private var nestings: [Int] = []

  /// Variables of macros, each of which has a place of its own.
  var locals: Int { nestings.count }

  init(variables: [String], typeNames: [Int32: TypeName], isStrict: Bool, caches: Caches) {
    self.variables = Dictionary(zip(variables, variables.indices), uniquingKeysWith: { first, _ in first })
    self.typeNames = typeNames
    widens = !isStrict
    frame = Frame(VariableList(), caches: caches, limits: EvaluationLimits(cost: 1_000_000, bytes: 1 << 20), locals: 0)
  }

  /// Recursion follows the syntax, whose height the parser bounds; each form has a function of its own, never inlined, to keep
  /// frames small.
  mutating func compile(_ syntax: Syntax) -> Part {
    let part =
      switch syntax.form {
      case .literal(let value): Part(node: ConstantNode(value))
      case .name(let name): self.name(name, syntax)
      case .present(let name): present(name, syntax)
      case .select(let operand, let field, let optional): select(operand, field, optional, syntax.span)
      case .has(let operand, let field): has(operand, field, syntax.span)
      case .index(let operand, let index, let optional): self.index(operand, index, optional, syntax.span)
      case .call(let name, let target, let arguments): call(name, target, arguments, syntax.span)
      case .chain(let first, let links): chain(first, links)
      case .and(let left, let right): junction(left, right, JunctionNode.init(and:_:at:), syntax.span)
      case .or(let left, let right): junction(left, right, JunctionNode.init(or:_:at:), syntax.span)
      case .conditional(let condition, let yes, let no): conditional(condition, yes, no, syntax.span)
      case .list(let elements): list(elements, syntax.span)
      case .map(let entries): map(entries, syntax.span)
      case .message(let name, _): failing("'\(name)' is a message, and there are none here", syntax.span)
      case .comprehension(let comprehension): self.comprehension(comprehension, syntax.span)
      case .bind(let name, let value, let body): bind(name, value, body)
      case .block(let values, let body): block(values, body)
      case .slot(let number): slot(number, syntax.span)
      case .optionalMap(let target, let name, let body, let flat): optionalMap(target, name, body, flat, syntax.span)
      }
    guard part.nesting <= EvaluationLimits.nesting else {
      return failing("lists and maps that an expression builds nest at most \(EvaluationLimits.nesting) deep", syntax.span)
    }
    return part
  }

  private func failing(_ message: String, _ span: Span) -> Part { Part(node: FailingNode(message, at: span)) }

  // MARK: Names

  private func name(_ name: String, _ syntax: Syntax) -> Part {
    // A leading dot says that it is no variable of a macro.
    if name.hasPrefix("."), let index = variables[String(name.dropFirst())] {
      return Part(node: VariableNode(index, name: String(name.dropFirst()), at: syntax.span))
    }
    if let scope = scopes.last(where: { $0.name == name }) {
      return Part(node: LocalNode(scope.local), nesting: nestings[scope.local])
    }
    if let type = typeNames[syntax.id] { return Part(node: ConstantNode(.type(type))) }
    if let index = variables[name] { return Part(node: VariableNode(index, name: name, at: syntax.span)) }
    return Part(node: FailingNode("undeclared reference to '\(name)'", at: syntax.span))
  }

  private func present(_ name: String, _ syntax: Syntax) -> Part {
    if scopes.contains(where: { $0.name == name }) { return Part(node: ConstantNode(.bool(true))) }
    let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
    guard let index = variables[name] else { return Part(node: ConstantNode(.bool(false))) }
    return Part(node: PresenceNode(index, at: syntax.span))
  }

  private mutating func local(_ nesting: Int) -> Int {
    nestings.append(nesting)
    return nestings.count - 1
  }

  // MARK: Parts of values

  @inline(never)
  private mutating func select(_ operand: Syntax, _ field: String, _ optional: Bool, _ span: Span) -> Part {
    let operand = compile(operand)
    let node = AccessNode(operand.node, field: field, optional: optional, at: span)
    return folded(node, [operand], nesting: optional ? max(operand.nesting, 1) : max(operand.nesting - 1, 0))
  }

  @inline(never)
  private mutating func has(_ operand: Syntax, _ field: String, _ span: Span) -> Part {
    let operand = compile(operand)
    return folded(HasNode(operand.node, field: field, at: span), [operand], nesting: 0)
  }

  @inline(never)
  private mutating func index(_ operand: Syntax, _ index: Syntax, _ optional: Bool, _ span: Span) -> Part {
    let parts = [compile(operand), compile(index)]
    let node = AccessNode(parts[0].node, index: parts[1].node, optional: optional, at: span)
    return folded(node, parts, nesting: optional ? max(parts[0].nesting, 1) : max(parts[0].nesting - 1, 0))
  }

  @inline(never)
  private mutating func conditional(_ condition: Syntax, _ yes: Syntax, _ no: Syntax, _ span: Span) -> Part {
    let parts = [compile(condition), compile(yes), compile(no)]
    let node = ConditionalNode(parts[0].node, parts[1].node, parts[2].node, at: span)
    return folded(node, parts, nesting: max(parts[1].nesting, parts[2].nesting))
  }

  @inline(never)
  private mutating func junction(
    _ left: Syntax, _ right: Syntax, _ make: (any Node, any Node, Span) -> JunctionNode, _ span: Span
  ) -> Part {
    let parts = [compile(left), compile(right)]
    return folded(make(parts[0].node, parts[1].node, span), parts, nesting: 0)
  }

  @inline(never)
  private mutating func list(_ elements: [Syntax.Element], _ span: Span) -> Part {
    let parts = elements.map { compile($0.value) }
    let node = ListNode(zip(parts, elements).map { ($0.node, $1.optional) }, at: span)
    return folded(node, parts, nesting: 1 + deepest(parts))
  }

  @inline(never)
  private mutating func map(_ entries: [Syntax.Entry], _ span: Span) -> Part {
    let keys = entries.map { compile($0.key) }
    let values = entries.map { compile($0.value) }
    let node = MapNode(
      entries.indices.map { .init(key: keys[$0].node, value: values[$0].node, isOptional: entries[$0].optional) }, at: span)
    return folded(node, keys + values, nesting: 1 + deepest(values))
  }

  private func deepest(_ parts: [Part]) -> Int { parts.reduce(0) { max($0, $1.nesting) } }

  // MARK: Calls

  @inline(never)
  private mutating func call(_ name: String, _ target: Syntax?, _ arguments: [Syntax], _ span: Span) -> Part {
    let parts = (target.map { [$0] } ?? []).map { compile($0) } + arguments.map { compile($0) }
    let nodes = parts.map(\.node)
    let nesting =
      switch name {
      case Operators.add, "dyn", "value", "or", "orValue", "optional.unwrap", "unwrapOpt": deepest(parts)
      case "optional.of", "optional.ofNonZeroValue", "first", "last": 1 + deepest(parts)
      case "split": 1
      default: 0
      }
    if let node = operation(name, nodes, span), target == nil { return folded(node, parts, nesting: nesting) }
    if target != nil, nodes.count == 2, name == "or" || name == "orValue" {
      return Part(node: OptionalOrNode(nodes[0], nodes[1], unpacks: name == "orValue", at: span), nesting: nesting)
    }
    guard let definition = Library.standard.definition(name, isMethod: target != nil, count: nodes.count) else {
      let reason =
        Library.standard.knows(name)
        ? "no such overload: \(name)() with \(arguments.count) arguments" : "unknown function '\(name)'"
      return Part(node: FailingNode(reason, at: span))
    }
    return folded(call(definition, nodes, span), parts, nesting: nesting)
  }

  private func call(_ definition: Library.Definition, _ nodes: [any Node], _ span: Span) -> any Node {
    let name = definition.signature.name
    switch definition.function {
    case .unary(let function): return UnaryCallNode(name, function, nodes[0], at: span)
    case .binary(let function):
      if let value = nodes[1].constant, let prepared = definition.prepared?(value) {
        return UnaryCallNode(name, prepared, nodes[0], at: span)
      }
      return BinaryCallNode(name, function, nodes[0], nodes[1], at: span)
    case .ternary(let function): return TernaryCallNode(name, function, (nodes[0], nodes[1], nodes[2]), at: span)
    case .variadic(let function): return VariadicCallNode(name, function, nodes, at: span)
    }
  }

  @inline(never)
  private mutating func chain(_ first: Syntax, _ links: [Syntax.Link]) -> Part {
    let parts = [compile(first)] + links.map { compile($0.operand) }
    let steps = zip(links, parts.dropFirst()).compactMap { link, part in
      Arithmetic(rawValue: link.function).map {
        ChainNode.Step(operation: $0, operand: part.node, span: first.span.to(link.operand.span))
      }
    }
    return folded(ChainNode(parts[0].node, steps, widens: widens), parts, nesting: deepest(parts))
  }

  private func operation(_ name: String, _ nodes: [any Node], _ span: Span) -> (any Node)? {
    guard nodes.count == 2 else { return nil }
    if let arithmetic = Arithmetic(rawValue: name) {
      return ArithmeticNode(arithmetic, nodes[0], nodes[1], widens: widens, at: span)
    }
    if let relation = OrderNode.Relation(rawValue: name) { return OrderNode(relation, nodes[0], nodes[1], at: span) }
    switch name {
    case Operators.equal: return EqualityNode(nodes[0], nodes[1], negated: false)
    case Operators.notEqual: return EqualityNode(nodes[0], nodes[1], negated: true)
    default: return nil
    }
  }

  /// The value of a node whose parts are the same for each row, when it has one; errors wait until they are reached.
  private mutating func folded(_ node: any Node, _ parts: [Part], nesting: Int) -> Part {
    guard nesting <= EvaluationLimits.nesting, parts.allSatisfy({ $0.node.constant != nil }),
      let value = try? node.evaluate(&frame)
    else { return Part(node: node, nesting: nesting) }
    return Part(node: ConstantNode(value), nesting: nesting)
  }

  // MARK: Macros

  @inline(never)
  private mutating func comprehension(_ comprehension: Syntax.Comprehension, _ span: Span) -> Part {
    let range = compile(comprehension.range)
    let element = max(range.nesting - 1, 0)
    let first = local(comprehension.second == nil ? element : 0)
    let second = comprehension.second.map { _ in local(element) }
    scopes.append((comprehension.first, first))
    if let name = comprehension.second, let second { scopes.append((name, second)) }
    let condition = comprehension.condition.map { compile($0) }
    let transform = comprehension.transform.map { compile($0) }
    scopes.removeLast(second == nil ? 1 : 2)
    let node = ComprehensionNode(
      comprehension.kind, over: range.node, first, second, condition: condition?.node, transform: transform?.node, at: span)
    return Part(node: node, nesting: transform.map { 1 + $0.nesting } ?? 0)
  }

  @inline(never)
  private mutating func bind(_ name: String, _ value: Syntax, _ body: Syntax) -> Part {
    let value = compile(value)
    let place = local(value.nesting)
    scopes.append((name, place))
    let body = compile(body)
    scopes.removeLast()
    return Part(node: BindingNode([(place, value.node)], body: body.node), nesting: body.nesting)
  }

  @inline(never)
  private mutating func block(_ values: [Syntax], _ body: Syntax) -> Part {
    let outer = slots
    slots = []
    var bindings: [(local: Int, node: any Node)] = []
    for value in values {
      let part = compile(value)
      let place = local(part.nesting)
      bindings.append((place, part.node))
      slots.append(place)
    }
    let body = compile(body)
    slots = outer
    return Part(node: BindingNode(bindings, body: body.node), nesting: body.nesting)
  }

  private func slot(_ number: Int, _ span: Span) -> Part {
    guard slots.indices.contains(number) else {
      return Part(node: FailingNode("cel.index(\(number)) is no value before this one in a cel.block", at: span))
    }
    return Part(node: LocalNode(slots[number]), nesting: nestings[slots[number]])
  }

  @inline(never)
  private mutating func optionalMap(_ target: Syntax, _ name: String, _ body: Syntax, _ flat: Bool, _ span: Span) -> Part {
    let target = compile(target)
    let place = local(max(target.nesting - 1, 0))
    scopes.append((name, place))
    let body = compile(body)
    scopes.removeLast()
    let node = OptionalMapNode(target.node, local: place, body: body.node, flat: flat, at: span)
    return Part(node: node, nesting: flat ? body.nesting : 1 + body.nesting)
  }
}
