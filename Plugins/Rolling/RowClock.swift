import PluginKit

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
