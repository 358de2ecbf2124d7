/// `[a, ?b]`.
final class ListNode: Node {
  private let elements: [(node: any Node, isOptional: Bool)]
  private let span: Span

  init(_ elements: [(node: any Node, isOptional: Bool)], at span: Span) { (self.elements, self.span) = (elements, span) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend(1 + elements.count)
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      let value = try element.node.evaluate(&frame)
      if !element.isOptional {
        values.append(value)
      } else if let value = try content(value, at: span) {
        values.append(value)
      }
    }
    return .list(values)
  }
}

/// `{key: value, ?key: optional}`.
final class MapNode: Node {
  struct Entry: Sendable {
    let key: any Node
    let value: any Node
    let isOptional: Bool
  }

  private let entries: [Entry]
  private let span: Span

  init(_ entries: [Entry], at span: Span) { (self.entries, self.span) = (entries, span) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend(1 + 2 * entries.count)
    var map = ValueMap()
    for entry in entries {
      let key = try entry.key.evaluate(&frame)
      var value = try entry.value.evaluate(&frame)
      if entry.isOptional {
        guard let some = try content(value, at: span) else { continue }
        value = some
      }
      do throws(EvaluationError) {
        try map.add(key, value, &frame)
      } catch {
        throw error.located(at: span)
      }
    }
    return .map(map)
  }
}

extension ValueMap {
  /// Inserts an entry of a map that an expression builds.
  mutating func add(_ key: Value, _ value: Value, _ frame: inout Frame) throws(EvaluationError) {
    switch key {
    case .string(let text): try frame.spend(reading: text.utf8.count)
    case .bool, .int, .uint: break
    default: throw EvaluationError("unsupported key type: \(key.typeName.rawValue); keys are bool, int, uint or string")
    }
    guard insert(key, value) else { throw EvaluationError("Failed with repeated key: a key of the map comes twice") }
  }
}

/// What `?` unpacks.
private func content(_ value: Value, at span: Span) throws(EvaluationError) -> Value? {
  guard case .optional(let optional) = value else {
    throw EvaluationError("no such overload: ? stands before an optional, not before a \(value.typeName.rawValue)", at: span)
  }
  return optional.value
}
