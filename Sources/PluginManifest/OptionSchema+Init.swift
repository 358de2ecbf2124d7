extension OptionSchema {
  /// An option with what is not said left open.
  public init(
    _ name: String, _ type: ValueType, format: Format? = nil, doc: String, required: Bool? = nil, `default`: ConfigValue? = nil,
    minimum: Double? = nil, maximum: Double? = nil, choices: [ConfigValue]? = nil, unit: String? = nil, items: [OptionSchema]? = nil
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
  }

  /// The schema of an element of a list, or of the entry `name` of a map: `items` of one schema speaks of every element and
  /// entry, more than one are the named entries of the map. Nil when the entry is not among them; an element without `items` may
  /// be anything.
  public func item(named name: String? = nil) -> OptionSchema? {
    guard let items, !items.isEmpty else { return nil }
    if items.count == 1 || type == .list { return items[0] }
    return items.first { $0.name == name }
  }

  /// True when the entries of the map are named by the schema.
  public var hasNamedEntries: Bool { type == .map && (items?.count ?? 0) > 1 }
}
