import Expressions
import Frames

/// One line of a file of cases: an expression with what its variables are bound to.
struct Case {
  var expression = ""
  var bindings: [String: Value] = [:]
  /// Types of variables, those that are bound included.
  var types: [String: ValueType] = [:]
  var container = ""
  /// Whether wrong types are an error where evaluating does not meet them, too.
  var isChecked = false
  var isStrict: Bool
  /// Whether the answer tells the type that the checker found.
  var deduces = false

  init(_ json: VariantReader, isStrict: Bool) throws(NotationError) {
    self.isStrict = isStrict
    let members = json.members
    guard let text = members["expr"] else { throw NotationError("a case needs \"expr\"") }
    expression = try Self.text(text, "expr")
    for (name, value) in members.sorted(by: { Text($0.key) < Text($1.key) }) {
      switch name {
      case "expr": break
      case "bindings": try bind(value)
      case "types": try declare(value)
      case "container": container = try Self.text(value, name)
      case "check": isChecked = try Self.flag(value, name)
      case "strict": self.isStrict = try Self.flag(value, name)
      case "deduce": deduces = try Self.flag(value, name)
      default:
        throw NotationError(
          "'\(name)' is no part of a case; it has expr, bindings, types, container, check, strict and deduce"
        )
      }
    }
  }

  private mutating func bind(_ json: VariantReader) throws(NotationError) {
    guard json.kind == .object else { throw NotationError("\"bindings\" is an object of names and values") }
    for (name, value) in json.members.sorted(by: { Text($0.key) < Text($1.key) }) {
      do {
        bindings[name] = try TypedValue.read(value)
      } catch {
        throw NotationError("'\(name)': \(error.message)")
      }
    }
  }

  private mutating func declare(_ json: VariantReader) throws(NotationError) {
    guard json.kind == .object else { throw NotationError("\"types\" is an object of names and types") }
    for (name, value) in json.members.sorted(by: { Text($0.key) < Text($1.key) }) {
      let text = try Self.text(value, name)
      guard let type = ValueType(text) else {
        throw NotationError("'\(name)': '\(text)' is no type; types look like int, list(string), map(string, dyn)")
      }
      types[name] = type
    }
  }

  private static func text(_ json: VariantReader, _ name: String) throws(NotationError) -> String {
    guard json.kind == .string else { throw NotationError("\"\(name)\" is a text") }
    return json.string.string
  }

  private static func flag(_ json: VariantReader, _ name: String) throws(NotationError) -> Bool {
    guard let flag = json.bool else { throw NotationError("\"\(name)\" is true or false") }
    return flag
  }

  /// The expression, and what the checker has to say of one that is evaluated nevertheless.
  private func compiled() throws(ExpressionError) -> (Expression, mistake: ExpressionError?) {
    let mistake: ExpressionError
    do throws(ExpressionError) {
      return (try Expression(expression, in: environment(isChecked: true)), nil)
    } catch {
      mistake = error
    }
    if isChecked { throw mistake }
    return (try Expression(expression, in: environment(isChecked: false)), mistake)
  }

  private func environment(isChecked: Bool) -> Environment {
    var environment = Environment(
      bindings.mapValues(\.staticType).merging(types) { _, declared in declared }, isStrict: isStrict, isGradual: !isChecked)
    environment.container = container
    environment.isChecked = isChecked
    return environment
  }

  /// The answer as one line of JSON, without its end.
  func answer() -> String {
    var json = JsonText()
    let expression: Expression
    let mistake: ExpressionError?
    do throws(ExpressionError) {
      (expression, mistake) = try compiled()
    } catch {
      json.write(error: error.message)
      return json.string
    }
    let deduced = deduces && mistake == nil ? expression.type : nil
    do throws(EvaluationError) {
      json.write(
        try Program(expression).evaluate(VariableList(expression.variables.map { bindings[$0.name] })), deduced: deduced)
    } catch {
      json.write(error: mistake?.message ?? error.message, deduced: deduced)
    }
    return json.string
  }
}
