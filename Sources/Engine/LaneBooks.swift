extension Books.Node {
  /// The rows of all lanes of a node.
  init(lanes: some Collection<Books.Node>) {
    self = lanes.first!
    guard lanes.count > 1 else { return }
    laneRows = lanes.map(\.rowsIn)
    for lane in lanes.dropFirst() {
      rowsIn += lane.rowsIn
      taken += lane.taken
      late += lane.late
      rejected += lane.rejected
      pending += lane.pending
      mismatches += lane.mismatches
      expressionErrors += lane.expressionErrors
      // A component says how many, and may say any number.
      leftOut &+= lane.leftOut
      restarts += lane.restarts
      retries += lane.retries
      for port in out.indices {
        out[port].rows += lane.out[port].rows
        out[port].frames += lane.out[port].frames
      }
    }
  }
}

extension Books.Edge {
  /// The rows of all edges between lanes that stand for one.
  init(lanes: [Books.Edge], _ map: LaneMap) {
    self = lanes[0]
    (from, to) = (map.node[from], map.node[to])
    for lane in lanes.dropFirst() {
      pushed += lane.pushed
      popped += lane.popped
      dropped += lane.dropped
      queued += lane.queued
      queuedFrames += lane.queuedFrames
      droppedFrames += lane.droppedFrames
      if let frames = lane.capacityFrames { capacityFrames = (capacityFrames ?? 0) + frames }
      if let share = lane.leastShare { leastShare = min(leastShare ?? share, share) }
      if let credit = lane.creditBytes { creditBytes = (creditBytes ?? 0) + credit }
    }
  }
}

extension EventTimes.Node {
  /// Where event time stands in all lanes of a node: where it stands in the lane that is behind.
  init(lanes: some Collection<EventTimes.Node>, _ map: LaneMap) {
    self = lanes.first!
    watermark = Self.least(lanes.map(\.watermark))
    sent = Self.least(lanes.map(\.sent))
    hasEnded = lanes.allSatisfy(\.hasEnded)
    let all = lanes.flatMap(\.inputs)
    inputs.removeAll()
    for input in all {
      let from = map.node[input.from]
      let isOne = lanes.count == 1 && map.lanes(of: from).count == 1
      if !isOne, let place = inputs.firstIndex(where: { $0.from == from }) {
        inputs[place].add(input)
      } else {
        inputs.append(EventTimes.Input(from: from, watermark: input.watermark, standing: input.standing))
      }
    }
  }

  /// None where one of them has none.
  fileprivate static func least(_ times: [Int64?]) -> Int64? { times.contains(nil) ? nil : times.compactMap(\.self).min() }
}

extension EventTimes.Input {
  /// One more edge of the same two nodes: it counts as long as one of them does.
  fileprivate mutating func add(_ other: Self) {
    if other.standing.rawValue < standing.rawValue {
      self = EventTimes.Input(from: from, watermark: other.watermark, standing: other.standing)
    } else if other.standing == standing {
      watermark = EventTimes.Node.least([watermark, other.watermark])
    }
  }
}
