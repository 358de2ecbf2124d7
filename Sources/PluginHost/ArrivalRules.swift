import PluginManifest

/// What a manifest says of results that depend on when rows arrive.
enum ArrivalRules {
  static func check(_ component: ComponentManifest, _ path: String, _ log: inout ManifestRules.Log) {
    for (index, arrival) in (component.arrival ?? []).enumerated() {
      let place = "\(path)[\(index)]"
      log.check(!arrival.reason.isEmpty, place + ".reason", "is empty; it says why results depend on arrival")
      log.checkText(arrival.reason, place + ".reason")
      ConditionRules.check(arrival.condition, of: component, place, &log)
    }
  }
}
