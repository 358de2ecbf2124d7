import Engine
import PluginHost

/// Why watermarks are where they are, for people.
public struct TimeReport {
  private static let namedIdle = 3

  let times: EventTimes

  public init(_ times: EventTimes) { self.times = times }

  // MARK: One line

  /// What the watermark of a pipeline waits for, which partitions are idle, and how late the late rows were; nil for a pipeline
  /// without watermarks, and at its end.
  public var why: String? {
    guard times.nodes.contains(where: { $0.sent != nil || $0.partitions.contains { $0.watermark != nil } }) else { return nil }
    let read = Set(times.nodes.flatMap { $0.inputs.map(\.from) })
    let last = times.nodes.indices.filter { !times.nodes[$0].isSource && !times.nodes[$0].hasEnded && !read.contains($0) }
    guard var shown = last.first else { return nil }
    for node in last where behind(node) > behind(shown) { shown = node }
    return (["\(times.nodes[shown].name): " + state(of: shown), idle, late] as [String?]).compactMap { $0 }.joined(
      separator: "; ")
  }

  private func behind(_ node: Int) -> Int64 {
    guard let why = times.why(node: node), why.holdsOthers else { return -1 }
    return why.behind ?? .max
  }

  private func state(of node: Int) -> String {
    let at = times.nodes[node].watermark.map { "watermark \(UtcTime.text(nanoseconds: $0))" } ?? "no watermark yet"
    guard let why = times.why(node: node) else { return at + ", no input counts" }
    guard why.holdsOthers else { return at + ", set by \(name(why.hold))" }
    return at + ", held back by \(name(why.hold))" + distance(why)
  }

  private func distance(_ why: EventTimes.Why) -> String {
    if why.watermark == nil { return ", which has none yet" }
    return why.behind.map { ", which is \(Quantities.duration(nanoseconds: $0)) behind" } ?? ""
  }

  private var idle: String? {
    var names: [String] = []
    for (index, node) in times.nodes.enumerated() {
      for (number, partition) in node.partitions.enumerated() where partition.standing == .idle {
        names.append(name(EventTimes.Hold(node: index, partition: number)))
      }
      for input in node.inputs where input.standing == .idle && times.nodes[input.from].partitions.isEmpty {
        let name = times.nodes[input.from].name
        if !names.contains(name) { names.append(name) }
      }
    }
    guard !names.isEmpty else { return nil }
    let more = names.count > Self.namedIdle ? " and \(names.count - Self.namedIdle) more" : ""
    return "idle: " + names.prefix(Self.namedIdle).joined(separator: ", ") + more
  }

  private var late: String? {
    let sources = times.nodes.filter { $0.lateness.rows > 0 }
    guard !sources.isEmpty else { return nil }
    return "late: "
      + sources.map { source in
        let late = source.lateness
        return "\(Quantities.grouped(late.rows)) of \(source.name) by \(Quantities.duration(nanoseconds: late.p50)) (p50), "
          + "\(Quantities.duration(nanoseconds: late.p99)) (p99), \(Quantities.duration(nanoseconds: late.greatest)) (most)"
      }.joined(separator: ", ")
  }

  // MARK: Names

  private func name(_ hold: EventTimes.Hold) -> String {
    let node = times.nodes[hold.node]
    guard let number = hold.partition else { return node.name }
    let partition = node.partitions[number]
    if let name = partition.name { return "\(node.name) (\(name))" }
    return node.partitions.count > 1 ? "\(node.name) (partition \(partition.number))" : node.name
  }

  /// What to say of an input that has held others back for long: the node to say it of, and the words.
  public func sentence(_ delay: WatermarkWatch.Delay) -> (node: String, text: String) {
    let node = times.nodes[delay.node]
    let long = "has held the watermark back for \(Quantities.duration(nanoseconds: delay.nanoseconds))"
    if node.isSource {
      let partition = node.partitions[delay.input]
      let best = node.partitions.filter { $0.standing == .busy }.compactMap(\.watermark).max()
      let called = partition.name.map { "'\($0)'" } ?? "partition \(partition.number)"
      return (node.name, "\(called) \(long): " + Self.standing(partition.watermark, best))
    }
    let input = node.inputs[delay.input]
    let best = node.inputs.filter { $0.standing == .busy }.compactMap(\.watermark).max()
    let called = times.nodes[input.from].name
    let cause = times.why(node: input.from).map { name($0.hold) } ?? called
    let because = cause == called ? "" : ", because of \(cause)"
    return (node.name, "its input '\(called)' \(long): " + Self.standing(input.watermark, best) + because)
  }

  private static func standing(_ watermark: Int64?, _ best: Int64?) -> String {
    guard let watermark else { return "it has none yet" }
    let at = "it is at \(UtcTime.text(nanoseconds: watermark))"
    guard let best, best > watermark else { return at }
    let (distance, overflow) = best.subtractingReportingOverflow(watermark)
    return at + ", \(Quantities.duration(nanoseconds: overflow ? .max : distance)) behind"
  }

  // MARK: At the end

  /// The last watermark of every node, or that it ended without one, the partitions of every source, how long each held others back,
  /// and the late rows.
  public func table(_ watch: WatermarkWatch) -> String {
    var table = TextTable(
      ["watermark of", "last", "", "held others", "late rows", "p50", "p99", "most"], right: [3, 4, 5, 6, 7])
    func time(_ time: Int64?) -> String { time.map { UtcTime.text(nanoseconds: $0) } ?? "none" }
    func held(_ node: Int, _ input: Int) -> String {
      let held = watch.held(node: node, input: input)
      return held > 0 ? Quantities.duration(nanoseconds: held) : ""
    }
    for (index, node) in times.nodes.enumerated() {
      let late = node.lateness
      let lateness = [late.p50, late.p99, late.greatest].map { late.rows > 0 ? Quantities.duration(nanoseconds: $0) : "" }
      let rows = node.isSource ? Quantities.grouped(late.rows) : ""
      let last = node.sent == nil && node.hasEnded ? "ended" : time(node.sent)
      table.add([node.name, last, "", "", rows] + lateness)
      for (number, partition) in node.partitions.enumerated() where node.partitions.count > 1 {
        let name = partition.name ?? "partition \(partition.number)"
        let standing = partition.standing == .busy ? "" : "\(partition.standing)"
        table.add([
          "  \(name)", time(partition.watermark), standing, held(index, number), Quantities.grouped(partition.lateRows), "", "",
          "",
        ])
      }
      for (number, input) in node.inputs.enumerated() where node.inputs.count > 1 {
        table.add(["  from \(times.nodes[input.from].name)", "", "", held(index, number), "", "", "", ""])
      }
    }
    return table.text
  }
}
