import PluginManifest

extension SourceReader {
  /// Reads `buffer`: bounds and policy of all edges into a node, and under `inputs` those of some of them.
  mutating func buffer(_ entry: SourceEntry) -> BufferSource? {
    guard let entries = entry.value.entries else {
      diagnostics.error(
        entry.value.location, "'buffer' takes a map, not \(entry.value.described)", "write buffer: { frames: 64, bytes: 4MiB }")
      return nil
    }
    let parts = known(entries, in: Grammar.buffer, of: "a buffer")
    let plan = bounds(parts.filter { $0.name != "inputs" }, from: EdgeBuffer())
    var buffer = BufferSource(plan: plan, policyLocation: Self.policyLocation(entries) ?? entry.location)
    if let inputs = parts.first(where: { $0.name == "inputs" }) { buffer.inputs = self.inputs(inputs, of: buffer) }
    return buffer
  }

  /// Where `when_full` says something.
  private static func policyLocation(_ entries: [SourceEntry]) -> SourceLocation? {
    entries.first { $0.name == "when_full" }?.value.location
  }

  private mutating func inputs(_ entry: SourceEntry, of buffer: BufferSource) -> [BufferSource.Input] {
    let example = "write inputs: { sensors: { when_full: drop_oldest } }"
    guard let entries = entry.value.entries else {
      diagnostics.error(
        entry.value.location, "'inputs' takes a map of what the node reads, not \(entry.value.described)", example)
      return []
    }
    if entries.isEmpty { diagnostics.error(entry.value.location, "'inputs' names nothing", example) }
    return entries.compactMap { input in
      let name = SourceValue(.string(input.name), at: input.location, text: input.name)
      guard let reference = reference(name) else { return nil }
      guard let parts = input.value.entries else {
        diagnostics.error(
          input.value.location,
          "'\(SourceValue.shortened(input.name))' takes a map of bounds, not \(input.value.described)", example)
        return nil
      }
      let keys = Grammar.buffer.filter { $0.name != "inputs" }
      let plan = bounds(known(parts, in: keys, of: "an input of a buffer"), from: buffer.plan)
      return .init(reference: reference, plan: plan, policyLocation: Self.policyLocation(parts) ?? buffer.policyLocation)
    }
  }

  /// What the entries say, the rest from `given`.
  private mutating func bounds(_ entries: [SourceEntry], from given: EdgeBuffer) -> EdgeBuffer {
    var plan = given
    var then: EdgeBuffer.WhenFull?, isAdaptive = given.targetNanoseconds != nil, isPolicyWrong = false
    for part in entries {
      switch part.name {
      case "frames": if let frames = whole(part, EdgeBuffer.framesRange) { plan.frames = frames }
      case "bytes": if let bytes = size(part, range: EdgeBuffer.bytesRange) { plan.bytes = Int(bytes.value) }
      case "when_full":
        guard let word = choice(part, Grammar.whenFull) else {
          isPolicyWrong = true
          continue
        }
        isAdaptive = word == "adaptive"
        plan.whenFull = EdgeBuffer.WhenFull(rawValue: word) ?? .block
        plan.targetNanoseconds = isAdaptive ? EdgeBuffer.defaultTargetNanoseconds : nil
        plan.sampleBy = .id
      default: continue
      }
    }
    for part in entries where part.name == "then" {
      isPolicyWrong = !belongs(part, to: "when_full: adaptive", isAdaptive || isPolicyWrong) || isPolicyWrong
      then = choice(part, Grammar.whenFull.filter { $0.name != "adaptive" }).flatMap(EdgeBuffer.WhenFull.init(rawValue:))
      isPolicyWrong = isPolicyWrong || then == nil
    }
    if isAdaptive, let then { plan.whenFull = then }
    for part in entries where part.name == "target" {
      guard belongs(part, to: "when_full: adaptive", isAdaptive || isPolicyWrong), let time = target(part) else { continue }
      if isAdaptive { plan.targetNanoseconds = time }
    }
    for part in entries where part.name == "sample_by" {
      guard belongs(part, to: "when_full: sample", plan.whenFull == .sample || isPolicyWrong) else { continue }
      if let by = choice(part, Grammar.sampleBy).flatMap(EdgeBuffer.SampleBy.init(rawValue:)) { plan.sampleBy = by }
    }
    return plan
  }

  /// Reports a key whose policy is not asked for.
  private func belongs(_ entry: SourceEntry, to policy: String, _ isAsked: Bool) -> Bool {
    if !isAsked {
      diagnostics.error(
        entry.location, "'\(entry.name)' belongs to '\(policy)', which is not asked for here", "add \(policy), or remove it")
    }
    return isAsked
  }

  private mutating func target(_ entry: SourceEntry) -> Int64? {
    guard let text = word(entry.value, "'target' takes a duration") else { return nil }
    guard let nanoseconds = Quantity.nanoseconds(text) else {
      diagnostics.error(entry.value.location, "'target' takes a duration, not \(entry.value.described)", Self.durationFix(text))
      return nil
    }
    guard EdgeBuffer.targetRange.contains(nanoseconds) else {
      diagnostics.error(entry.value.location, "'target' is \(text); it must be from 1ms to 1h", "write target: 1s")
      return nil
    }
    return nanoseconds
  }
}
