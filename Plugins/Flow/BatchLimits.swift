/// When a batch is full.
struct BatchLimits: Equatable {
  static let maxCount = 65_536
  static let maxBytes = 8 << 20

  var count: Int
  var bytes: Int

  /// What becomes of the rows at the front of an input.
  struct Cut: Equatable {
    /// Rows that join the batch.
    var rows: Int
    /// True when the batch is complete with them.
    var isFull: Bool
  }

  /// How much of `range` joins a batch of `held` rows that weigh `weight`. A row that is too heavy for every batch is one alone.
  ///
  /// - Parameters:
  ///   - least: what each row weighs at least.
  ///   - total: weight of a range of the input.
  ///   - fitting: how many rows of a range weigh at most so much, asked when not all do.
  func cut(
    _ range: Range<Int>, held: Int, weight: Int, least: Int, total: (Range<Int>) -> Int, fitting: (Range<Int>, Int) -> Int
  ) -> Cut {
    let room = max(min(range.count, count - held), 0)
    let left = bytes - weight
    // More rows than these are too heavy, whatever they weigh: no need to ask.
    let asked = min(room, max(left, 0) / max(least, 1) + 1)
    let candidates = range.lowerBound..<range.lowerBound + asked
    if total(candidates) <= left { return Cut(rows: asked, isFull: held + asked >= count) }
    let rows = fitting(candidates, left)
    return Cut(rows: held == 0 ? max(rows, 1) : rows, isFull: true)
  }
}
