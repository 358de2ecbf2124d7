import PluginManifest

extension SourceReader {
  /// What cannot stand beside `function`.
  mutating func checkFunction(_ entries: [SourceEntry]) {
    guard let function = entries.first(where: { $0.name == "function" }) else { return }
    if entries.contains(where: { $0.name == "use" }) {
      diagnostics.error(function.location, "a node has 'use' or 'function', not both", "remove one of them")
    } else if let with = entries.first(where: { $0.name == "with" }) {
      diagnostics.error(
        with.location, "'with' holds options of a component, and a function has none",
        "constants of a function are its 'args': function: { args: [2.5] }")
    }
  }

  /// `function`: a library, a symbol, a signature, and the fields that go in and come out.
  mutating func function(_ entry: SourceEntry) -> FunctionSource? {
    guard let entries = entry.value.entries else {
      diagnostics.error(
        entry.value.location, "'function' takes a map, not \(entry.value.described)",
        "write \(Grammar.node.first { $0.name == "function" }?.example ?? "")")
      return nil
    }
    var function = FunctionSource(at: entry.value.location)
    var inputs: SourceValue?
    var constants: SourceValue?
    let parts = known(entries, in: Grammar.function, of: "a function")
    for part in parts {
      function.locations[part.name] = part.value.location
      switch part.name {
      case "library": function.library = text(part, "the name or path of a shared library")
      case "symbol": function.symbol = text(part, "the name of a function")
      case "signature": function.signature = signature(part)
      case "in": inputs = part.value
      case "args": constants = part.value
      case "out": function.output = field(part.value, of: "'out'")
      default: function.rejectsNulls = choice(part, Grammar.nulls) == "reject"
      }
    }
    for key in Grammar.function.dropLast(2) {
      let isMeant = entries.contains {
        $0.name == key.name || Self.meant($0.name, among: Grammar.function.map(\.name)) == key.name
      }
      if isMeant || (key.name == "in" && function.signature?.value.columns.isEmpty == true) { continue }
      diagnostics.error(function.location, "a function needs '\(key.name)'", "add \(key.example)")
    }
    function.inputs = self.inputs(inputs, &function)
    function.constants = arguments(constants, function)
    return function
  }

  private mutating func text(_ entry: SourceEntry, _ what: String) -> Located<String>? {
    guard let text = word(entry.value, "'\(entry.name)' takes \(what)") else { return nil }
    guard !text.isEmpty, !text.utf8.contains(0) else {
      diagnostics.error(entry.value.location, "'\(entry.name)' takes \(what), not \(entry.value.described)")
      return nil
    }
    return Located(text, at: entry.value.location)
  }

  private mutating func signature(_ entry: SourceEntry) -> Located<FunctionSignature>? {
    guard let text = word(entry.value, "'signature' takes a text such as \"f64(f64,f64)\"") else { return nil }
    do throws(SignatureParser.Problem) {
      return Located(try SignatureParser.parse(text), at: entry.value.location)
    } catch {
      diagnostics.error(entry.value.location, "the signature '\(SourceValue.shortened(text))' \(error.what)", error.fix)
      return nil
    }
  }

  private mutating func field(_ value: SourceValue, of owner: String) -> Located<String>? {
    guard let name = word(value, "\(owner) takes the name of a field") else { return nil }
    guard !name.isEmpty, name.utf8.count <= ManifestLimits.fieldNameBytes, !name.utf8.contains(0) else {
      diagnostics.error(
        value.location,
        "\(owner) takes the name of a field, of 1 to \(ManifestLimits.fieldNameBytes) bytes, not \(value.described)")
      return nil
    }
    return Located(name, at: value.location)
  }

  // MARK: Arguments

  /// Fields, as many as the signature has parameters for them.
  private mutating func inputs(_ value: SourceValue?, _ function: inout FunctionSource) -> [Located<String>]? {
    var items: [SourceValue] = []
    if let value {
      if case .list(let list) = value.content { items = list } else { items = [value] }
    }
    for (index, item) in items.enumerated() { function.locations["in[\(index)]"] = item.location }
    let fields = items.compactMap { field($0, of: "'in'") }
    guard fields.count == items.count, let wanted = function.signature?.value.columns.count else { return nil }
    guard fields.count == wanted else {
      if let value {
        diagnostics.error(
          value.location, "'in' names \(Self.count(fields.count, "field")), and the signature takes \(wanted)",
          fields.count > wanted && wanted > 0 ? "name one field for each parameter before the ';'" : nil)
      }
      return nil
    }
    return fields
  }

  private mutating func arguments(_ value: SourceValue?, _ function: FunctionSource) -> [FunctionSignature.Constant]? {
    guard let types = function.signature?.value.constants else { return nil }
    var items: [SourceValue] = []
    if let value {
      if case .list(let list) = value.content { items = list } else { items = [value] }
    }
    guard items.count == types.count else {
      diagnostics.error(
        value?.location ?? function.signature?.location ?? function.location,
        "'args' has \(Self.count(items.count, "value")), and the signature takes \(Self.count(types.count, "constant"))",
        types.isEmpty
          ? "write the types of constants behind a ';': \"f64(f64; f64)\""
          : "add args: [...], one value for each type behind the ';'")
      return nil
    }
    let constants = zip(items, types).compactMap { constant($0, $1) }
    return constants.count == items.count ? constants : nil
  }

  private mutating func constant(_ value: SourceValue, _ type: FunctionSignature.ValueType) -> FunctionSignature.Constant? {
    let content = value.substituted && type != .str ? YamlScalar.content(of: value.text) : value.content
    switch (type, content) {
    case (.i32, .int(let number)) where Int32(exactly: number) != nil: return .integer(number)
    case (.i64, .int(let number)): return .integer(number)
    case (.u64, .int(let number)) where number >= 0: return .natural(UInt64(number))
    case (.u64, _) where UInt64(value.text) != nil: return UInt64(value.text).map { .natural($0) }
    case (.f32, .int(let number)), (.f64, .int(let number)): return .number(Double(number))
    case (.f32, .double(let number)) where Float(number).isFinite || !number.isFinite: return .number(number)
    case (.f64, .double(let number)): return .number(number)
    case (.str, .string(let text)): return .text(text)
    default:
      diagnostics.error(
        value.location, "\(value.described) is no value of \(type.rawValue)",
        type == .str ? "put a text in quotes" : nil)
      return nil
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number == 0 ? "no" : String(number)) \(noun)\(number == 1 ? "" : "s")"
  }
}
