import Expressions
import Formats
import PluginManifest

/// An expression, or an aggregate of some, in the configuration of a node.
struct ExpressionOption {
  /// Of the option: `where`, `set.total`, `rules[0].when`.
  var path: String
  var text: String
  /// What it must give; nil = anything.
  var result: OptionSchema.ExpressionResult?
  /// Of an aggregate: what may be called.
  var functions: [AggregateFunction]?
  /// The option whose names are variables.
  var variables: String?
}

extension NodeDraft {
  /// All expressions and aggregates under `with`, in the order of the schema.
  var expressionOptions: [ExpressionOption] {
    var found: [ExpressionOption] = []
    for schema in manifest?.options ?? [] { Self.collect(config[schema.name], schema, path: schema.name, into: &found) }
    return found
  }

  private static func collect(
    _ value: ConfigValue?, _ schema: OptionSchema, path: String, into found: inout [ExpressionOption]
  ) {
    switch value {
    case .string(let text):
      if schema.format == .expression {
        found.append(ExpressionOption(path: path, text: text, result: schema.result, variables: schema.variables))
      }
      if schema.format == .aggregate {
        found.append(ExpressionOption(path: path, text: text, functions: schema.functions ?? []))
      }
    case .list(let items):
      for (index, item) in items.enumerated() { collectElement(item, schema, path: "\(path)[\(index)]", into: &found) }
    case .map(let entries):
      if schema.type == .string, schema.format == .aggregate {
        for member in OptionSchema.aggregateMembers {
          var member = member
          if member.format == nil { (member.format, member.functions) = (.aggregate, schema.functions) }
          collect(value?[member.name], member, path: ConfigPath.joined(path, member.name), into: &found)
        }
        return
      }
      if let fields = schema.fields {
        for field in fields { collect(value?[field.name], field, path: ConfigPath.joined(path, field.name), into: &found) }
        return
      }
      for entry in entries {
        collectElement(entry.value, schema, path: ConfigPath.joined(path, entry.name), into: &found)
      }
    default: break
    }
  }

  private static func collectElement(
    _ value: ConfigValue, _ schema: OptionSchema, path: String, into found: inout [ExpressionOption]
  ) {
    switch schema.element {
    case .any: break
    case .value(let element): collect(value, element, path: path, into: &found)
    case .map(let fields):
      for field in fields { collect(value[field.name], field, path: "\(path).\(field.name)", into: &found) }
    }
  }
}

/// An expression that was checked against the rows that reach its node.
struct CheckedExpression {
  var option: ExpressionOption
  var expression: Expression
  /// Of an argument of an aggregate: what it must be.
  var takes: AggregateFunction.Takes?
  /// Names that are no fields: the component gives them values.
  var variables: Set<String> = []

  /// The type of a column that holds its values; nil when it is not known, or none fits.
  var columnType: RecordPlan.ColumnType? { RecordPlan.ColumnType(expression.type) }

  /// The fields that it reads, with the types that its use of them implies.
  var uses: [(name: String, type: ImpliedType)] {
    let implied = ImpliedUses(expression, takes)
    return expression.variables.compactMap { variable in
      EventSyntax.variables[variable.name] == nil && !variables.contains(variable.name)
        ? (variable.name, implied.type(of: variable.name).exactly) : nil
    }
  }

  /// It reads all fields there are.
  var readsAll: Bool { expression.variables.contains { $0.name == EventSyntax.fields } }
}

extension RecordPlan.ColumnType {
  /// The column that holds values of a type; nil when several could.
  init?(_ type: ValueType) {
    switch type {
    case .bool: self = .bool
    case .int: self = .int
    case .double: self = .double
    case .string: self = .string
    case .bytes: self = .binary
    case .timestamp: self = .time
    default: return nil
    }
  }

  /// What an expression reads of a column.
  var valueType: ValueType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .binary: .bytes
    case .time: .timestamp
    default: .dyn
    }
  }
}
