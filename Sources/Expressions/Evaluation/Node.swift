/// A part of a compiled expression; never changed once made.
protocol Node: AnyObject, Sendable {
  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value
}

extension Node {
  /// The value of a part that is the same for each row.
  var constant: Value? { (self as? ConstantNode)?.value }

  /// The value of a part that has to be a bool.
  @inline(__always)
  func condition(_ frame: inout Frame) throws(EvaluationError) -> Bool {
    guard case .bool(let value) = try evaluate(&frame) else { throw .noSuchOverload }
    return value
  }
}

final class ConstantNode: Node {
  let value: Value

  init(_ value: Value) { self.value = value }

  func evaluate(_ frame: inout Frame) -> Value { value }
}

/// A part that cannot have a value, whatever the row: an error only when it is reached.
final class FailingNode: Node {
  private let error: EvaluationError

  init(_ message: String, at span: Span) { error = EvaluationError(message, at: span) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value { throw error }
}

final class VariableNode: Node {
  private let index: Int
  private let name: String
  private let span: Span

  init(_ index: Int, name: String, at span: Span) {
    (self.index, self.name, self.span) = (index, name, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      if let value = try frame.variables.value(index) { return value }
    } catch {
      throw error.located(at: span)
    }
    throw EvaluationError("no such field '\(name)'", at: span)
  }
}

/// `has(name)` of a variable.
final class PresenceNode: Node {
  private let index: Int
  private let span: Span

  init(_ index: Int, at span: Span) { (self.index, self.span) = (index, span) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      // A null counts as absent: columns with a type cannot tell one from the other.
      switch try frame.variables.value(index) {
      case nil, .null?: return .bool(false)
      default: return .bool(true)
      }
    } catch {
      throw error.located(at: span)
    }
  }
}

/// A variable of a macro.
final class LocalNode: Node {
  private let index: Int

  init(_ index: Int) { self.index = index }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    switch frame.locals[index] {
    case .value(let value): return value
    case .failure(let error): throw error
    }
  }
}
