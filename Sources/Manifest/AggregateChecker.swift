import Expressions
import Formats
import PluginManifest

/// What is known of an aggregate that holds.
struct CheckedAggregate {
  var function: AggregateFunction
  var arguments: [CheckedExpression]
  /// Type of its results; nil = not known.
  var result: RecordPlan.ColumnType?

  /// What of the order of rows shows in it; sums of what is known to be integers are exact.
  var order: AggregateFunction.Order? {
    guard function.order == .doubles else { return function.order }
    let type = arguments.first?.expression.type
    return type == .int || type == .uint || type == .duration ? nil : .rows
  }
}

/// Checks an aggregate, `fn(CEL, …)`, against the functions of its option and the rows that reach its node.
struct AggregateChecker {
  let option: ExpressionOption
  let functions: [AggregateFunction]
  /// What the names of an argument mean.
  let environment: (Syntax) -> Environment

  func check() throws(ExpressionError) -> CheckedAggregate {
    let syntax = try EventSyntax.parse(option.text)
    guard case .call(let name, nil, let written) = syntax.form, Self.isWord(name), isBare(syntax) else {
      let example = (functions.first { $0.arguments != nil } ?? functions.first)?.example(of: "value") ?? "count()"
      throw ExpressionError("an aggregate is a function over rows, such as \(example)", at: syntax.span)
    }
    guard let function = functions.first(where: { $0.name == name }) else {
      let start = Int(syntax.span.start)
      throw ExpressionError("'\(name)' is no aggregate; " + suggestion(name), at: Span(start, start + name.utf8.count))
    }
    let arguments = function.arguments ?? []
    let least = arguments.prefix { !$0.isOptional }.count
    if written.count < least || written.count > arguments.count {
      let place = written.count > arguments.count ? written[arguments.count].span : syntax.span
      throw ExpressionError("\(function.form) is how it is called, and here it has \(Self.count(written.count))", at: place)
    }
    var checked: [CheckedExpression] = []
    for (syntax, argument) in zip(written, arguments) {
      if argument.isConstant {
        try check(constant: syntax, argument, of: function)
      } else {
        let expression = try Expression(syntax, text: option.text, in: environment(syntax))
        try check(expression, argument, of: function)
        checked.append(CheckedExpression(option: option, expression: expression, takes: argument.type ?? .any))
      }
    }
    return CheckedAggregate(function: function, arguments: checked, result: Self.result(of: function, checked))
  }

  private static func result(of function: AggregateFunction, _ arguments: [CheckedExpression]) -> RecordPlan.ColumnType? {
    guard function.result == AggregateFunction.argumentType else { return RecordPlan.ColumnType(rawValue: function.result) }
    guard let first = arguments.first else { return nil }
    return first.expression.type == .dyn ? first.takes?.columnType : first.columnType
  }

  // MARK: Arguments

  private func check(
    _ expression: Expression, _ argument: AggregateFunction.Argument, of function: AggregateFunction
  ) throws(ExpressionError) {
    let given = expression.type
    if given == .dyn { return }
    if case .parameter = given { return }
    let isNumber = given == .int || given == .uint || given == .double
    let (fits, wanted, fix): (Bool, String, String?) =
      switch argument.type ?? .any {
      case .any: (true, "", nil)
      case .number: (isNumber, "numbers", given == .string ? "double(x) makes a number" : nil)
      case .ordered:
        (isNumber || given == .bool || given == .string || given == .timestamp, "what has an order", nil)
      case .double: (isNumber, "numbers", given == .string ? "double(x) makes a number" : nil)
      case let type:
        (given == RecordPlan.ColumnType(rawValue: type.rawValue)?.valueType, "values of type \(type.rawValue)", nil)
      }
    if fits { return }
    throw ExpressionError(
      "'\(function.name)' takes \(wanted), and this is \(given)" + (fix.map { "; " + $0 } ?? ""), at: expression.syntax.span)
  }

  private func check(
    constant syntax: Syntax, _ argument: AggregateFunction.Argument, of function: AggregateFunction
  ) throws(ExpressionError) {
    let name = "'\(argument.name)' of '\(function.name)'"
    let kind = argument.type == .int ? "a whole number" : "a number"
    guard let number = Self.number(syntax, whole: argument.type == .int) else {
      throw ExpressionError("\(name) is \(kind) that stands here: \(function.form)", at: syntax.span)
    }
    let (least, most) = (argument.minimum ?? -.infinity, argument.maximum ?? .infinity)
    guard !(least...most).contains(number) else { return }
    let bounds =
      switch (argument.minimum, argument.maximum) {
      case (let least?, let most?): "from \(Self.text(least)) to \(Self.text(most))"
      case (let least?, nil): "at least \(Self.text(least))"
      default: "at most \(Self.text(most))"
      }
    throw ExpressionError("\(name) is \(Self.text(number)); it must be \(bounds)", at: syntax.span)
  }

  /// The value of a literal, with or without a sign.
  private static func number(_ syntax: Syntax, whole: Bool) -> Double? {
    switch syntax.form {
    case .literal(.int(let value)): Double(value)
    case .literal(.double(let value)) where !whole: value
    case .call(Operators.negate, _, let operands) where operands.count == 1: number(operands[0], whole: whole).map { -$0 }
    default: nil
    }
  }

  // MARK: Text

  /// True unless the call stands in brackets of its own.
  private func isBare(_ syntax: Syntax) -> Bool {
    !option.text.utf8.prefix(Int(syntax.span.start)).contains(UInt8(ascii: "("))
      && option.text.utf8.dropFirst(Int(syntax.span.start)).first != UInt8(ascii: "(")
  }

  private func suggestion(_ name: String) -> String {
    let names = functions.map(\.name)
    return Spelling.nearest(to: name, in: names).map { "did you mean '\($0)'?" }
      ?? "there are: \(names.joined(separator: ", "))"
  }

  private static func isWord(_ name: String) -> Bool {
    name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "_")
    }
  }

  private static func count(_ count: Int) -> String {
    count == 0 ? "no argument" : count == 1 ? "1 argument" : "\(count) arguments"
  }

  private static func text(_ number: Double) -> String { Int64(exactly: number).map { String($0) } ?? "\(number)" }
}
