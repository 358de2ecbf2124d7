import PluginKit

/// Values that aggregates left out because they cannot take them.
extension AggregateSet {
  /// Counts in the node's books what has been left out since the last call; the log says so once of each aggregate. For after
  /// batches.
  public func countLeftOut() {
    takeLeftOut { aggregate, values, why in aggregate.arguments[0].countLeftOut(values, why: why) }
  }

  /// Gives how many values each aggregate has left out since the last call, NaN by itself; with the first of either a sentence
  /// that says why. A value counts once for each aggregate that leaves it out, also where several share what they keep.
  public func takeLeftOut(_ take: (_ aggregate: Aggregate, _ values: Int, _ why: String?) -> Void) {
    func give(_ at: Int, _ now: Int, _ before: Int, _ why: (BoundAggregate) -> String) {
      if now != before { take(aggregates[at], now &- before, before == 0 ? why(bound[at]) : nil) }
    }
    for (number, cell) in cells.enumerated() {
      let (before, now) = (givenLeftOut[number], cell.leftOut.pointee)
      guard now != before else { continue }
      givenLeftOut[number] = now
      for at in bound.indices where places[at] == number {
        let kind = bound[at].kind
        give(at, now.unfit(kind), before.unfit(kind), Self.unfitReason)
        give(at, now.nans(kind), before.nans(kind), Self.nanReason)
      }
    }
  }

  private static func unfitReason(_ aggregate: BoundAggregate) -> String {
    let text = aggregate.argument?.text ?? ""
    let start = "'\(aggregate.name)' leaves out values of '\(text)' that '\(aggregate.kind)' cannot take: it takes "
    if aggregate.kind.takesNumbers { return start + "numbers; of texts that hold numbers, double(\(text)) makes some" }
    return start + "numbers, texts, times and truths, no objects or lists; name a field of the object"
  }

  private static func nanReason(_ aggregate: BoundAggregate) -> String {
    "'\(aggregate.name)' leaves out NaN, which '\(aggregate.kind)' has no place for"
  }
}

/// What values a cell has left out, counted since the set was made.
struct LeftOutCounts: Equatable {
  /// NaN that has no order among numbers.
  var nans = 0
  /// What nothing but `count` takes, such as an object.
  var unfit = 0
  /// What functions of numbers do not take and others do, such as a text.
  var notNumbers = 0

  /// Those of them that are values for a function, and none that it takes.
  func unfit(_ kind: AggregateKind) -> Int { kind == .count ? 0 : kind.takesNumbers ? unfit &+ notNumbers : unfit }

  func nans(_ kind: AggregateKind) -> Int { kind.leavesNaNOut ? nans : 0 }
}

extension AggregateKind {
  fileprivate var takesNumbers: Bool {
    switch self {
    case .sum, .avg, .stddev, .variance, .quantile: true
    case .count, .min, .max, .first, .last, .distinct, .counts, .top, .list: false
    }
  }

  fileprivate var leavesNaNOut: Bool { self == .min || self == .max || self == .quantile || self == .top }
}
