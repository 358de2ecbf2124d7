import PluginKit

/// What was seen of each key, and which rows are new.
protocol DedupeMemory: AnyObject {
  /// For each row of a batch, in its order, whether it is new; valid until the next call. Rows whose key has no value always
  /// are.
  ///
  /// - Parameter columns: of the batch's frame: what makes the key.
  func judge(_ batch: Batch, _ columns: [ColumnView], _ moments: Moments) -> UnsafePointer<Bool>

  /// Lets go of what no row can repeat any more: of all that, or when it is worth the look.
  func expire(at watermark: Int64)
  func expire(soonAt watermark: Int64)

  var keyCount: Int { get }
  var byteCount: Int { get }
  /// Keys that had to go before their time.
  var forgotten: Int { get }

  func snapshot(_ writer: StateWriter) throws
  func restore(group: UInt32, _ reader: StateReader) throws
}

/// When rows come: their event times, and the watermark before those that are behind it.
struct Moments {
  let times: UnsafePointer<Int64>
  /// Nil when no row is behind.
  let batch: Batch?

  /// The watermark that a row is behind, the least number when it is not.
  @inline(__always)
  func watermark(_ at: Int) -> Int64 {
    guard let batch else { return .min }
    return batch.frame.rowWatermark(batch.selection.map { Int($0[at]) } ?? at)
  }
}

/// Keys of rows that have nothing to be compared by.
enum NoKey {
  /// True for the key bytes of so many fields of which none has a value.
  static func isOne(_ key: UnsafeRawBufferPointer, fields: Int) -> Bool {
    guard fields > 1 else { return key.count == 1 && key[0] == UInt8(TIDE_KEY_NULL) }
    // Behind the tag each field has its length and a single zero.
    guard key.count == 1 + 5 * fields else { return false }
    return (0..<fields).allSatisfy { key[1 + 5 * $0] == 1 && key[5 + 5 * $0] == UInt8(TIDE_KEY_NULL) }
  }
}
