import Conformance

/// Checks a plugin and prints what is bad.
func check(_ file: String, worker: String) throws -> Bool {
  var check = try Check(file: file, worker: worker)
  check.level = .state
  check.limitMilliseconds = 5_000
  let report = try check.run { result in
    if result.verdict.isBad { print(result.line) }
  }
  print("level \(report.reached) of \(report.asked.rawValue)")
  return report.isGood
}
