import ProofBench
import Testing

/// Runs of one pipeline in one lane and in several: each has to give the same of every key, in the same order.
struct LaneCheck {
  /// The one with lanes.
  let node: String
  /// Fields of its key, as the sinks have them.
  let keys: [String]
  let sinks: [String]
  /// Those that are compared; all when left out.
  var fields: [String]?
  /// Sinks whose rows may come in any order.
  var unordered: Set<String> = []

  private var first: KeyedStory?
  /// In some run more than one lane had rows.
  private(set) var wereShared = false

  init(_ node: String, by keys: [String], sinks: [String]) { (self.node, self.keys, self.sinks) = (node, keys, sinks) }

  mutating func hold(_ run: ManifestRun, lanes: Int, _ replay: String) {
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()); \(replay)")
    let rows = run.node(node)?.laneRows ?? []
    #expect(rows.count == (lanes > 1 ? lanes : 0), "rows of lanes: \(rows); \(replay)")
    if rows.count(where: { $0 > 0 }) > 1 { wereShared = true }
    let story = KeyedStory(run, by: keys, sinks: sinks, fields: fields, unordered: unordered)
    if let first, let difference = story.difference(from: first) { Issue.record("other results: \(difference)\n\(replay)") }
    first = first ?? story
  }
}
