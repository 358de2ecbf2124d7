import PluginManifest

extension SourceReader {
  /// `watermark`: how far it stays behind the event times, and what the clock has to say.
  mutating func watermark(_ entry: SourceEntry) -> Located<WatermarkPolicy>? {
    if case .string("monotonic") = entry.value.content { return Located(.monotonic, at: entry.value.location) }
    let example = "write watermark: { delay: 2s }"
    guard let entries = entry.value.entries else {
      diagnostics.error(entry.value.location, "'watermark' takes a map, not \(entry.value.described)", example)
      return nil
    }
    if entries.isEmpty { diagnostics.error(entry.value.location, "'watermark' says nothing", example) }
    let parts = known(entries, in: Grammar.watermark, of: "a watermark")
    let asksForLag = parts.count < entries.count || parts.contains { Self.isLag($0) }
    var lag: Located<WatermarkPolicy.Lag>?
    var (periodic, idle): (Located<Int64>?, Located<Int64>?)
    for part in parts {
      switch part.name {
      case "periodic": periodic = clock(part, WatermarkPolicy.periodicRange, "1ms to 1h", asksForLag)
      case "idle": idle = clock(part, WatermarkPolicy.idleRange, "1ms to 366d", asksForLag)
      default:
        guard let found = part.name == "delay" ? delay(part) : monotonic(part) else { continue }
        if let lag {
          diagnostics.error(
            part.location, "a watermark is either 'delay' or 'monotonic'; the other stands in line \(lag.location.line)",
            "remove one of them: monotonic is a delay of 0s")
          return nil
        }
        lag = Located(found, at: part.location)
      }
    }
    if let periodic, let idle, idle.value < periodic.value {
      diagnostics.error(
        idle.location, "'idle' is \(Quantity.text(nanoseconds: idle.value)), less than 'periodic'",
        "write at least \(Quantity.text(nanoseconds: periodic.value)): before that the watermark cannot tell")
    }
    guard let lag else { return nil }
    let policy = WatermarkPolicy(lag.value, periodicNanoseconds: periodic?.value, idleNanoseconds: idle?.value)
    return Located(policy, at: lag.location)
  }

  private static func isLag(_ entry: SourceEntry) -> Bool { entry.name == "delay" || entry.name == "monotonic" }

  /// A duration of the host's clock; it says nothing where no watermark is asked for.
  private mutating func clock(
    _ entry: SourceEntry, _ range: ClosedRange<Int64>, _ bounds: String, _ asksForLag: Bool
  ) -> Located<Int64>? {
    if !asksForLag {
      diagnostics.error(
        entry.location, "'\(entry.name)' says nothing without 'delay' or 'monotonic', which make the watermark",
        "add delay: 2s, or monotonic: true where events come in order")
    }
    guard let text = word(entry.value, "'\(entry.name)' takes a duration") else { return nil }
    guard let nanoseconds = Quantity.nanoseconds(text) else {
      diagnostics.error(
        entry.value.location, "'\(entry.name)' takes a duration, not \(entry.value.described)", Self.durationFix(text))
      return nil
    }
    guard range.contains(nanoseconds) else {
      diagnostics.error(entry.value.location, "'\(entry.name)' is \(text); it must be from \(bounds)")
      return nil
    }
    return Located(nanoseconds, at: entry.value.location)
  }

  private mutating func delay(_ entry: SourceEntry) -> WatermarkPolicy.Lag? {
    guard let text = word(entry.value, "'delay' takes a duration") else { return nil }
    guard let nanoseconds = Quantity.nanoseconds(text) else {
      diagnostics.error(entry.value.location, "'delay' takes a duration, not \(entry.value.described)", Self.durationFix(text))
      return nil
    }
    return .delay(nanoseconds: nanoseconds)
  }

  private mutating func monotonic(_ entry: SourceEntry) -> WatermarkPolicy.Lag? {
    if entry.value.content == .bool(true) || (entry.value.substituted && entry.value.text == "true") { return .monotonic }
    diagnostics.error(
      entry.value.location, "'monotonic' takes true, not \(entry.value.described)",
      "write monotonic: true, or delay: 2s for events that come out of order")
    return nil
  }
}
