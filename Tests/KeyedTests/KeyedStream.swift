import ProofBench
import TestSupport

/// A record of a random stream, and what the watermark of its partition makes of it.
protocol StreamRow {
  /// Grows along a partition, as its id does.
  var number: Int { get }
  var partition: Int { get }
  var time: Int64 { get }
  /// The watermark that it is behind of, nil when it is not behind.
  var behind: Int64? { get }
  /// The record, without the end of its line.
  var line: String { get }
}

extension StreamRow {
  /// The later of its time and its watermark: where it stands in the order of event time.
  var clock: Int64 { max(time, behind ?? .min) }
}

/// Random rows of several partitions, which can come in frames of any size.
protocol RowStream {
  associatedtype Row: StreamRow

  var partitions: [[Row]] { get }
}

/// Rows that an operator with state by key is tried on.
protocol KeyedStream: RowStream {
  /// The operator over the rows, in a manifest.
  static var node: String { get }
  /// A time that the stream is measured by.
  var unit: Int64 { get }

  /// A pipeline of one operator over the rows.
  ///
  /// - Parameter node: what its node says beside the options, such as `lanes: 2`.
  func manifest<Model: KeyedModel>(of model: Model, _ node: [String]) -> String
}

extension RowStream {
  /// Steps in frames of up to so many rows, and the rows in the order in which they come.
  func dealt(most: Int, _ random: inout SplitMix) -> (steps: [LineSource.Step], rows: [Row]) {
    let steps = Dealing.steps(partitions.map { $0.map(\.line) }, most: most, &random)
    return (steps, Dealing.rows(of: partitions, in: steps))
  }

  /// All rows as `order: event_time` sends them, by time and id.
  var inOrder: [Row] {
    partitions.joined().sorted { ($0.clock, $0.partition, $0.number) < ($1.clock, $1.partition, $1.number) }
  }
}
