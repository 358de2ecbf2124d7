/// A sum of doubles and what its additions have lost (Neumaier 1974).
///
/// The loss of an addition is found without a branch (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B): the same
/// number as by Neumaier's comparison, unless an addition overflows. An infinite sum has lost nothing, so that it stays
/// infinite, and infinities of both signs are NaN.
@frozen public struct DoubleSum {
  public var sum = 0.0
  public var lost = 0.0

  @inlinable public init(sum: Double = 0, lost: Double = 0) {
    self.sum = sum
    self.lost = lost
  }

  @inlinable @inline(__always) public mutating func add(_ value: Double) {
    let total = sum + value
    let added = total - sum
    lost += (sum - (total - added)) + (value - added)
    sum = total
  }

  @inlinable @inline(__always) public mutating func add(_ other: DoubleSum) {
    add(other.sum)
    lost += other.lost
  }

  @inlinable public var value: Double { sum.isFinite ? sum + lost : sum }
}
