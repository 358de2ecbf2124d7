/// Estimates how many different hashes went into registers (Flajolet and others 2007), without a bias to correct: the estimator
/// of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6.
enum HyperLogLog {
  /// 4,096 registers of a byte: a standard error of 1.04 / 64, 1.6 %.
  static let precision = 12
  static let registers = 1 << precision
  /// The greatest a register can hold.
  static let maxRank = 64 - precision + 1

  @inline(__always) static func add(_ hash: UInt64, _ into: UnsafeMutablePointer<UInt8>) {
    let place = Int(hash >> UInt64(64 - precision))
    // The set bit ends the zeros where the hash ends.
    let rank = UInt8((hash << UInt64(precision) | 1 << UInt64(precision - 1)).leadingZeroBitCount + 1)
    if rank > into[place] { into[place] = rank }
  }

  static func estimate(_ registers: UnsafePointer<UInt8>) -> Double {
    let size = Double(Self.registers)
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: maxRank + 1) { ranks in
      ranks.initialize(repeating: 0)
      for place in 0..<Self.registers { ranks[min(Int(registers[place]), maxRank)] += 1 }
      var z = size * tau(1 - Double(ranks[maxRank]) / size)
      for rank in stride(from: maxRank - 1, through: 1, by: -1) { z = 0.5 * (z + Double(ranks[rank])) }
      z += size * sigma(Double(ranks[0]) / size)
      // size^2 / (2 ln 2) / z
      return size / (2 * 0.693147180559945309417) * (size / z)
    }
  }

  private static func sigma(_ share: Double) -> Double {
    if share == 1 { return .infinity }
    var (x, y, z) = (share, 1.0, share)
    while true {
      x *= x
      let before = z
      z += x * y
      y += y
      if z == before { return z }
    }
  }

  private static func tau(_ share: Double) -> Double {
    if share == 0 || share == 1 { return 0 }
    var (x, y, z) = (share, 1.0, 1 - share)
    while true {
      x = x.squareRoot()
      let before = z
      y *= 0.5
      z -= (1 - x) * (1 - x) * y
      if z == before { return z / 3 }
    }
  }
}
