extension Node {
  /// What is known of one incoming edge. Its chain's thread owns it.
  struct Input {
    let port: UInt32
    let shown: ShownInput

    var watermark = Int64.min { didSet { shown.set(watermark: watermark) } }
    /// Out of the minimum until the next row or watermark.
    var idle = false { didSet { showStanding() } }
    /// Out of the minimum for good.
    var ended = false { didSet { showStanding() } }

    init(port: UInt32, from: Int) {
      self.port = port
      shown = ShownInput(from: from)
      shown.set(watermark: watermark)
    }

    private func showStanding() { shown.set(standing: ended ? .ended : idle ? .idle : .busy) }
  }

  /// The same as others see it while the chain works.
  struct ShownInput: Sendable {
    private enum Word {
      static let watermark = 0, standing = 1, count = 2
    }

    /// Number of the node that it comes from.
    let from: Int
    private let words = Counters(count: Word.count)

    init(from: Int) { self.from = from }

    /// The owner's, once nobody reads any more.
    func deallocate() { words.deallocate() }

    func set(watermark: Int64) { words.set(Word.watermark, Int(watermark)) }
    func set(standing: EventTimes.Standing) { words.set(Word.standing, standing.rawValue) }

    /// Any thread.
    var times: EventTimes.Input {
      EventTimes.Input(
        from: from, watermark: EventTimes.time(words.read(Word.watermark)),
        standing: EventTimes.Standing(rawValue: Int(words.read(Word.standing))) ?? .busy)
    }
  }

  /// Adds an incoming edge; before the pipeline runs.
  func addInput(port: UInt32, from: Int) {
    inputs.append(Input(port: port, from: from))
    shownInputs.append(inputs[inputs.count - 1].shown)
  }

  /// Where its event time stands. Any thread.
  var times: EventTimes.Node {
    var times = EventTimes.Node(name: spec.name)
    times.isSource = spec.kind == .source
    times.sent = EventTimes.time(counters.read(Count.sentWatermark))
    times.watermark = times.isSource ? times.sent : EventTimes.time(counters.read(Count.watermark))
    times.hasEnded = counters.read(Count.hasEnded) != 0
    times.inputs = shownInputs.map(\.times)
    times.partitions = shownPartitions.withLock { $0 }.map(\.times)
    if let lateness { times.lateness = lateness.summary }
    return times
  }
}
