import PluginKit

/// Telling which values were left out.
extension AggregateSet {
  /// Gives a sentence for each aggregate that has left out a value since the set was made, once; to be called after batches.
  public func tellSkipped(_ tell: (String) -> Void) {
    for (number, cell) in cells.enumerated() {
      let skipped = cell.skipped
      if skipped.pointee.unfit > 0, !skipped.pointee.isUnfitTold {
        skipped.pointee.isUnfitTold = true
        for aggregate in takers(of: number) { tell(Self.sentence(aggregate)) }
      }
      if skipped.pointee.nans > 0, !skipped.pointee.areNaNsTold {
        skipped.pointee.areNaNsTold = true
        for (at, aggregate) in bound.enumerated() where places[at] == number && aggregate.kind.leavesNaNOut {
          tell("'\(aggregate.name)' leaves out NaN, which '\(aggregate.kind)' has no place for")
        }
      }
    }
  }

  /// What was left out in all, as a sentence; nil when that is nothing.
  public var skippedTotal: String? {
    let (unfit, nans) = (unfitValues, skippedNaNs)
    guard unfit > 0 || nans > 0 else { return nil }
    let parts = [
      unfit > 0 ? "\(unfit) \(unfit == 1 ? "value" : "values") that they cannot take" : nil,
      nans > 0 ? "NaN \(nans == 1 ? "once" : "\(nans) times")" : nil,
    ].compactMap(\.self)
    return "aggregates left out " + parts.joined(separator: " and ")
  }

  /// Those of a cell that the values were not for: where some take numbers alone, these.
  private func takers(of cell: Int) -> [BoundAggregate] {
    let all = bound.indices.filter { places[$0] == cell && bound[$0].kind != .count }.map { bound[$0] }
    let ofNumbers = all.filter { $0.kind.takesNumbers }
    return ofNumbers.isEmpty ? all : ofNumbers
  }

  private static func sentence(_ aggregate: BoundAggregate) -> String {
    let text = aggregate.argument?.text ?? ""
    let start =
      "'\(aggregate.name)' leaves out values of '\(text)' that '\(aggregate.kind)' cannot take, and counts them: it takes "
    if aggregate.kind.takesNumbers { return start + "numbers; of texts that hold numbers, double(\(text)) makes some" }
    return start + "numbers, texts, times and truths, no objects or lists; name a field of the object"
  }
}

extension AggregateKind {
  var takesNumbers: Bool {
    switch self {
    case .sum, .avg, .stddev, .variance, .quantile: true
    case .count, .min, .max, .first, .last, .distinct, .counts, .top, .list: false
    }
  }

  var leavesNaNOut: Bool { self == .min || self == .max || self == .quantile || self == .top }
}
