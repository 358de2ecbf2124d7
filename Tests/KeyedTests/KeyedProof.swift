import ProofBench
import TestSupport
import Testing

/// What holds for every operator that keeps state by key, each time over random rows, against its model.
enum KeyedProof<Model: KeyedModel> {
  /// - Parameter every: the operator is made anew, from its snapshot, before every so many calls.
  private static func run(
    _ stream: Model.Stream, _ model: Model, _ steps: [LineSource.Step], _ node: [String] = [], restoring every: Int? = nil
  ) throws -> ManifestRun {
    try ManifestRun(stream.manifest(of: model, node), inputs: ["in": (stream.partitions.count, steps)]) { name, component in
      guard let every, name == Model.Stream.node else { return component }
      return RestoringComponent(component) { $0 % every == 0 }.table
    }
  }

  /// In frames of one row, of some and of all, results are the model's; over one partition the same to the last bit.
  static func holdInFrames(_ seeds: [UInt64]) throws {
    for seed in seeds {
      var random = SplitMix(seed: seed)
      let stream = Model.stream(40 + Int(seed % 6) * 40, partitions: 1 + Int(seed % 3), &random)
      let model = Model(stream.unit, &random)
      var first: KeyedStory?
      for most in [1, Dealing.frames[Int(seed % 8)], 4096] {
        let replay = "seed \(seed), frames of \(most)\n\(stream.manifest(of: model, []))"
        let (steps, rows) = stream.dealt(most: most, &random)
        let found = try run(stream, model, steps)
        model.hold(found, rows, replay)
        guard stream.partitions.count == 1 else { continue }
        let story = KeyedStory(found, by: [], sinks: Model.sinks)
        let difference = first.flatMap { story.difference(from: $0) }
        #expect(difference == nil, "\(replay)")
        first = first ?? story
      }
    }
  }

  /// A state that is saved and restored between any two calls changes nothing, to the last bit.
  static func holdRestored(_ seeds: [UInt64]) throws {
    for seed in seeds {
      var random = SplitMix(seed: seed)
      let stream = Model.stream(150, partitions: 1 + Int(seed % 3), &random)
      let model = Model(stream.unit, &random)
      let (steps, rows) = stream.dealt(most: 1 + Int(seed % 9), &random)
      let every = 1 + Int(seed % 7)
      let replay = "seed \(seed), restored before every call \(every)\n\(stream.manifest(of: model, []))"
      let restored = try run(stream, model, steps, restoring: every)
      model.hold(restored, rows, replay)
      let plain = KeyedStory(try run(stream, model, steps), by: [], sinks: Model.sinks)
      let difference = KeyedStory(restored, by: [], sinks: Model.sinks).difference(from: plain)
      #expect(difference == nil, "\(replay)")
    }
  }

  /// One lane gives what the model says, and more lanes give the same of every key, in frames of four sizes.
  ///
  /// - Parameter isOrdered: over several partitions, behind `order: event_time`, without which something would differ.
  static func holdInLanes(_ seeds: [UInt64], isOrdered: Bool = false) throws {
    var wereShared = false, differs = false
    for seed in seeds {
      var random = SplitMix(seed: seed)
      let stream = Model.stream(150 + Int(seed % 3) * 50, partitions: isOrdered ? 2 + Int(seed % 2) : 1, &random)
      var model = Model(stream.unit, &random)
      if model.keys.isEmpty { model.keys = ["k", "j"] }
      var check = LaneCheck(Model.Stream.node, by: model.keys, sinks: Model.sinks)
      for lanes in 1...4 {
        let node = ["lanes: \(lanes)"] + (isOrdered ? ["order: event_time"] : [])
        let most = Dealing.frames[(Int(seed % 8) + 3 * lanes) % 8]
        let replay = "seed \(seed), \(lanes) lanes, frames of \(most)\n\(stream.manifest(of: model, node))"
        let (steps, rows) = stream.dealt(most: most, &random)
        let found = try run(stream, model, steps, node, restoring: seed % 3 == 0 ? 4 : nil)
        if lanes == 1 { model.hold(found, isOrdered ? stream.inOrder : rows, replay) }
        check.hold(found, lanes: lanes, replay)
      }
      if check.wereShared { wereShared = true }
      guard isOrdered, !differs else { continue }
      let unordered = try [1, 64].map { most in
        let steps = stream.dealt(most: most, &random).steps
        return KeyedStory(try run(stream, model, steps), by: model.keys, sinks: Model.sinks)
      }
      differs = unordered[0].difference(from: unordered[1]) != nil
    }
    guard seeds.count > 1 else { return }
    #expect(wereShared, "one lane had all rows, so nothing was shown")
    #expect(differs || !isOrdered, "without the order nothing differed, so nothing was shown")
  }
}
