import Expressions
import Formats
import PluginManifest

/// The expressions of a node that hold.
struct CheckedOptions {
  /// Arguments of aggregates among them.
  var expressions: [CheckedExpression] = []
  /// What expressions and aggregates give, by their paths; a nil type is not known.
  var results: [String: RecordPlan.ColumnType?] = [:]
  /// Aggregates in which the order of rows shows.
  var ordered: [OrderedAggregate] = []
}

/// Checks the expressions of a node against the rows that reach it.
struct ExpressionChecker {
  let diagnostics: DiagnosticList
  /// The manifest.
  let text: String

  /// The expressions that hold; what is wrong with the others is reported at its place inside of them.
  func check(_ draft: NodeDraft, _ input: RowShape) -> CheckedOptions {
    var checked = CheckedOptions()
    let options = draft.expressionOptions
    var kept = KeptVariables(draft, options)
    for option in options {
      do throws(ExpressionError) {
        if let functions = option.functions {
          let checker = AggregateChecker(option: option, functions: functions) { environment(input, $0) }
          let aggregate = try checker.check()
          checked.expressions += aggregate.arguments
          checked.results[option.path] = .some(aggregate.result)
          if let order = aggregate.order {
            let ordered = OrderedAggregate(function: aggregate.function.name, order: order)
            if !checked.ordered.contains(ordered) { checked.ordered.append(ordered) }
          }
          continue
        }
        let syntax = try EventSyntax.parse(option.text)
        let variables = kept.variables(of: option)
        var names = environment(input, syntax)
        names.variables.merge(variables) { $1 }
        let expression = try Expression(syntax, text: option.text, in: names)
        try checkResult(of: expression, option)
        let type = try kept.take(expression, of: option)
        let found = CheckedExpression(option: option, expression: expression, variables: Set(variables.keys))
        checked.expressions.append(found)
        checked.results[option.path] = .some(RecordPlan.ColumnType(type))
      } catch {
        let place = place(of: error.span, in: option, of: draft)
        diagnostics.error(place.start, length: place.length, "'\(option.path)': \(error.message)")
      }
    }
    return checked
  }

  private func environment(_ input: RowShape, _ syntax: Syntax) -> Environment {
    var environment = Environment()
    environment.variables = EventSyntax.variables
    if input.isOpen { environment.variables.merge(EventSyntax.fieldsNamedAsTypes(in: syntax)) { one, _ in one } }
    for name in input.names { environment.variables[name] = (input.types[name] ?? nil)?.valueType ?? .dyn }
    environment.isGradual = input.isOpen
    environment.checksLiterals = true
    environment.suggestions = input.names
    return environment
  }

  private func checkResult(of expression: Expression, _ option: ExpressionOption) throws(ExpressionError) {
    guard let result = option.result else { return }
    let given = expression.type
    if given == .dyn { return }
    if case .parameter = given { return }
    guard let wanted = RecordPlan.ColumnType(rawValue: result.rawValue) else { return try checkList(given, expression) }
    if given == wanted.valueType || (wanted == .double && (given == .int || given == .uint)) { return }
    let fix =
      switch (wanted, given) {
      case (.bool, .int), (.bool, .uint), (.bool, .double): "; compare it: x > 0"
      case (.bool, .string): "; compare it: x == \"...\""
      case (.double, .string): "; double(x) makes a number"
      case (.string, _): "; string(x) makes a text"
      default: ""
      }
    throw ExpressionError(
      "it gives \(given), and \(wanted.valueType) is wanted here" + fix, at: expression.syntax.span)
  }

  private func checkList(_ given: ValueType, _ expression: Expression) throws(ExpressionError) {
    let fix: String
    switch given {
    case .list: return
    case .string: fix = "x.split(\",\") makes one"
    case .map: fix = "x.map(key, key) makes one of its keys"
    default: fix = "[x] makes one"
    }
    throw ExpressionError("it gives \(given), and a list is wanted here; " + fix, at: expression.syntax.span)
  }

  /// The place of a part of an expression in the manifest, as far as it stands on one line.
  private func place(of span: Span, in option: ExpressionOption, of draft: NodeDraft) -> (start: SourceLocation, length: Int) {
    let location = draft.place(of: option.path)
    guard draft.locations[option.path] != nil else { return (location, 1) }
    let written = ScalarText(text, from: location)
    guard let start = written.place(after: scalars(before: span.start, option), of: option.text.unicodeScalars) else {
      return (location, 1)
    }
    let end = written.place(after: scalars(before: span.end, option), of: option.text.unicodeScalars)
    if let end, end.line == start.line { return (start, max(1, end.column - start.column)) }
    // What follows stands on another line: up to the last character then.
    let last = written.place(after: scalars(before: span.end, option).dropLast(), of: option.text.unicodeScalars)
    guard let last, last.line == start.line else { return (start, 1) }
    return (start, max(1, last.column - start.column + 1))
  }

  private func scalars(before end: Int32, _ option: ExpressionOption) -> Substring.UnicodeScalarView {
    String(decoding: option.text.utf8.prefix(Int(end)), as: UTF8.self).unicodeScalars[...]
  }
}
