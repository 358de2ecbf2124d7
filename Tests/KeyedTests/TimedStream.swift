import ProofBench
import TestSupport

/// Rows of several partitions, more or less out of order, and what the watermark of its partition makes of each.
struct TimedStream: RowStream {
  struct Row: StreamRow {
    var number: Int
    var partition: Int
    var time: Int64
    var behind: Int64?
    var fields: [(name: String, value: Cell)]

    subscript(name: String) -> Cell { fields.first { $0.name == name }?.value ?? .null }

    var line: String {
      let texts = fields.map { ",\"\($0.name)\":\($0.value)" }
      return "{\"ts\":\(time),\"row\":\(number)\(texts.joined())}"
    }
  }

  var partitions: [[Row]] = []
  var delay: Int64

  /// - Parameters:
  ///   - step: how far the time of a partition moves on from row to row, at most.
  ///   - spread: how far rows are behind that, at most.
  ///   - grain: times are multiples of it, so that many are equal.
  init(
    _ random: inout SplitMix, rows: Int, partitions count: Int, delay: Int64, step: Int64, spread: Int64, grain: Int64,
    fields: (Int, inout SplitMix) -> [(name: String, value: Cell)]
  ) {
    self.delay = delay
    var number = 0
    let base = [0, -5_000_000_000, 1_790_000_000_000_000_000, -86_400_000_000_007][random.below(4)] as Int64
    for partition in 0..<count {
      var watermark = Int64.min, now = base
      var made: [Row] = []
      for _ in 0..<(rows / count + random.below(3)) {
        now += Int64(random.below(Int(step) + 1))
        let time = (now - Int64(random.below(Int(spread) + 1))) / grain * grain
        made.append(
          Row(
            number: number, partition: partition, time: time, behind: time < watermark ? watermark : nil,
            fields: fields(number, &random)))
        watermark = max(watermark, time - delay)
        number += 1
      }
      partitions.append(made)
    }
  }

  /// Runs a pipeline over the rows, in frames of up to so many.
  ///
  /// - Parameter isRenewed: true for nodes that are made anew from their snapshots before some of their calls; which ones follows
  ///   from the seed alone, in every lane.
  func run(
    _ manifest: String, frame most: Int, _ random: inout SplitMix, renewing isRenewed: (String) -> Bool
  ) throws -> ManifestRun {
    let (steps, rate, seed) = (dealt(most: most, &random).steps, [0, 2, 10][random.below(3)], random.next())
    return try ManifestRun(manifest, inputs: ["in": (partitions.count, steps)]) { node, component in
      guard rate > 0, isRenewed(node) else { return component }
      return RestoringComponent(component) { call in
        var chance = SplitMix(seed: seed &+ UInt64(call))
        return chance.below(rate) == 0
      }.table
    }
  }

  /// Keys of every kind that JSON has, and none.
  static func key(_ random: inout SplitMix) -> Cell {
    switch random.below(9) {
    case 0: .null
    case 1: .text("naïve 東京 🌊")
    case 2: .text("")
    default: .text("key \(random.below(4))")
    }
  }
}
