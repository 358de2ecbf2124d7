import Expressions
import Testing

/// A value as it would be written, so that tests can tell 1 from 1u and 1.0.
func written(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let value): "\(value)"
  case .int(let value): "\(value)"
  case .uint(let value): "\(value)u"
  case .double(let value): value.isNaN ? "nan" : "\(value)"
  case .exact(let number): number.text.string
  case .string(let text): "'\(text)'"
  case .bytes(let bytes): "b'" + bytes.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "\\\($0)" }.joined() + "'"
  case .timestamp(let value): "timestamp(\(value.text))"
  case .duration(let value): "duration(\(value.text))"
  case .list(let values): "[" + values.map(written).joined(separator: ", ") + "]"
  case .map(let map):
    "{" + zip(map.keys, map.values).map { written($0) + ": " + written($1) }.joined(separator: ", ") + "}"
  case .optional(let optional): optional.value.map { "optional(\(written($0)))" } ?? "none"
  case .type(let name): name.rawValue
  case .network(let value): value.text.string
  }
}

/// What an expression gives, or `error: …`; names that are no variables are unknown, and types are not checked beforehand.
func evaluate(
  _ text: String, _ variables: [String: Value] = [:], isStrict: Bool = true, limits: EvaluationLimits = EvaluationLimits()
) -> String {
  var environment = Environment(variables.mapValues { _ in .dyn }, isStrict: isStrict)
  environment.isChecked = false
  environment.isGradual = true
  do {
    let expression = try Expression(text, in: environment)
    let program = Program(expression, limits: limits)
    return written(try program.evaluate(VariableList(expression.variables.map { variables[$0.name] })))
  } catch let error as ExpressionError {
    return "refused: \(error.message)"
  } catch let error as EvaluationError {
    return "error: \(error.message)"
  } catch {
    return "\(error)"
  }
}

/// Expects each expression to give what stands beside it; `error` and words expect an error with these words.
func expect(
  _ cases: KeyValuePairs<String, String>, _ variables: [String: Value] = [:], isStrict: Bool = true,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  for (text, wanted) in cases {
    let found = evaluate(text, variables, isStrict: isStrict)
    if wanted.hasPrefix("error") {
      let words = wanted.dropFirst("error".count).drop { $0 == ":" || $0 == " " }
      #expect(
        found.hasPrefix("error: ") && (words.isEmpty || found.contains(words)), "\(text) gives \(found), not \(wanted)",
        sourceLocation: sourceLocation)
    } else {
      #expect(found == wanted, "\(text)", sourceLocation: sourceLocation)
    }
  }
}
