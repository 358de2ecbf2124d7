import CTidemill
import PluginHost
import PluginManifest

/// What a host does to a configuration before an instance sees it: defaults for the options that were left out.
extension PluginBench {
  func completed(_ config: ConfigValue, _ kind: ComponentManifest.Kind, _ id: String) -> ConfigValue {
    guard case .map(let given) = config, let description = selfDescription(),
      let manifest = PluginManifestReader().read(json: description).manifest,
      let component = manifest.components.first(where: { $0.kind == kind && $0.id == id })
    else { return config }
    let missing = (component.options ?? []).compactMap { option -> ConfigValue.Entry? in
      guard let value = option.default, !given.contains(where: { $0.name == option.name }) else { return nil }
      guard case .string(let text) = value, option.type == .integer else { return .init(option.name, value) }
      return .init(option.name, .int(Self.quantity(text)))
    }
    return .map(given + missing)
  }

  /// A size or a duration as the kit writes defaults: a whole number and one unit.
  private static func quantity(_ text: String) -> Int64 {
    let units: [String: Int64] = [
      "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000,
      "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]
    let digits = text.prefix { $0.isNumber }
    guard let number = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else {
      preconditionFailure("'\(text)' is no quantity")
    }
    return number * unit
  }
}
