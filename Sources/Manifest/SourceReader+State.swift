import PluginManifest

extension SourceReader {
  /// `state`: how much a node may keep by keys, and what happens to more.
  mutating func state(_ entry: SourceEntry) -> Located<StateLimits>? {
    let example = "write state: { bytes: 1GiB, when_full: stop }"
    guard let entries = entry.value.entries else {
      diagnostics.error(entry.value.location, "'state' takes a map, not \(entry.value.described)", example)
      return nil
    }
    if entries.isEmpty { diagnostics.error(entry.value.location, "'state' says nothing", example) }
    var limits = StateLimits()
    for part in known(entries, in: Grammar.state, of: "state") {
      switch part.name {
      case "bytes": if let bytes = size(part, range: StateLimits.bytesRange) { limits.bytes = Int(bytes.value) }
      case "keys": if let keys = whole(part, StateLimits.keysRange) { limits.keys = keys }
      default:
        if let word = choice(part, Grammar.stateWhenFull) { limits.whenFull = StateLimits.WhenFull(rawValue: word) ?? .stop }
      }
    }
    return Located(limits, at: entry.location)
  }
}
