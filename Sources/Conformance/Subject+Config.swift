import Manifest
import PluginHost
import PluginManifest

extension Subject {
  /// Prepares a component: its configuration comes from its example, and where that has none, from its options.
  init(file: String, plugin: PluginManifest, index: Int, seed: UInt64) {
    let component = plugin.components[index]
    var problems: [String] = []
    for with in [Self.example(of: component, in: plugin), .map([])] {
      guard let with else { continue }
      let config = OptionValues(component, seed: seed).completed(with)
      switch Self.resolve(component, of: plugin, with: config) {
      case .success(let node):
        self.init(file: file, plugin: plugin, index: index, node: .success(node), seed: seed)
        return
      case .failure(let end): if case .failed(let why) = end { problems.append(why) }
      }
    }
    let why = CaseEnd.failed("no configuration could be made: \(problems.last ?? ""); give the component an example")
    self.init(file: file, plugin: plugin, index: index, node: .failure(why), seed: seed)
  }

  /// What the example writes under `with` of the component, `{}` where it writes nothing; nil without a usable example.
  static func example(of component: ComponentManifest, in plugin: PluginManifest) -> ConfigValue? {
    guard let text = component.example,
      let source = PipelineSource.parse(text: text, file: "example", environment: [:]).0
    else { return nil }
    let names = [component.id, "\(plugin.name)/\(component.id)"]
    let node = source.nodes.first { $0.kind == component.kind && names.contains($0.use?.value ?? "") }
    return node.map { $0.with?.value ?? .map([]) }
  }

  /// The component as a node of a small pipeline whose other nodes stand for any.
  static func resolve(
    _ component: ComponentManifest, of plugin: PluginManifest, with: ConfigValue
  ) -> Result<NodePlan, CaseEnd> {
    let text = Pipelet.text(component, plugin: plugin.name, with: with)
    let catalog = ManifestCatalog([plugin, Pipelet.neighbours])
    let (plan, diagnostics) = PipelinePlan.load(text: text, file: "check", environment: [:], catalog: catalog)
    if let node = plan?.node(named: Pipelet.name) { return .success(node) }
    let first = diagnostics.first { $0.severity == .error }
    return .failure(.failed((first?.message ?? "the pipeline has no plan") + (first?.fix.map { " (\($0))" } ?? "")))
  }
}

/// A pipeline of the component and one source and sink for each of its ports.
enum Pipelet {
  static let name = "checked"
  private static let plugin = "tidemill-check-neighbours"

  /// A source and a sink that fit everywhere.
  static let neighbours = PluginManifestReader().read(
    json: """
      {"abi":0,"name":"\(plugin)","version":"1","components":[
        {"id":"any-source","kind":"source","doc":"Stands for any source."},
        {"id":"any-sink","kind":"sink","doc":"Stands for any sink."}]}
      """
  ).manifest!

  static func text(_ component: ComponentManifest, plugin: String, with: ConfigValue) -> String {
    func node(_ use: String, _ more: [ConfigValue.Entry]) -> ConfigValue { .map([.init("use", .string(use))] + more) }
    let before = node("\(Self.plugin)/any-source", [])
    var own: [ConfigValue.Entry] = []
    let inputs = component.ports?.in ?? []
    if component.kind != .source {
      own.append(
        .init(
          "from",
          inputs.count > 1 ? .map(inputs.map { .init($0.name, .string("before")) }) : .string("before")))
    }
    if case .map(let entries) = with, !entries.isEmpty { own.append(.init("with", with)) }
    let checked = node("\(plugin)/\(component.id)", own)
    var sinks: [ConfigValue.Entry] = []
    if component.kind == .sink {
      sinks.append(.init(name, checked))
    } else {
      let output = component.ports?.out?.first.map { ".\($0.name)" } ?? ""
      sinks.append(.init("behind", node("\(Self.plugin)/any-sink", [.init("from", .string(name + output))])))
    }
    let sources = ConfigValue.map([component.kind == .source ? .init(name, checked) : .init("before", before)])
    var parts: [ConfigValue.Entry] = [.init("name", .string("check")), .init("sources", sources)]
    if component.kind == .operator { parts.append(.init("operators", .map([.init(name, checked)]))) }
    return ConfigValue.map(parts + [.init("sinks", .map(sinks))]).json
  }
}

/// Values for the options of a component that nobody has given one.
struct OptionValues {
  let component: ComponentManifest
  let seed: UInt64

  init(_ component: ComponentManifest, seed: UInt64) {
    self.component = component
    self.seed = seed
  }

  /// The configuration with what is required and missing, and with paths that lie in the directory of the case.
  func completed(_ with: ConfigValue) -> ConfigValue {
    guard case .map(var entries) = with else { return with }
    for option in component.options ?? [] {
      let place = entries.firstIndex { $0.name == option.name }
      if option.format == .path, option.type == .string, place != nil || option.required == true {
        let path = ConfigValue.string(component.kind == .source ? CaseFiles.input : CaseFiles.output)
        if let place { entries[place].value = path } else { entries.append(.init(option.name, path)) }
      } else if place == nil, option.required == true, let value = value(of: option) {
        entries.append(.init(option.name, value))
      }
    }
    return .map(entries)
  }

  /// Longest list that is made up.
  private static let listLimit: Int64 = 1000

  /// A value as it would be written; nil when none can be thought of.
  func value(of option: OptionSchema) -> ConfigValue? {
    if let standard = option.default, standard != .null { return standard }
    if let first = option.choices?.first { return first }
    switch option.type {
    case .boolean: return .bool(true)
    case .integer: return quantity(Int64(clamping: bounded(option, 1)), option.format)
    case .number: return .double(max(option.minimum ?? 1, min(1, option.maximum ?? 1)))
    case .list:
      let item = item(of: option)
      let count = Int64(clamping: option.minimum ?? 1)
      guard count <= Self.listLimit else { return nil }
      return .list(Array(repeating: item ?? .string("value"), count: max(1, Int(count))))
    case .map:
      if let fields = option.fields { return members(fields) }
      return .map([.init("first", item(of: option) ?? .string("value"))])
    case .string:
      switch option.format {
      case .path: return .string(component.kind == .source ? CaseFiles.input : CaseFiles.output)
      case .field: return .string("value")
      case .key: return .string("key")
      case .expression:
        switch option.result {
        case .bool: return .string("value > 0")
        case .int: return .string("int(value)")
        case .double: return .string("double(value)")
        case .string: return .string("string(value)")
        case .list: return .string("[value]")
        case .time, .binary, nil: return .string("value")
        }
      case .aggregate: return .string(option.functions?.first?.example(of: "value") ?? "count()")
      default: return .string("text")
      }
    }
  }

  private func item(of option: OptionSchema) -> ConfigValue? {
    switch option.element {
    case .any: return nil
    case .value(let schema): return value(of: schema)
    case .map(let fields): return members(fields)
    }
  }

  private func members(_ fields: [OptionSchema]) -> ConfigValue {
    .map(fields.filter { $0.required == true }.compactMap { field in value(of: field).map { .init(field.name, $0) } })
  }

  private func bounded(_ option: OptionSchema, _ wish: Double) -> Double {
    min(max(wish, option.minimum ?? wish), option.maximum ?? max(wish, option.minimum ?? wish))
  }

  /// A number as its format writes it.
  func quantity(_ number: Int64, _ format: OptionSchema.Format?) -> ConfigValue {
    switch format {
    case .duration: .string(Quantity.text(nanoseconds: number))
    case .bytes: .string(Quantity.text(bytes: number))
    default: .int(number)
    }
  }
}
