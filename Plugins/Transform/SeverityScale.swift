/// Scores of values within a range, and the classes of scores.
struct SeverityScale: Sendable {
  enum Level: String, CaseIterable, Sendable {
    case low, medium, high, critical

    var number: Int {
      switch self {
      case .low: 0
      case .medium: 1
      case .high: 2
      case .critical: 3
      }
    }
  }

  let minimum: Double
  let maximum: Double
  /// The least scores of medium, high and critical.
  let thresholds: [Double]

  /// The place of a value in the range, 0 to 1; values outside of it count as its nearest end. A range of one value has no places
  /// between: 0 up to it, and 1 above. The value is no NaN.
  func score(_ value: Double) -> Double {
    if value <= minimum { return 0 }
    if value >= maximum { return 1 }
    // Halves first: the range may be wider than the greatest double.
    return (value / 2 - minimum / 2) / (maximum / 2 - minimum / 2)
  }

  func level(_ score: Double) -> Level {
    if score >= thresholds[2] { return .critical }
    if score >= thresholds[1] { return .high }
    return score >= thresholds[0] ? .medium : .low
  }
}
