extension Syntax {
  /// The same tree with nodes replaced: `change` is asked for every node from the top down; what it gives stands as it is, and
  /// where it gives nil the node's parts are looked at.
  public func rewritten(_ change: (Syntax) -> Form?) -> Syntax {
    if let form = change(self) { return Syntax(form, span: span, id: id) }
    func part(_ syntax: Syntax) -> Syntax { syntax.rewritten(change) }
    let form: Form =
      switch self.form {
      case .literal, .name, .slot, .present: self.form
      case .select(let operand, let field, let optional): .select(part(operand), field: field, optional: optional)
      case .has(let operand, let field): .has(part(operand), field: field)
      case .index(let operand, let index, let optional): .index(part(operand), part(index), optional: optional)
      case .call(let name, let target, let arguments): .call(name, target: target.map(part), arguments.map(part))
      case .and(let one, let other): .and(part(one), part(other))
      case .or(let one, let other): .or(part(one), part(other))
      case .conditional(let condition, let yes, let no): .conditional(part(condition), part(yes), part(no))
      case .list(let elements): .list(elements.map { Element(part($0.value), optional: $0.optional) })
      case .map(let entries): .map(entries.map { Entry(part($0.key), part($0.value), optional: $0.optional) })
      case .message(let name, let fields): .message(name, fields.map { Field($0.name, part($0.value)) })
      case .comprehension(var loop):
        {
          loop.range = part(loop.range)
          loop.condition = loop.condition.map(part)
          loop.transform = loop.transform.map(part)
          return .comprehension(loop)
        }()
      case .bind(let name, let value, let body): .bind(name, value: part(value), body: part(body))
      case .block(let slots, let body): .block(slots.map(part), body: part(body))
      case .optionalMap(let target, let name, let body, let flat):
        .optionalMap(part(target), name: name, body: part(body), flat: flat)
      }
    return Syntax(form, span: span, id: id)
  }

  /// The direct parts of a node, in the order in which they were written.
  public var parts: [Syntax] {
    switch form {
    case .literal, .name, .slot, .present: []
    case .select(let operand, _, _), .has(let operand, _): [operand]
    case .index(let operand, let index, _): [operand, index]
    case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
    case .and(let one, let other), .or(let one, let other): [one, other]
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let fields): fields.map(\.value)
    case .comprehension(let loop): [loop.range] + (loop.condition.map { [$0] } ?? []) + (loop.transform.map { [$0] } ?? [])
    case .bind(_, let value, let body): [value, body]
    case .block(let slots, let body): slots + [body]
    case .optionalMap(let target, _, let body, _): [target, body]
    }
  }
}
