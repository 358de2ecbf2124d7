import PluginKit

/// The rows of both inputs, as one kind of join keeps them.
protocol RowStore: AnyObject {
  /// Takes the rows of a batch of an input. False when there is more to send: then it is called again with the same batch.
  func take(
    _ batch: Batch, _ side: Int, _ keys: UnsafePointer<UInt32>, _ times: ColumnView, _ out: inout Output
  ) throws -> Bool

  /// Does what is due now that the context's watermarks have moved. False when there is more, then it is called again.
  func advance(_ out: inout Output) throws -> Bool

  /// The watermark of what is sent.
  var outputWatermark: Int64 { get }

  /// Memory beside that of keys and rows.
  var byteCount: Int { get }

  /// The rows that are kept, by side.
  var rows: [KeyedRows] { get }

  /// Takes a row of a snapshot; those of one key come in their order. False for one that cannot be.
  func restore(_ row: KeptRow.Reference, _ side: Int) -> Bool

  /// What belongs to no key.
  var progress: Int64 { get set }
}
