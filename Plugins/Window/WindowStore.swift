import PluginKit

/// Windows of one kind: takes rows, gives results when their time has come.
protocol WindowStore: AnyObject {
  /// Takes the rows of a batch, whose keys and times are given for each; the aggregates have seen the batch.
  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws

  /// Gives the results that are due at the context's watermark. False when there are more: then it is called again, before all else.
  func fire(_ out: inout Output) throws -> Bool

  /// Gives results before their time, of what has changed since the last ones.
  func fireEarly(_ out: inout Output) throws

  /// When the next results are due, nil when there will be none.
  var nextDue: Int64? { get }

  /// The watermark of the results, where it is not that of the input.
  var outputWatermark: Int64? { get }

  /// True when an early result would tell something new.
  var hasChanges: Bool { get }

  /// Memory for panes, sessions and the like; that of keys and aggregates not counted.
  var byteCount: Int { get }

  /// Goes on from the context's watermark, after what was restored.
  func resume()

  func snapshot(_ writer: StateWriter) throws

  /// Reads the blob of a key group.
  func restore(group: UInt32, _ reader: StateReader) throws
}

/// Results that one call gives at most, in frames: between calls the host serves whatever else is due.
enum FiringBudget {
  static let frames = 16
}

extension WindowStore {
  func resume() {}
}
