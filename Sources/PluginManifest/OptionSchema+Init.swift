extension OptionSchema {
  /// An option with what is not said left open.
  public init(
    _ name: String, _ type: ValueType, format: Format? = nil, doc: String, required: Bool? = nil, `default`: ConfigValue? = nil,
    minimum: Double? = nil, maximum: Double? = nil, choices: [ConfigValue]? = nil, unit: String? = nil,
    items: [OptionSchema]? = nil, fields: [OptionSchema]? = nil, result: ExpressionResult? = nil,
    functions: [AggregateFunction]? = nil, variables: String? = nil
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.doc = doc
    self.required = required
    self.default = `default`
    self.minimum = minimum
    self.maximum = maximum
    self.choices = choices
    self.unit = unit
    self.items = items
    self.fields = fields
    self.result = result
    self.functions = functions
    self.variables = variables
  }

  /// What a list's elements or a map's values are: anything, values of one schema, or maps with the fields named here.
  public enum Element: Sendable, Equatable {
    case any
    case value(OptionSchema)
    case map([OptionSchema])
  }

  /// One schema under `items` speaks of every element, several are the fields of elements that are maps; without `items`
  /// a `format` of the list or map speaks of its elements.
  public var element: Element {
    switch items?.count ?? 0 {
    case 0:
      guard let format else { return .any }
      let type: ValueType = format == .duration || format == .bytes ? .integer : .string
      return .value(
        OptionSchema(name, type, format: format, doc: doc, result: result, functions: functions, variables: variables))
    case 1: return .value(items![0])
    default: return .map(items!)
    }
  }
}

extension OptionSchema {
  /// The members of an aggregate that is written as a map: `{ fn: sum(value), filter: 'quality == "good"' }`.
  public static let aggregateMembers = [
    OptionSchema("fn", .string, doc: "The aggregate.", required: true),
    OptionSchema("filter", .string, format: .expression, doc: "Only rows for which this holds count.", result: .bool),
  ]
}
