/// Sums of doubles: as they are promised, and as they are.
package enum ModelSums {
  /// Compensated in the order of the values (Neumaier 1974).
  package static func neumaier(_ values: [Double]) -> Double {
    var (sum, lost) = (0.0, 0.0)
    for value in values {
      let next = sum + value
      lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + lost
  }

  /// The nearest double of the exact sum, or next to it: parts that do not overlap (Shewchuk 1997), added from the least up.
  package static func exact(_ values: [Double]) -> Double {
    var parts: [Double] = []
    for value in values {
      var carried = value
      var kept: [Double] = []
      for part in parts {
        let (large, small) = abs(carried) >= abs(part) ? (carried, part) : (part, carried)
        let sum = large + small
        let lost = small - (sum - large)
        if lost != 0 { kept.append(lost) }
        carried = sum
      }
      parts = kept + [carried]
    }
    return parts.reduce(0, +)
  }

  /// How far a compensated sum may be from the exact one, however its parts were merged.
  package static func bound(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let magnitude = values.reduce(0) { $0 + abs($1) }
    return 2 * exact(values).ulp + 4 * count * count * 0x1p-106 * magnitude
  }
}
