import ProofBench
import TestSupport

/// Rows of several partitions, more or less out of order, and what the watermark of its partition makes of each.
struct TimedStream {
  struct Row {
    var number: Int
    var partition: Int
    /// As the host makes it: the partition and the row's place in it.
    var id: Int64
    var time: Int64
    /// The watermark that the row came behind.
    var behind: Int64?
    var fields: [(name: String, value: Cell)]

    /// Where it stands in the order: a late row where rows of that time would.
    var place: Int64 { behind ?? time }

    subscript(name: String) -> Cell { fields.first { $0.name == name }?.value ?? .null }

    /// The record, without a line end.
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
      for place in 0..<(rows / count + random.below(3)) {
        now += Int64(random.below(Int(step) + 1))
        let time = (now - Int64(random.below(Int(spread) + 1))) / grain * grain
        made.append(
          Row(
            number: number, partition: partition, id: Int64(partition) << 48 | Int64(place), time: time,
            behind: time < watermark ? watermark : nil, fields: fields(number, &random)))
        watermark = max(watermark, time - delay)
        number += 1
      }
      partitions.append(made)
    }
  }

  /// All rows in the order that is promised.
  var inOrder: [Row] {
    partitions.flatMap { $0 }.sorted { ($0.place, $0.id) < ($1.place, $1.id) }
  }

  var lines: [[String]] { partitions.map { $0.map(\.line) } }

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
