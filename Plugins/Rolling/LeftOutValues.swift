import PluginKit

/// Values of one expression that results leave out: the books count them, once for each result, and the log tells of them once.
struct LeftOutValues {
  /// Why a value counts for nothing.
  enum Reason: UInt8 {
    case none
    case notNumber
    /// NaN, or an infinite number, where results have no place for it.
    case notFinite
  }

  private let argument: Expression
  /// The results that take numbers alone, and those of them that leave some doubles out, in a word.
  private let results: [String]
  private let finiteResults: [String]
  private let notFinite: String
  private var isTold = false
  private var isNotFiniteTold = false

  init(of argument: Expression, results: [String], finiteResults: [String], notFinite: String = "NaN") {
    (self.argument, self.results, self.finiteResults, self.notFinite) = (argument, results, finiteResults, notFinite)
  }

  var leavesNaNOut: Bool { !finiteResults.isEmpty }

  /// Counts what is left out of the rows of a batch that a filter passes.
  mutating func count(_ reasons: UnsafePointer<Reason>, _ rows: Int, passing filter: ColumnValues?) {
    var (notNumbers, notFinites) = (0, 0)
    let truths = filter?.bools
    for at in 0..<rows where reasons[at] != .none {
      if let filter, !filter.isValid(at) || truths.map({ $0[at] & 1 == 0 }) ?? true { continue }
      if reasons[at] == .notFinite { notFinites += 1 } else { notNumbers += 1 }
    }
    if notNumbers > 0, !results.isEmpty {
      let which = "that are no numbers of 64 bits; of texts that hold numbers, double(\(argument.text)) makes some"
      argument.countLeftOut(notNumbers * results.count, why: isTold ? nil : sentence(results, which))
      isTold = true
    }
    if notFinites > 0, !finiteResults.isEmpty {
      let why = sentence(finiteResults, "that are \(notFinite)")
      argument.countLeftOut(notFinites * finiteResults.count, why: isNotFiniteTold ? nil : why)
      isNotFiniteTold = true
    }
  }

  private func sentence(_ results: [String], _ which: String) -> String {
    let names = results.map { "'\($0)'" }.joined(separator: ", ")
    return "\(names) \(results.count == 1 ? "leaves" : "leave") out values of '\(argument.text)' \(which)"
  }
}
