import PluginManifest

extension SourceReader {
  /// `on_error`: a word, or a map that says how failures are tried again and what follows.
  mutating func onError(_ entry: SourceEntry) -> Located<ErrorPolicy>? {
    guard let entries = entry.value.entries else {
      return choice(entry, Grammar.onError).map { word in
        let policy = OnError(rawValue: word).map { ErrorPolicy($0) } ?? ErrorPolicy(.deadLetter, retry: .repeatingFailures)
        return Located(policy, at: entry.value.location)
      }
    }
    var policy = ErrorPolicy(.deadLetter)
    let parts = known(entries, in: Grammar.errorPolicy, of: "on_error")
    for part in parts {
      switch part.name {
      case "retry": policy.retry = retry(part)
      default: if let then = choice(part, Grammar.then).flatMap(OnError.init(rawValue:)) { policy.onError = then }
      }
    }
    if parts.count == entries.count, !parts.contains(where: { $0.name == "retry" }) {
      diagnostics.error(
        entry.value.location, "'on_error' as a map says how failures are tried again, and there is no 'retry' in it",
        "add retry: { limit: 8 }, or write on_error: \(policy.onError.rawValue)")
    }
    return Located(policy, at: entry.value.location)
  }

  private mutating func retry(_ entry: SourceEntry) -> RetryPolicy {
    var policy = RetryPolicy.repeatingFailures
    if case .null = entry.value.content { return policy }
    guard let entries = entry.value.entries else {
      diagnostics.error(
        entry.value.location, "'retry' takes a map, not \(entry.value.described)",
        "write retry: { limit: 8, backoff: 10ms, max_backoff: 10s, jitter: 0.2 }")
      return policy
    }
    var most: Located<Int64>?
    for part in known(entries, in: Grammar.retry, of: "retry") {
      switch part.name {
      case "limit": if let limit = whole(part, RetryPolicy.limitRange) { policy.limit = limit }
      case "backoff": if let first = wait(part) { policy.backoffNanoseconds = first }
      case "max_backoff": most = wait(part).map { Located($0, at: part.value.location) }
      default: if let jitter = share(part) { policy.jitter = jitter }
      }
    }
    let first = policy.backoffNanoseconds
    if let most, most.value < first {
      diagnostics.error(
        most.location, "'max_backoff' is \(Quantity.text(nanoseconds: most.value)), less than the first wait",
        "write at least \(Quantity.text(nanoseconds: first))")
    }
    policy.maxBackoffNanoseconds = most?.value ?? max(policy.maxBackoffNanoseconds, first)
    return policy
  }

  private mutating func wait(_ entry: SourceEntry) -> Int64? {
    guard let text = word(entry.value, "'\(entry.name)' takes a duration") else { return nil }
    guard let nanoseconds = Quantity.nanoseconds(text) else {
      diagnostics.error(
        entry.value.location, "'\(entry.name)' takes a duration, not \(entry.value.described)", Self.durationFix(text))
      return nil
    }
    guard RetryPolicy.waitRange.contains(nanoseconds) else {
      diagnostics.error(entry.value.location, "'\(entry.name)' is \(text); it must be from 1ms to 1h")
      return nil
    }
    return nanoseconds
  }

  /// A number from 0 to 1.
  private mutating func share(_ entry: SourceEntry) -> Double? {
    guard let text = word(entry.value, "'\(entry.name)' takes a number from 0 to 1") else { return nil }
    guard let value = Double(text), (0...1).contains(value) else {
      diagnostics.error(
        entry.value.location, "'\(entry.name)' takes a number from 0 to 1, not \(entry.value.described)")
      return nil
    }
    return value
  }
}
