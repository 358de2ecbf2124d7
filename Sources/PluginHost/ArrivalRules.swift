import PluginManifest

/// What a manifest says of results that depend on when rows arrive: the options are there, and can have the values.
enum ArrivalRules {
  static func check(_ component: ComponentManifest, _ path: String, _ log: inout ManifestRules.Log) {
    for (index, arrival) in (component.arrival ?? []).enumerated() {
      let place = "\(path)[\(index)]"
      log.check(!arrival.reason.isEmpty, place + ".reason", "is empty; it says why results depend on arrival")
      log.checkText(arrival.reason, place + ".reason")
      log.check(arrival.value == nil || arrival.option != nil, place + ".value", "is of an option, and none is named")
      guard let name = arrival.option else { continue }
      guard let option = component.options?.first(where: { $0.name == name }) else {
        log.add(place + ".option", "'\(name)' is no option of this component")
        continue
      }
      if let value = arrival.value, let problem = OptionValue.problem(of: value, as: option, choices: option.choices) {
        log.add(place + ".value", problem)
      }
    }
  }
}
