/// A macro that goes over a list or a map.
final class ComprehensionNode: Node {
  private let kind: Syntax.Comprehension.Kind
  private let range: any Node
  /// Places of the variables.
  private let first: Int
  private let second: Int?
  private let condition: (any Node)?
  private let transform: (any Node)?
  private let span: Span

  init(
    _ kind: Syntax.Comprehension.Kind, over range: any Node, _ first: Int, _ second: Int?, condition: (any Node)?,
    transform: (any Node)?, at span: Span
  ) {
    (self.kind, self.range, self.first, self.second) = (kind, range, first, second)
    (self.condition, self.transform, self.span) = (condition, transform, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let range: Range
    switch try self.range.evaluate(&frame) {
    case .list(let values): range = Range(keys: nil, values: values)
    case .map(let map): range = Range(keys: map.keys, values: second == nil ? map.keys : map.values)
    case let value:
      throw EvaluationError("no such overload: a macro goes over a list or a map, not a \(value.typeName.rawValue)", at: span)
    }
    switch kind {
    case .all: return try search(range, for: false, &frame)
    case .exists: return try search(range, for: true, &frame)
    case .existsOne: return try count(range, &frame)
    case .list: return try list(range, &frame)
    case .mapValues, .mapEntries: return try map(range, &frame)
    }
  }

  private struct Range {
    /// Nil for a list, whose keys are its indices.
    let keys: [Value]?
    let values: [Value]
  }

  /// Binds the variables to an element.
  private func enter(_ index: Int, of range: Range, _ frame: inout Frame) throws(EvaluationError) {
    try frame.spend()
    guard let second else {
      frame.locals[first] = .value(range.values[index])
      return
    }
    frame.locals[first] = .value(range.keys?[index] ?? .int(Int64(index)))
    frame.locals[second] = .value(range.values[index])
  }

  private func holds(_ frame: inout Frame) throws(EvaluationError) -> Bool {
    guard let condition else { return true }
    guard case .bool(let holds) = try condition.evaluate(&frame) else {
      throw EvaluationError("no_such_overload: the condition of a macro has to be a bool", at: span)
    }
    return holds
  }

  /// One element that decides makes up for the errors of all others.
  private func search(_ range: Range, for decisive: Bool, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var failure: EvaluationError?
    for index in range.values.indices {
      try enter(index, of: range, &frame)
      do throws(EvaluationError) {
        if try holds(&frame) == decisive { return .bool(decisive) }
      } catch {
        guard error.kind != .limit else { throw error }
        if failure == nil { failure = error }
      }
    }
    if let failure { throw failure }
    return .bool(!decisive)
  }

  private func count(_ range: Range, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var count = 0
    for index in range.values.indices {
      try enter(index, of: range, &frame)
      if try holds(&frame) { count += 1 }
    }
    return .bool(count == 1)
  }

  private func list(_ range: Range, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var result: [Value] = []
    for index in range.values.indices {
      try enter(index, of: range, &frame)
      guard try holds(&frame), let transform else { continue }
      result.append(try transform.evaluate(&frame))
    }
    try frame.spend(writing: result.count * 16)
    return .list(result)
  }

  private func map(_ range: Range, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var result = ValueMap()
    for index in range.values.indices {
      try enter(index, of: range, &frame)
      guard try holds(&frame), let transform else { continue }
      let value = try transform.evaluate(&frame)
      do throws(EvaluationError) {
        if kind == .mapValues {
          try result.add(range.keys?[index] ?? .int(Int64(index)), value, &frame)
          continue
        }
        guard case .map(let entries) = value else {
          throw EvaluationError("no such overload: transformMapEntry() takes maps, not a \(value.typeName.rawValue)")
        }
        let keys = entries.keys
        let values = entries.values
        for place in keys.indices { try result.add(keys[place], values[place], &frame) }
      } catch {
        throw error.located(at: span)
      }
    }
    try frame.spend(writing: result.count * 32)
    return .map(result)
  }
}
