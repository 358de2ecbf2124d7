import PluginKit

/// The keys of the rows of a batch as small numbers, by the fields that an option names.
final class KeyNumbers {
  let table = KeyTable()
  let names: [String]
  private var fields: [Field]
  /// Of the batch at hand.
  private(set) var columns: [ColumnView] = []

  init(_ names: [String]) {
    self.names = names
    fields = names.map { Field($0) }
  }

  /// One number for each row to visit, in their order; valid until the next call.
  func read(_ batch: Batch) -> UnsafePointer<UInt32> {
    columns.removeAll(keepingCapacity: true)
    for at in fields.indices { columns.append(fields[at].column(of: batch)) }
    return table.numbers(of: batch, by: columns)
  }
}

/// The order of rows, by which a row is late.
enum RowClock {
  /// The later of a row's time and its watermark: what has been by then is over.
  @inline(__always)
  static func clock(_ row: Int, _ time: Int64, _ batch: Batch, isMarked: Bool) -> Int64 {
    isMarked ? max(time, batch.frame.rowWatermark(row)) : time
  }

  /// How much later one time is than another, held at the end of 64 bits.
  static func distance(_ late: Int64, _ early: Int64) -> Int64 {
    let (distance, overflow) = late.subtractingReportingOverflow(early)
    return overflow ? .max : distance
  }
}
