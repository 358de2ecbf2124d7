import PluginKit

/// The rows of a batch by how many rows of the same key come before them: the first of each key, then the second, ….
///
/// Within a round no two rows have one key, so all of them can be folded at once; a key's rows keep their order.
final class Rounds {
  private let order = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  private let rounds = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameLimits.maxRows)
  /// Where each round begins, and where the last one ends.
  private let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameLimits.maxRows + 2)
  private(set) var count = 0

  deinit {
    order.deallocate()
    rounds.deallocate()
    starts.deallocate()
  }

  /// Sorts the rows of a batch by their keys.
  func sort(_ numbers: UnsafePointer<UInt32>, count rows: Int, _ lives: UnsafeMutablePointer<KeyLife>) {
    var most: UInt32 = 0
    for at in 0..<rows {
      let life = lives + Int(numbers[at])
      rounds[at] = life.pointee.inBatch
      life.pointee.inBatch &+= 1
      most = max(most, life.pointee.inBatch)
    }
    for at in 0..<rows { lives[Int(numbers[at])].inBatch = 0 }
    count = Int(most)
    (starts).update(repeating: 0, count: count + 2)
    // Sizes first, two places further on; then the places of the next row of each round, which end as the starts.
    for at in 0..<rows { starts[Int(rounds[at]) + 2] &+= 1 }
    for round in 0..<count { starts[round + 2] &+= starts[round + 1] }
    for at in 0..<rows {
      let round = Int(rounds[at])
      order[Int(starts[round + 1])] = UInt16(truncatingIfNeeded: at)
      starts[round + 1] &+= 1
    }
  }

  /// Rows of a round by their places in the batch, ascending.
  subscript(round: Int) -> UnsafeBufferPointer<UInt16> {
    let start = Int(starts[round])
    return UnsafeBufferPointer(start: order + start, count: Int(starts[round + 1]) - start)
  }
}
