extension Syntax {
  /// The nodes right below this one, in the order in which they were written.
  public var parts: [Syntax] {
    switch form {
    case .literal, .name, .present, .slot: []
    case .select(let operand, _, _), .has(let operand, _): [operand]
    case .index(let operand, let index, _): [operand, index]
    case .call(_, let target, let arguments): target.map { [$0] + arguments } ?? arguments
    case .chain(let first, let links): [first] + links.map(\.operand)
    case .and(let left, let right), .or(let left, let right): [left, right]
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let fields): fields.map(\.value)
    case .comprehension(let macro): [macro.range] + [macro.condition, macro.transform].compactMap(\.self)
    case .bind(_, let value, let body): [value, body]
    case .block(let slots, let body): slots + [body]
    case .optionalMap(let target, _, let body, _): [target, body]
    }
  }

  /// The form with other nodes in place of ``parts``.
  func form(with parts: [Syntax]) -> Form {
    switch form {
    case .literal, .name, .present, .slot: form
    case .select(_, let field, let optional): .select(parts[0], field: field, optional: optional)
    case .has(_, let field): .has(parts[0], field: field)
    case .index(_, _, let optional): .index(parts[0], parts[1], optional: optional)
    case .call(let name, nil, _): .call(name, target: nil, parts)
    case .call(let name, _, _): .call(name, target: parts[0], Array(parts[1...]))
    case .chain(_, let links): .chain(parts[0], zip(links, parts.dropFirst()).map { Link($0.function, $1, id: $0.id) })
    case .and: .and(parts[0], parts[1])
    case .or: .or(parts[0], parts[1])
    case .conditional: .conditional(parts[0], parts[1], parts[2])
    case .list(let elements): .list(zip(elements, parts).map { Element($1, optional: $0.optional) })
    case .map(let entries):
      .map(entries.indices.map { Entry(parts[2 * $0], parts[2 * $0 + 1], optional: entries[$0].optional) })
    case .message(let name, let fields): .message(name, zip(fields, parts).map { Field($0.name, $1) })
    case .comprehension(let macro): .comprehension(macro.with(parts))
    case .bind(let name, _, _): .bind(name, value: parts[0], body: parts[1])
    case .block: .block(Array(parts.dropLast()), body: parts[parts.count - 1])
    case .optionalMap(_, let name, _, let flat): .optionalMap(parts[0], name: name, body: parts[1], flat: flat)
    }
  }
}

extension Syntax.Comprehension {
  fileprivate func with(_ parts: [Syntax]) -> Self {
    var macro = self
    macro.range = parts[0]
    if condition != nil { macro.condition = parts[1] }
    if transform != nil { macro.transform = parts[parts.count - 1] }
    return macro
  }
}
