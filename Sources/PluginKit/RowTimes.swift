import CTidemill
import Frames

/// Event times of the rows of a batch, in their order, and their row watermarks.
public final class RowTimes {
  private let copied = UnsafeMutablePointer<Int64>.allocate(capacity: FrameLimits.maxRows)
  @exclusivity(unchecked) public private(set) var times: UnsafePointer<Int64>
  @exclusivity(unchecked) public private(set) var least = Int64.max
  @exclusivity(unchecked) public private(set) var greatest = Int64.min
  /// True when some rows are behind the watermark of their partition.
  @exclusivity(unchecked) public private(set) var areSomeBehind = false

  public init() { times = UnsafePointer(copied) }

  deinit { copied.deallocate() }

  /// Reads a batch of at least one row. False when its rows have no event time.
  public func read(_ batch: Batch) -> Bool {
    guard let column = batch.frame.column(role: .eventTime) else { return false }
    let count = batch.count
    if let flat = column.ints?.baseAddress {
      if let selection = batch.selection {
        var at = 0
        while at < count {
          copied[at] = flat[Int(selection[at])]
          at &+= 1
        }
        times = UnsafePointer(copied)
      } else {
        times = flat
      }
    } else {
      var at = 0
      for row in batch.rows {
        copied[at] = column.time(row)
        at += 1
      }
      times = UnsafePointer(copied)
    }
    measure(count)
    areSomeBehind = false
    if batch.frame.hasRowWatermark {
      for row in batch.rows where batch.frame.rowWatermark(row) > .min {
        areSomeBehind = true
        break
      }
    }
    return true
  }

  /// All rows of a batch have one time.
  public func read(_ batch: Batch, all time: Int64) {
    copied.update(repeating: time, count: batch.count)
    times = UnsafePointer(copied)
    (least, greatest) = (time, time)
    areSomeBehind = false
  }

  private func measure(_ count: Int) {
    var (low, high) = (Int64.max, Int64.min)
    let times = times
    var at = 0
    while at < count {
      let time = times[at]
      low = time < low ? time : low
      high = time > high ? time : high
      at &+= 1
    }
    (least, greatest) = (low, high)
  }
}
