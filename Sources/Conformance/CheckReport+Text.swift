import PluginManifest

extension CheckReport {
  /// For people: what is bad with its reason, what was left out and why, and the level.
  public var text: String {
    var text = ""
    for result in results where result.verdict.isBad { text += result.line + "\n" }
    let skipped = Dictionary(grouping: results.filter { $0.verdict.word == "skip" }) { $0.verdict.reason }
    for (reason, cases) in skipped.sorted(by: { $0.value[0].level < $1.value[0].level || $0.key < $1.key }) {
      let names = Array(Set(cases.map(\.id))).sorted().joined(separator: ", ")
      text += TerminalText.line("skipped   \(reason): \(names)") + "\n"
    }
    let counts = ["pass", "fail", "crash", "timeout", "skip"].map { (word: $0, count: count($0)) }.filter { $0.count > 0 }
    text += "\(TerminalText.line(file)): level \(reached) of \(asked.rawValue); "
    text += counts.map { "\($0.count) \($0.word)" }.joined(separator: ", ") + "\n"
    if !isGood { text += "repeat it with --reproduce \(seed)\n" }
    return text
  }

  /// For programs.
  public var json: String {
    func text(_ value: String?) -> ConfigValue { value.map { .string($0) } ?? .null }
    let cases = results.map { result in
      ConfigValue.map([
        .init("case", .string(result.id)), .init("level", .int(Int64(result.level.rawValue))),
        .init("component", text(result.component)), .init("result", .string(result.verdict.word)),
        .init("reason", result.verdict.reason.isEmpty ? .null : .string(result.verdict.reason)),
        .init("milliseconds", .int(Int64(result.milliseconds))),
      ])
    }
    return ConfigValue.map([
      .init("file", .string(file)), .init("sha256", text(sha256)), .init("seed", .string(String(seed))),
      .init("asked", .int(Int64(asked.rawValue))), .init("level", .int(Int64(reached))), .init("good", .bool(isGood)),
      .init("results", .list(cases)),
    ]).json + "\n"
  }
}

extension CaseResult {
  /// `fail      input-read-only      operator hot: it wrote into its input`.
  public var line: String {
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
    let place = component.map { "\($0): " } ?? ""
    return TerminalText.line(padded(verdict.word, 10) + padded(id, 25) + place + verdict.reason)
  }
}
