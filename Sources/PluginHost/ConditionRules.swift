import PluginManifest

/// What a manifest says of event times and watermarks, and under which conditions: their options are there, and can have the values.
enum ConditionRules {
  /// - Parameter path: that of what has the condition.
  static func check(
    _ condition: ComponentManifest.Condition, of component: ComponentManifest, _ path: String, _ log: inout ManifestRules.Log
  ) {
    log.check(condition.value == nil || condition.option != nil, path + ".value", "is of an option, and none is named")
    for (member, name) in [("option", condition.option), ("without", condition.without)] {
      guard let name else { continue }
      guard let option = component.options?.first(where: { $0.name == name }) else {
        log.add("\(path).\(member)", "'\(name)' is no option of this component")
        continue
      }
      guard member == "option", let value = condition.value else { continue }
      if let problem = OptionValue.problem(of: value, as: option, choices: option.choices) { log.add(path + ".value", problem) }
    }
  }

  static func checkTimes(_ component: ComponentManifest, _ path: String, _ log: inout ManifestRules.Log) {
    for (index, condition) in (component.eventTime ?? []).enumerated() {
      check(condition, of: component, "\(path).event_time[\(index)]", &log)
    }
    log.check(
      component.eventTime == nil || component.kind != .source, path + ".event_time",
      "is of what comes in, and a source has no input")
    for (index, wait) in (component.waits ?? []).enumerated() {
      let place = "\(path).waits[\(index)]"
      log.check(!wait.reason.isEmpty, place + ".reason", "is empty; it says what is done when the watermark moves")
      log.checkText(wait.reason, place + ".reason")
      check(wait.condition, of: component, place, &log)
    }
    log.check(component.waits == nil || component.kind != .source, path + ".waits", "is of operators and sinks")
    log.check(component.setsWatermark != true || component.kind == .source, path + ".sets_watermark", "is of sources")
  }
}
