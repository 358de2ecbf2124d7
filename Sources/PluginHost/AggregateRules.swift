import PluginManifest

/// What the table of functions of an option with aggregates must satisfy.
enum AggregateRules {
  static func check(_ option: OptionSchema, _ path: String, _ log: inout ManifestRules.Log) {
    let place = path + ".functions"
    if option.format == .aggregate {
      log.check(
        option.functions?.isEmpty == false, place, "is missing: an option with aggregates lists the functions that there are")
    } else {
      log.check(option.functions == nil, place, "are of aggregates: format: aggregate")
    }
    var seen: Set<String> = []
    for (index, function) in (option.functions ?? []).enumerated() {
      let place = "\(place)[\(index)]"
      log.check(
        isFunctionName(function.name), place + ".name",
        "'\(function.name)' is no name of a function: letters, digits and '_', starting with a letter")
      log.check(seen.insert(function.name).inserted, place + ".name", "a second function '\(function.name)'")
      log.check(!function.doc.isEmpty, place + ".doc", "is empty; one line says what the function gives")
      log.checkText(function.doc, place + ".doc")
      log.check(
        ManifestRules.columnTypes + [AggregateFunction.argumentType], contain: function.result, place + ".result")
      log.check(
        function.result != AggregateFunction.argumentType || function.arguments?.first.map { !$0.isConstant } == true,
        place + ".result", "is the type of the first argument, and there is none that has one")
      log.check(
        function.order != .doubles || function.arguments?.first.map { !$0.isConstant } == true, place + ".order",
        "is by the type of the first argument, and there is none that has one")
      check(function.arguments ?? [], place + ".arguments", &log)
    }
  }

  private static func check(_ arguments: [AggregateFunction.Argument], _ path: String, _ log: inout ManifestRules.Log) {
    var seen: Set<String> = []
    var last: AggregateFunction.Argument?
    for (index, argument) in arguments.enumerated() {
      let place = "\(path)[\(index)]"
      log.check(OptionRules.isOptionName(argument.name), place + ".name", "'\(argument.name)' is no name of an argument")
      log.check(seen.insert(argument.name).inserted, place + ".name", "a second argument '\(argument.name)'")
      log.checkText(argument.doc, place + ".doc")
      if argument.isConstant {
        log.check(
          argument.type == .int || argument.type == .double, place + ".type", "a constant is of type int or double")
      } else {
        log.check(last?.isConstant != true, place, "stands behind a constant; values come first")
        log.check(argument.minimum == nil && argument.maximum == nil, place, "bounds are of constants")
      }
      if let minimum = argument.minimum, let maximum = argument.maximum {
        log.check(minimum <= maximum, place + ".minimum", "is above the maximum")
      }
      log.check(
        argument.isOptional || last?.isOptional != true, place + ".optional",
        "may not be missing: the one before it may be left out")
      last = argument
    }
  }

  private static func isFunctionName(_ text: String) -> Bool { OptionRules.isOptionName(text) && !text.contains("-") }
}
