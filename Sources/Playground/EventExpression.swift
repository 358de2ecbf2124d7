import Expressions
import Frames
import Kernels

/// An expression whose variables are the fields of events that were read from JSON, as a pipeline sees them without a source.
public struct EventExpression: Sendable {
  private enum Place: Sendable {
    case field(String)
    case allFields
    /// A part that comes from a source, such as the event's time.
    case absent
  }

  private let program: Program
  private let places: [Place]
  /// Whether a value depends on the event.
  public var usesEvents: Bool { !places.isEmpty }

  public init(_ text: String, isStrict: Bool) throws(ExpressionError) {
    var environment = Environment(EventSyntax.variables, isStrict: isStrict, isGradual: true)
    let expression: Expression
    if isStrict {
      expression = try Expression(text, in: environment)
      if let whole = expression.variables.first(where: { $0.name == "event" }) {
        throw ExpressionError("'event' has parts, such as event.fields[\"name\"], and is no value itself", at: whole.span)
      }
    } else {
      let syntax = try EventSyntax.parse(text)
      environment.checksLiterals = true
      environment.variables.merge(EventSyntax.fieldsNamedAsTypes(in: syntax)) { one, _ in one }
      expression = try Expression(syntax, text: text, in: environment)
    }
    program = Program(expression)
    places = expression.variables.map { variable in
      if variable.name == EventSyntax.fields { return .allFields }
      return EventSyntax.variables[variable.name] != nil ? .absent : .field(variable.name)
    }
  }

  /// The value for one event.
  public func value(of event: VariantReader) throws(EvaluationError) -> Value {
    try program.evaluate(EventVariables(event: event, places: places))
  }

  private struct EventVariables: Variables {
    let event: VariantReader
    let places: [Place]

    func value(_ index: Int) throws(EvaluationError) -> Value? {
      switch places[index] {
      case .absent: return nil
      case .allFields: return Value(event) ?? .map(ValueMap())
      case .field(let name):
        guard let id = VariantReader.id(of: name, in: event.keys) else { return nil }
        return Value(event.field(id))
      }
    }
  }
}
