import Expressions

/// A tree as text with all parentheses, to compare with.
func describe(_ syntax: Syntax) -> String {
  switch syntax.form {
  case .literal(let value): describe(value)
  case .name(let name): name
  case .select(let operand, let field, let optional): "\(describe(operand)).\(optional ? "?" : "")\(field)"
  case .has(let operand, let field): "has(\(describe(operand)).\(field))"
  case .present(let name): "present(\(name))"
  case .index(let operand, let index, let optional): "\(describe(operand))[\(optional ? "?" : "")\(describe(index))]"
  case .call(let name, let target, let arguments):
    (target.map { describe($0) + "." } ?? "") + "\(name)(\(list(arguments)))"
  case .chain(let first, let links):
    "chain(\(describe(first))\(links.map { ", \($0.function) " + describe($0.operand) }.joined()))"
  case .and(let left, let right): "(\(describe(left)) && \(describe(right)))"
  case .or(let left, let right): "(\(describe(left)) || \(describe(right)))"
  case .conditional(let condition, let yes, let no): "(\(describe(condition)) ? \(describe(yes)) : \(describe(no)))"
  case .list(let elements): "[\(elements.map { ($0.optional ? "?" : "") + describe($0.value) }.joined(separator: ", "))]"
  case .map(let entries):
    "{\(entries.map { ($0.optional ? "?" : "") + describe($0.key) + ": " + describe($0.value) }.joined(separator: ", "))}"
  case .message(let name, let fields):
    "\(name){\(fields.map { $0.name + ": " + describe($0.value) }.joined(separator: ", "))}"
  case .comprehension(let macro):
    "\(describe(macro.range)).\(macro.kind)(\(macro.first)\(macro.second.map { ", " + $0 } ?? ""); "
      + "\(macro.condition.map(describe) ?? "-"); \(macro.transform.map(describe) ?? "-"))"
  case .bind(let name, let value, let body): "bind(\(name), \(describe(value)), \(describe(body)))"
  case .block(let slots, let body): "block([\(list(slots))], \(describe(body)))"
  case .slot(let number): "@\(number)"
  case .optionalMap(let target, let name, let body, let flat):
    "\(describe(target)).\(flat ? "optFlatMap" : "optMap")(\(name), \(describe(body)))"
  }
}

private func list(_ parts: [Syntax]) -> String { parts.map(describe).joined(separator: ", ") }

private func describe(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let value): "\(value)"
  case .int(let value): "\(value)"
  case .uint(let value): "\(value)u"
  case .double(let value): "\(value)"
  case .string(let value): "'\(value.string)'"
  case .bytes(let value): "b\(value)"
  default: "?"
  }
}
