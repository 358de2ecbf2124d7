final class UnaryCallNode: Node {
  private let name: String
  private let function: Function.Unary
  private let argument: any Node
  private let span: Span

  init(_ name: String, _ function: @escaping Function.Unary, _ argument: any Node, at span: Span) {
    (self.name, self.function, self.argument, self.span) = (name, function, argument, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let value = try argument.evaluate(&frame)
    do throws(EvaluationError) {
      return try function(value, &frame)
    } catch {
      let again = try error.arguments(for: name, [value], at: span)
      do throws(EvaluationError) {
        return try function(again[0], &frame)
      } catch {
        throw error.called(name, again, at: span)
      }
    }
  }
}

final class BinaryCallNode: Node {
  private let name: String
  private let function: Function.Binary
  private let first: any Node
  private let second: any Node
  private let span: Span

  init(_ name: String, _ function: @escaping Function.Binary, _ first: any Node, _ second: any Node, at span: Span) {
    (self.name, self.function, self.first, self.second, self.span) = (name, function, first, second, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let one = try first.evaluate(&frame)
    let two = try second.evaluate(&frame)
    do throws(EvaluationError) {
      return try function(one, two, &frame)
    } catch {
      let again = try error.arguments(for: name, [one, two], at: span)
      do throws(EvaluationError) {
        return try function(again[0], again[1], &frame)
      } catch {
        throw error.called(name, again, at: span)
      }
    }
  }
}

final class TernaryCallNode: Node {
  private let name: String
  private let function: Function.Ternary
  private let arguments: (any Node, any Node, any Node)
  private let span: Span

  init(_ name: String, _ function: @escaping Function.Ternary, _ arguments: (any Node, any Node, any Node), at span: Span) {
    (self.name, self.function, self.arguments, self.span) = (name, function, arguments, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let one = try arguments.0.evaluate(&frame)
    let two = try arguments.1.evaluate(&frame)
    let three = try arguments.2.evaluate(&frame)
    do throws(EvaluationError) {
      return try function(one, two, three, &frame)
    } catch {
      let again = try error.arguments(for: name, [one, two, three], at: span)
      do throws(EvaluationError) {
        return try function(again[0], again[1], again[2], &frame)
      } catch {
        throw error.called(name, again, at: span)
      }
    }
  }
}

final class VariadicCallNode: Node {
  private let name: String
  private let function: Function.Variadic
  private let arguments: [any Node]
  private let span: Span

  init(_ name: String, _ function: @escaping Function.Variadic, _ arguments: [any Node], at span: Span) {
    (self.name, self.function, self.arguments, self.span) = (name, function, arguments, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend(1 + arguments.count)
    var values: [Value] = []
    values.reserveCapacity(arguments.count)
    for argument in arguments { values.append(try argument.evaluate(&frame)) }
    do throws(EvaluationError) {
      return try function(values, &frame)
    } catch {
      let again = try error.arguments(for: name, values, at: span)
      do throws(EvaluationError) {
        return try function(again, &frame)
      } catch {
        throw error.called(name, again, at: span)
      }
    }
  }
}

extension EvaluationError {
  /// What to call a function with once more that does not take its arguments; throws when it is the same.
  fileprivate func arguments(
    for name: String, _ arguments: [Value], at span: Span
  ) throws(EvaluationError) -> [Value] {
    if kind == .overload, let values = try Self.calculable(arguments, at: span) { return values }
    throw called(name, arguments, at: span)
  }

  /// The error of a function as that of a call.
  fileprivate func called(_ name: String, _ arguments: [Value], at span: Span) -> EvaluationError {
    kind == .overload ? EvaluationError.noSuchOverload(name, arguments).located(at: span) : located(at: span)
  }
}
